"""Versions and aliases (AWS Lambda API reference)."""

import uuid
from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.configuration import check_revision, shown
from gatelodge.control.lambda_.names import Named, conflict, function, invalid, read_name
from gatelodge.control.lambda_.pages import cut
from gatelodge.control.operations import Output, operation
from gatelodge.functions.documents import ALIAS, FUNCTION, POLICY, VERSION
from gatelodge.functions.function import LATEST
from gatelodge.store import Document


@operation("lambda", "PublishVersion")
def publish_version(
    call: Call,
    *,
    FunctionName: str,
    CodeSha256: str | None = None,
    Description: str | None = None,
    RevisionId: str | None = None,
    PublishTo: str | None = None,
) -> Output:
    """Freeze $LATEST under the next number; nothing new when nothing has changed since."""
    if PublishTo is not None:
        raise invalid("PublishTo is not supported")
    named = read_name(call, FunctionName)
    document = function(call, named)
    check_revision(document, RevisionId)
    sha = document.body["Configuration"]["CodeSha256"]
    if CodeSha256 is not None and CodeSha256 != sha:
        raise invalid(
            f"CodeSHA256 ({CodeSha256}) is different from current CodeSHA256 in $LATEST ({sha}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    return publish(call, named, document, Description)


def publish(
    call: Call, named: Named, document: Document, description: str | None = None
) -> dict[str, Any]:
    """Freeze $LATEST; gives the version."""
    latest = document.body["Configuration"]
    last = document.body.get("LastVersion", 0)
    before = call.store.document(named.account, named.region, VERSION, f"{named.name}:{last}")
    if before is not None and before.body.get("Of") == latest["RevisionId"]:
        return shown(call, before)
    number = str(last + 1)
    configuration = {
        **latest,
        "Version": number,
        "FunctionArn": f"{named.arn}:{number}",
        "RevisionId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{latest['RevisionId']} {number}")),
    }
    if description is not None:
        configuration["Description"] = description
    body = {"Configuration": configuration, "Of": latest["RevisionId"]}
    for member in ("SealedEnvironment", "Remote"):
        if member in document.body:
            body[member] = document.body[member]
    made = call.store.put(_below(call, named, VERSION, number, body))
    stored = call.store.document(named.account, named.region, FUNCTION, named.name) or document
    call.store.put(
        Document(
            account=stored.account,
            region=stored.region,
            kind=stored.kind,
            id=stored.id,
            name=stored.name,
            body={**stored.body, "LastVersion": last + 1},
            version=stored.version,
            created=stored.created,
        )
    )
    return shown(call, made)


