"""An API on all its sides: as its file declares it, as it is edited, as a stage serves it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.form import Form, read_form
from gatelodge.files.api_file import ApiFile
from gatelodge.files.differences import Difference, Sides, differences
from gatelodge.files.publish import operator_call
from gatelodge.store import Document, MasterKey, Store

DECLARED, EDITED, DEPLOYED = "declared", "edited", "deployed"


class Compared:
    """One stage of an API, compared."""

    __slots__ = ("api_id", "found", "sides", "stage")

    def __init__(self, api_id: str, stage: str | None, sides: Sides) -> None:
        self.api_id = api_id
        self.stage = stage
        """None for an API that no stage serves."""
        self.sides = sides
        self.found: list[Difference] = differences(sides)

    def as_dict(self) -> dict[str, Any]:
        """Write it for a program."""
        return {
            "api": self.api_id,
            "stage": self.stage,
            "differences": [difference.as_dict() for difference in self.found],
        }


def compare(
    store: Store, master: MasterKey, files: Sequence[ApiFile], now: datetime
) -> list[Compared]:
    """Compare files with the store; without files, all that is edited with all that is served."""
    lookup = _Lookup(store, master, now)
    with store.snapshot():
        if files:
            return [lookup.compare_file(file) for file in files]
        return [
            compared
            for api in store.documents(documents.API)
            for compared in lookup.compare_stages(api)
        ]


def declared_form(file: ApiFile) -> Form:
    """Give the API that a file declares, with the name that an import fills in."""
    if file.form is None or file.stage is None:
        raise ValueError(f"{file.path} has problems")
    return {"name": file.stage.api_id, **file.form}


class _Lookup:
    """Reads the sides of APIs from one store."""

    __slots__ = ("_master", "_now", "_store")

    def __init__(self, store: Store, master: MasterKey, now: datetime) -> None:
        self._store = store
        self._master = master
        self._now = now

    def compare_file(self, file: ApiFile) -> Compared:
        """Compare the stage that a file is about."""
        declared, api, stage = declared_form(file), file.api, file.stage
        if api is None or stage is None:
            raise ValueError(f"{file.path} has problems")
        known = self._store.document(api.account, api.region, documents.API, api.id)
        sides: dict[str, Form | None] = {
            DECLARED: {**declared, "variables": dict(stage.variables)},
            EDITED: None,
            DEPLOYED: None,
        }
        if known is not None:
            sides |= self._stored(known, stage.name)
        return Compared(api.id, stage.name, sides)

    def compare_stages(self, api: Document) -> list[Compared]:
        """Compare an API as it is edited with each of its stages."""
        stages = self._store.children(api.account, api.region, documents.STAGE, api.id)
        names: list[str | None] = [str(stage.body["stageName"]) for stage in stages]
        return [Compared(api.id, name, self._stored(api, name)) for name in names or [None]]

    def _stored(self, api: Document, stage: str | None) -> Sides:
        call = operator_call(self._store, self._master, api.account, api.region, self._now)
        edited = read_form(call, api.id)
        place = f"{api.id}/{stage}"
        found = self._store.document(api.account, api.region, documents.STAGE, place)
        if found is None:
            return {EDITED: edited, DEPLOYED: None}
        # A stage's variables are live as soon as they are written.
        variables = {"variables": found.body.get("variables", {})}
        place = f"{api.id}/{found.body['deploymentId']}"
        snapshot = self._store.document(api.account, api.region, documents.SNAPSHOT, place)
        deployed = None if snapshot is None else {**snapshot.body, **variables}
        return {EDITED: {**edited, **variables}, DEPLOYED: deployed}
