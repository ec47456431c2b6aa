"""What is published, compiled for the data plane; only what changed is compiled again."""

import json

import structlog

from gatelodge.published import Api, api_from_json, stage_from_json
from gatelodge.serve import CanaryPlan, Gate, StagePlan
from gatelodge.store import Store, StoreError

_log = structlog.get_logger()


class StagePlans:
    """The stages in the store, compiled. One for each worker; loads follow one another."""

    __slots__ = ("_plans", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._plans: dict[tuple[str, str, str], StagePlan] = {}
        """By API, deployment and the stage's own body: nothing else makes a plan."""

    def load(self) -> Gate:
        """Compile the stages that are new or were changed; gives all. Blocks. Raises StoreError.

        A stage that cannot be compiled is told and not served, and takes no other with it.
        """
        plans = {}
        with self._store.snapshot():
            for api, deployment, body in self._store.stages():
                key = (api, deployment, body)
                plan = self._plans.get(key) or self._compile(api, deployment, body)
                if plan is not None:
                    plans[key] = plan
        self._plans = plans
        return Gate(plans.values())

    def _compile(self, api: str, deployment: str, body: str) -> StagePlan | None:
        try:
            stage = stage_from_json(json.loads(body))
            settings, canary = stage.canary_settings, None
            if settings is not None:
                other = self._published(api, settings.deployment_id)
                plan = StagePlan(other, stage.as_canary(settings))
                canary = CanaryPlan(plan, settings.percent_traffic)
            return StagePlan(self._published(api, deployment), stage, canary)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the other APIs go on
            _log.exception("a stage cannot be served", api=api, deployment=deployment)
            return None

    def _published(self, api: str, deployment: str) -> Api:
        publication = self._store.publication(api, deployment)
        if publication is None:
            raise LookupError(f"the deployment {deployment} of {api} is missing")
        return api_from_json(json.loads(publication))
