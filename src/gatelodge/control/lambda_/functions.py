"""Functions: made, read, changed and deleted (AWS Lambda API reference)."""

from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.lambda_ import versions
from gatelodge.control.lambda_.configuration import (
    change,
    check_revision,
    keep_code,
    new_configuration,
    renew,
    shown,
)
from gatelodge.control.lambda_.names import (
    conflict,
    function,
    invalid,
    not_found,
    read_name,
    version,
    without_qualifier,
)
from gatelodge.control.lambda_.pages import cut
from gatelodge.control.lambda_.settings import check_tags
from gatelodge.control.operations import Output, operation
from gatelodge.functions.documents import ALIAS, FUNCTION, POLICY, VERSION, versions_of
from gatelodge.functions.function import LATEST
from gatelodge.store import Document


@operation("lambda", "CreateFunction")
def create_function(
    call: Call,
    *,
    FunctionName: str,
    Role: str,
    Code: Mapping[str, Any],
    Tags: Mapping[str, str] | None = None,
    Publish: bool = False,
    **rest: Any,
) -> Output:
    """Make a function."""
    named = read_name(call, FunctionName)
    without_qualifier(named)
    if call.store.document(named.account, named.region, FUNCTION, named.name):
        raise conflict(f"Function already exist: {named.name}")
    custom = str(rest.get("Runtime")).startswith("provided")
    if "Runtime" not in rest or ("Handler" not in rest and not custom):
        raise invalid("Runtime and Handler are mandatory parameters for functions created with "
                      "deployment packages.")  # fmt: skip
    body: dict[str, Any] = {"Configuration": new_configuration(call, named, Role)}
    change(call, body, named, {"Role": Role, **rest})
    sha, size = keep_code(call, Code)
    body["Configuration"] |= {"CodeSha256": sha, "CodeSize": size}
    if Tags:
        check_tags(Tags)
        body["Tags"] = dict(Tags)
    renew(call, body)
    document = call.store.put(
        Document(
            account=named.account,
            region=named.region,
            kind=FUNCTION,
            id=named.name,
            name=named.name,
            body=body,
            created=call.now.isoformat(),
        )
    )
    answer = versions.publish(call, named, document) if Publish else shown(call, document)
    return {
        **answer,
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
        "LastUpdateStatus": None,
    }


@operation("lambda", "GetFunction")
def get_function(call: Call, *, FunctionName: str, Qualifier: str | None = None) -> Output:
    """Show a function and what belongs to it as a whole."""
    named = read_name(call, FunctionName, Qualifier)
    found, whole = version(call, named), function(call, named)
    answer: dict[str, Any] = {
        "Configuration": shown(call, found),
        "Code": {"RepositoryType": "gatelodge"},
    }
    if whole.body.get("Tags"):
        answer["Tags"] = dict(whole.body["Tags"])
    if "ReservedConcurrentExecutions" in whole.body:
        reserved = whole.body["ReservedConcurrentExecutions"]
        answer["Concurrency"] = {"ReservedConcurrentExecutions": reserved}
    return answer


@operation("lambda", "GetFunctionConfiguration")
def get_function_configuration(
    call: Call, *, FunctionName: str, Qualifier: str | None = None
) -> Output:
    """Show a version's configuration."""
    return shown(call, version(call, read_name(call, FunctionName, Qualifier)))


@operation("lambda", "ListFunctions")
def list_functions(
    call: Call,
    *,
    FunctionVersion: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
    MasterRegion: str | None = None,
) -> Output:
    """List the functions of the account in this region; with ALL, every version."""
    if MasterRegion is not None:
        raise invalid("MasterRegion is not supported: there are no Lambda@Edge functions here")
    kinds = (FUNCTION, VERSION) if FunctionVersion == "ALL" else (FUNCTION,)
    found = [
        document
        for kind in kinds
        for document in call.store.documents(kind, account=call.account)
        if document.region == call.region
    ]
    documents, marker = cut(found, MaxItems, Marker)
    return {"Functions": [shown(call, d) for d in documents], "NextMarker": marker}


@operation("lambda", "UpdateFunctionCode")
def update_function_code(
    call: Call,
    *,
    FunctionName: str,
    Publish: bool = False,
    DryRun: bool = False,
    RevisionId: str | None = None,
    Architectures: list[str] | None = None,
    **code: Any,
) -> Output:
    """Give a function another package."""
    named = read_name(call, FunctionName)
    without_qualifier(named)
    document = function(call, named)
    check_revision(document, RevisionId)
    body = _copy(document)
    if Architectures is not None:
        change(call, body, named, {"Architectures": Architectures})
    sha, size = keep_code(call, code)
    body["Configuration"] |= {"CodeSha256": sha, "CodeSize": size}
    renew(call, body)
    changed = _with(document, body)
    if DryRun:
        return shown(call, changed)
    stored = call.store.put(changed)
    answer = versions.publish(call, named, stored) if Publish else shown(call, stored)
    return {**answer, **_IN_PROGRESS}


@operation("lambda", "UpdateFunctionConfiguration")
def update_function_configuration(
    call: Call, *, FunctionName: str, RevisionId: str | None = None, **given: Any
) -> Output:
    """Change a function's configuration; what is not given stays."""
    named = read_name(call, FunctionName)
    without_qualifier(named)
    document = function(call, named)
    check_revision(document, RevisionId)
    body = _copy(document)
    change(call, body, named, given)
    renew(call, body)
    return {**shown(call, call.store.put(_with(document, body))), **_IN_PROGRESS}


_IN_PROGRESS = {
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}


@operation("lambda", "DeleteFunction")
def delete_function(call: Call, *, FunctionName: str, Qualifier: str | None = None) -> Output:
    """Delete a function with everything that belongs to it, or one version of it."""
    named = read_name(call, FunctionName, Qualifier)
    whole = function(call, named)
    if named.qualifier is not None:
        return _delete_version(call, FunctionName, Qualifier)
    for kind in (VERSION, ALIAS, POLICY):
        for document in call.store.children(named.account, named.region, kind, named.name):
            call.store.remove(document)
    call.store.remove(whole)
    return {"StatusCode": 204}


def _delete_version(call: Call, text: str, qualifier: str | None) -> Output:
    named = read_name(call, text, qualifier)
    if named.qualifier == LATEST:
        raise invalid("$LATEST version cannot be deleted without deleting the function.")
    number = str(named.qualifier)
    if not number.isdigit():
        raise invalid("Deletion of aliases is not currently supported.")
    aliases = call.store.children(named.account, named.region, ALIAS, named.name)
    using = [alias.body["Name"] for alias in aliases if number in versions_of(alias.body)]
    if using:
        raise conflict(f"Version {number} is used by the alias {using[0]}")
    document = call.store.document(named.account, named.region, VERSION, f"{named.name}:{number}")
    if document is None:
        raise not_found(named.qualified_arn)
    call.store.remove(document)
    versions.remove_policy(call, named, number)
    return {"StatusCode": 204}


def _copy(document: Document) -> dict[str, Any]:
    body = dict(document.body)
    body["Configuration"] = dict(body["Configuration"])
    return body


def _with(document: Document, body: Mapping[str, Any]) -> Document:
    return Document(
        account=document.account,
        region=document.region,
        kind=document.kind,
        id=document.id,
        parent=document.parent,
        name=document.name,
        body=body,
        version=document.version,
        created=document.created,
    )