@operation("lambda", "ListVersionsByFunction")
def list_versions_by_function(
    call: Call, *, FunctionName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Output:
    """List $LATEST and every version."""
    named = read_name(call, FunctionName)
    found = [function(call, named)]
    found += call.store.children(named.account, named.region, VERSION, named.name)
    documents, marker = cut(found, MaxItems, Marker)
    return {"Versions": [shown(call, d) for d in documents], "NextMarker": marker}


@operation("lambda", "CreateAlias")
def create_alias(
    call: Call,
    *,
    FunctionName: str,
    Name: str,
    FunctionVersion: str,
    Description: str = "",
    RoutingConfig: Mapping[str, Any] | None = None,
) -> Output:
    """Give a version a name."""
    named = read_name(call, FunctionName)
    function(call, named)
    if Name.isdigit() or Name == LATEST:
        raise invalid(f"{Name!r} is not a name of an alias")
    arn = f"{named.arn}:{Name}"
    if call.store.document(named.account, named.region, ALIAS, f"{named.name}:{Name}"):
        raise conflict(f"Alias already exists: {arn}")
    _check_versions(call, named, FunctionVersion, RoutingConfig)
    body: dict[str, Any] = {
        "AliasArn": arn,
        "Name": Name,
        "FunctionVersion": FunctionVersion,
        "Description": Description,
        "RevisionId": _revision(call, arn),
    }
    if RoutingConfig:
        body["RoutingConfig"] = RoutingConfig
    return call.store.put(_below(call, named, ALIAS, Name, body)).body


@operation("lambda", "GetAlias")
def get_alias(call: Call, *, FunctionName: str, Name: str) -> Output:
    """Show an alias."""
    return _alias(call, read_name(call, FunctionName), Name).body


@operation("lambda", "ListAliases")
def list_aliases(
    call: Call,
    *,
    FunctionName: str,
    FunctionVersion: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Output:
    """List the aliases of a function, or those of one version."""
    named = read_name(call, FunctionName)
    function(call, named)
    found = [
        alias
        for alias in call.store.children(named.account, named.region, ALIAS, named.name)
        if FunctionVersion in (None, alias.body["FunctionVersion"])
    ]
    documents, marker = cut(found, MaxItems, Marker)
    return {"Aliases": [d.body for d in documents], "NextMarker": marker}


@operation("lambda", "UpdateAlias")
def update_alias(
    call: Call,
    *,
    FunctionName: str,
    Name: str,
    FunctionVersion: str | None = None,
    Description: str | None = None,
    RoutingConfig: Mapping[str, Any] | None = None,
    RevisionId: str | None = None,
) -> Output:
    """Lead an alias to another version."""
    named = read_name(call, FunctionName)
    document = _alias(call, named, Name)
    check_revision(document, RevisionId)
    body = dict(document.body)
    routing = body.get("RoutingConfig") if RoutingConfig is None else RoutingConfig
    _check_versions(call, named, FunctionVersion or body["FunctionVersion"], routing)
    if FunctionVersion is not None:
        body["FunctionVersion"] = FunctionVersion
    if Description is not None:
        body["Description"] = Description
    if RoutingConfig is not None:
        body.pop("RoutingConfig", None)
        if RoutingConfig.get("AdditionalVersionWeights"):
            body["RoutingConfig"] = RoutingConfig
    body["RevisionId"] = _revision(call, f"{body['AliasArn']} {body['RevisionId']}")
    made = _below(call, named, ALIAS, Name, body, version=document.version)
    return call.store.put(made).body


@operation("lambda", "DeleteAlias")
def delete_alias(call: Call, *, FunctionName: str, Name: str) -> Output:
    """Delete an alias; of one that is not there, nothing is said."""
    named = read_name(call, FunctionName)
    document_id = f"{named.name}:{Name}"
    found = call.store.document(named.account, named.region, ALIAS, document_id)
    if found is not None:
        call.store.remove(found)
        remove_policy(call, named, Name)
    return None


def remove_policy(call: Call, named: Named, qualifier: str) -> None:
    """Remove the permissions of a version or alias that is gone.

    Else whatever gets its name later would have them.
    """
    place = f"{named.name}:{qualifier}"
    found = call.store.document(named.account, named.region, POLICY, place)
    if found is not None:
        call.store.remove(found)


def _alias(call: Call, named: Named, name: str) -> Document:
    found = call.store.document(named.account, named.region, ALIAS, f"{named.name}:{name}")
    if found is None:
        function(call, named)
        raise Fault(
            "ResourceNotFoundException",
            f"Cannot find alias arn: {named.arn}:{name}",
            404,
            {"Type": "User"},
        )
    return found


def _check_versions(
    call: Call, named: Named, number: str, routing: Mapping[str, Any] | None
) -> None:
    weights = (routing or {}).get("AdditionalVersionWeights") or {}
    for one in (number, *weights):
        place = f"{named.name}:{one}"
        if one != LATEST and not call.store.document(named.account, named.region, VERSION, place):
            raise Fault(
                "ResourceNotFoundException", f"Function not found: {named.arn}:{one}", 404,
                {"Type": "User"},
            )  # fmt: skip
    if len(weights) > 1 or not all(0 <= weight <= 1 for weight in weights.values()):
        raise invalid("One additional version, with a weight from 0 to 1")
    if weights and LATEST in (number, *weights):
        raise invalid(f"{LATEST} is not supported for an alias pointing to more than 1 version")


def _revision(call: Call, seed: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed} {call.request_id}"))


def _below(
    call: Call,
    named: Named,
    kind: str,
    name: str,
    body: Mapping[str, Any],
    *,
    version: int = 0,
) -> Document:
    return Document(
        account=named.account,
        region=named.region,
        kind=kind,
        id=f"{named.name}:{name}",
        parent=named.name,
        name=f"{named.name}:{name}",
        body=body,
        version=version,
        created=call.now.isoformat(),
    )
