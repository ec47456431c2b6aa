"""From the edited documents of an API to what the data plane can serve, or a clear refusal.

What cannot be honoured here is refused when it would become live, never skipped: the same checks as
for files, and then the compilation that the data plane itself does.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatelodge.arn import partition_of
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.form import Form
from gatelodge.control.call import Call
from gatelodge.openapi import Problem, Problems, check_served
from gatelodge.openapi.extensions import GATEWAY_RESPONSES
from gatelodge.openapi.gateway_responses import read_gateway_responses
from gatelodge.openapi.integration import read_integration
from gatelodge.openapi.integration_responses import DEFAULT
from gatelodge.published import Api, FormError, Stage
from gatelodge.published.freeze import freeze
from gatelodge.serve import ResourcePlan, StagePlan

_SHOWN = 10


def publishable(
    call: Call,
    api_id: str,
    form: Form,
    deployment_id: str,
    *,
    tolerate: frozenset[str] = frozenset(),
    complete: bool = True,
) -> Api:
    """Freeze an API as its documents say. Raises Fault with everything that cannot be served.

    tolerate: what an operator agreed to have left out, by the names of openapi's problems.
    complete: every method must have an integration, as CreateDeployment demands.
    form: of the whole API, or of what is looked at alone.
    """
    methods = [method for resource in form["resources"] for method in resource["methods"].values()]
    if complete and not methods:
        raise bad_request("The REST API doesn't contain any methods")
    if complete and any(method.get("integration") is None for method in methods):
        raise bad_request("No integration defined for method")
    problems = [p for p in _problems(form) if not (p.name and p.name in tolerate)]
    if problems:
        raise bad_request(_told(problems))
    try:
        return freeze(
            form,
            api_id=api_id,
            account=call.account,
            region=call.region,
            partition=partition_of(call.region),
            deployment_id=deployment_id,
        )
    except FormError as error:
        raise bad_request(f"This API cannot be deployed: {error}") from error


def check_stage(api: Api, stage: Stage) -> None:
    """Compile a stage as the data plane will. Raises Fault, naming the method that fails."""
    for resource in api.resources:
        for verb, method in resource.methods.items():
            alone = replace(resource, methods={verb: method})
            try:
                ResourcePlan(alone, api, stage)
            except ValueError as error:
                raise bad_request(
                    f"Stage {stage.name} cannot serve {verb} {resource.path}: {error}"
                ) from error
    try:
        StagePlan(api, stage)
    except ValueError as error:
        raise bad_request(f"Stage {stage.name} cannot be served: {error}") from error


def _problems(form: Form) -> list[Problem]:
    problems = Problems()

    def place(path: str, verb: str) -> Problems:
        return problems.at("resources", path, verb)

    check_served(form, problems, place)
    for resource in form["resources"]:
        for verb, method in resource["methods"].items():
            if method.get("integration") is not None:
                _check_integration(
                    method["integration"], resource["path"], place(resource["path"], verb)
                )
    read_gateway_responses(
        {
            GATEWAY_RESPONSES: {
                kind: {k: v for k, v in response.items() if k != "responseType" and v is not None}
                for kind, response in form["gatewayResponses"].items()
            }
        },
        problems,
    )
    return problems.found


def _check_integration(integration: Mapping[str, Any], path: str, problems: Problems) -> None:
    """Check an integration as if it stood in a document, where every check is."""
    written = {
        member: value
        for member, value in integration.items()
        if member not in {"responses", "tlsInsecureSkipVerification", "cacheNamespace"}
    }
    responses: dict[str, Any] = {}
    for response in integration["responses"]:
        pattern = response.get("selectionPattern", DEFAULT)
        if pattern in responses:
            problems.add(
                f"two integration responses have the selection pattern {pattern!r}, and one of "
                "them could never be chosen"
            )
        responses[pattern] = {k: v for k, v in response.items() if k != "selectionPattern"}
    read_integration(written | {"responses": responses}, path, problems)


def _told(problems: list[Problem]) -> str:
    seen = dict.fromkeys(f"{problem.pointer or '/'}: {problem.message}" for problem in problems)
    told = "; ".join(list(seen)[:_SHOWN])
    more = f"; and {len(seen) - _SHOWN} more" if len(seen) > _SHOWN else ""
    return f"This API cannot be deployed here: {told}{more}"
