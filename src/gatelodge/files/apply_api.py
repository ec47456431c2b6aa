"""An API file applied to a running endpoint, with API Gateway's own operations over the wire.

A new API gets an id of the endpoint's; a tag says which file's API it is, so that the file finds it
again. The policy of the file then names the API that was made.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from gatelodge.arn import partition_of
from gatelodge.control.apigateway.form import Form
from gatelodge.files.api_file import ApiFile
from gatelodge.files.compare import DECLARED, DEPLOYED, declared_form
from gatelodge.files.differences import differences
from gatelodge.files.endpoint import Endpoint, EndpointError
from gatelodge.files.load import parse
from gatelodge.openapi import Problems, read
from gatelodge.openapi.extensions import POLICY
from gatelodge.published import Stage

TAG = "gatelodge:api-id"
"""The tag of an API that a file made: the id that the file gives."""


def apply_api_file(endpoint: Endpoint, file: ApiFile) -> Iterator[str]:
    """Bring an API and its stage to what a checked file says; gives what changed, line by line.

    Raises EndpointError.
    """
    stage = file.stage
    if stage is None:
        raise ValueError(f"{file.path} has problems")
    api_id = _find(endpoint, stage.api_id)
    if api_id is None:
        api_id = _create(endpoint, file, stage.api_id)
        yield f"API {stage.api_id} is new: it is {api_id} here"
    document = parse(file.path, file.content)
    document = _naming(document, stage.api_id, api_id)
    body = json.dumps(document).encode()
    endpoint.rest("PUT", f"/restapis/{api_id}", {"mode": "overwrite"}, body)
    declared = _naming(declared_form(file), stage.api_id, api_id)
    deployed = _deployed(endpoint, api_id, stage.name, declared)
    sides: Mapping[str, Form | None] = {DECLARED: declared, DEPLOYED: deployed}
    found = differences(sides)
    name = f"API {api_id} stage {stage.name}"
    for difference in found if deployed is not None else ():
        yield f"{name}: {difference.words(sides)}"
    if found:
        made = {"stageName": stage.name, **_present({"variables": dict(stage.variables)})}
        deployment = endpoint.rest(
            "POST", f"/restapis/{api_id}/deployments", body=json.dumps(made).encode()
        )
        yield f"{name}: serves deployment {deployment['id']}"
    yield from _set_variables(endpoint, api_id, stage, name)


def _find(endpoint: Endpoint, wanted: str) -> str | None:
    """Find the API of a file: the one of that id, else the one that the file made."""
    try:
        endpoint.rest("GET", f"/restapis/{wanted}")
    except EndpointError as error:
        if error.status != 404:
            raise
    else:
        return wanted
    position: str | None = None
    while True:
        query = {"limit": "500", **_present({"position": position})}
        page = endpoint.rest("GET", "/restapis", query)
        for api in page.get("item", ()):
            if api.get("tags", {}).get(TAG) == wanted:
                return str(api["id"])
        position = page.get("position")
        if not position:
            return None


def _create(endpoint: Endpoint, file: ApiFile, wanted: str) -> str:
    document = parse(file.path, file.content)
    # Which names an API that is not there yet; the next call brings it.
    document.pop(POLICY, None)
    info = document.get("info")
    named = info if isinstance(info, Mapping) and info.get("title") else {"title": wanted}
    document["info"] = {**(info or {}), **named}
    made = endpoint.rest("POST", "/restapis", {"mode": "import"}, json.dumps(document).encode())
    api_id = str(made["id"])
    arn = f"arn:{partition_of(endpoint.region)}:apigateway:{endpoint.region}::/restapis/{api_id}"
    tags = json.dumps({"tags": {TAG: wanted}}).encode()
    endpoint.rest("PUT", f"/tags/{quote(arn, safe='')}", body=tags)
    return api_id


def _naming(holder: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Let the policy of a document or form name another API id in its resources."""
    copy = dict(holder)
    for member in (POLICY, "policy"):
        policy = copy.get(member)
        if not isinstance(policy, Mapping) or old == new:
            continue
        written = policy.get("Statement")
        statements = written if isinstance(written, list) else [written]
        copy[member] = {**policy, "Statement": [_renamed(s, old, new) for s in statements]}
    return copy


def _renamed(statement: Any, old: str, new: str) -> Any:  # noqa: ANN401 - any JSON value
    def renamed(text: Any) -> Any:  # noqa: ANN401 - any JSON value
        pieces = text.split(":", 5) if isinstance(text, str) else []
        if len(pieces) != 6 or pieces[2] != "execute-api":
            return text
        api, slash, rest = pieces[5].partition("/")
        return ":".join([*pieces[:5], new + slash + rest]) if api == old else text

    if not isinstance(statement, Mapping):
        return statement
    return {
        name: ([renamed(t) for t in value] if isinstance(value, list) else renamed(value))
        if name in {"Resource", "NotResource"}
        else value
        for name, value in statement.items()
    }


def _deployed(endpoint: Endpoint, api_id: str, stage: str, declared: Form) -> Form | None:
    """Read what a stage serves, from its export; None when there is no such stage."""
    try:
        document = endpoint.rest(
            "GET",
            f"/restapis/{api_id}/stages/{stage}/exports/oas30",
            {"extensions": "integrations,authorizers,apigateway"},
        )
    except EndpointError as error:
        if error.status == 404:
            return None
        raise
    deployed = read(document, Problems()).api
    # What the file leaves to the endpoint.
    for member in ("version", "endpointTypes"):
        if member not in declared:
            deployed.pop(member, None)
    return deployed


def _set_variables(endpoint: Endpoint, api_id: str, stage: Stage, name: str) -> Iterator[str]:
    path = f"/restapis/{api_id}/stages/{stage.name}"
    known = endpoint.rest("GET", path).get("variables") or {}
    patches = [
        {"op": "replace", "path": f"/variables/{variable}", "value": value}
        for variable, value in stage.variables.items()
        if known.get(variable) != value
    ]
    gone = sorted(set(known) - set(stage.variables))
    patches += [{"op": "remove", "path": f"/variables/{variable}"} for variable in gone]
    if patches:
        body = json.dumps({"patchOperations": patches}).encode()
        endpoint.rest("PATCH", path, body=body)
    for patch in patches:
        variable = patch["path"].removeprefix("/variables/")
        yield f"{name}: variable {variable} is {json.dumps(patch.get('value'))}"


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in members.items() if value}
