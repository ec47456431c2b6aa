"""Who else may use a function: its resource policy (control-plane.md section 7.3)."""

import json
import uuid
from typing import Any

from gatelodge import iam
from gatelodge.arn import partition_of
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.configuration import check_revision
from gatelodge.control.lambda_.names import (
    Named,
    conflict,
    function,
    invalid,
    read_name,
    version,
)
from gatelodge.control.operations import Output, operation
from gatelodge.functions.documents import POLICY
from gatelodge.functions.function import LATEST
from gatelodge.functions.permissions import PrincipalError, permission_statement
from gatelodge.store import Document
from gatelodge.world.function_policies import policy_body

MAX_POLICY = 20_480


@operation("lambda", "AddPermission")
def add_permission(
    call: Call,
    *,
    FunctionName: str,
    StatementId: str,
    Qualifier: str | None = None,
    RevisionId: str | None = None,
    InvokedViaFunctionUrl: bool | None = None,
    **given: Any,
) -> Output:
    """Add a statement to the policy of a function, a version or an alias."""
    if InvokedViaFunctionUrl is not None:
        raise invalid("InvokedViaFunctionUrl is not supported: there are no function URLs here")
    named = _existing(call, FunctionName, Qualifier)
    if named.qualifier == LATEST:
        raise invalid("We currently do not support adding policies for $LATEST.")
    document = _stored(call, named)
    if document is not None:
        check_revision(document, RevisionId)
    statements = list(document.body["Policy"]["Statement"]) if document else []
    if any(statement["Sid"] == StatementId for statement in statements):
        raise conflict(
            f"The statement id ({StatementId}) provided already exists. Please provide a new "
            "statement id, or remove the existing statement."
        )
    try:
        statement = permission_statement(
            named.qualified_arn,
            StatementId=StatementId,
            partition=partition_of(call.region),
            **given,
        )
        iam.parse({"Version": "2012-10-17", "Statement": [statement]}, iam.PolicyKind.RESOURCE)
    except (PrincipalError, iam.PolicyError) as error:
        raise invalid(
            "The provided principal was invalid. Please check the principal and try again."
        ) from error
    _keep(call, named, document, [*statements, statement])
    return {"Statement": json.dumps(statement, separators=(",", ":"))}


@operation("lambda", "RemovePermission")
def remove_permission(
    call: Call,
    *,
    FunctionName: str,
    StatementId: str,
    Qualifier: str | None = None,
    RevisionId: str | None = None,
) -> Output:
    """Take a statement out of a policy; the policy goes with its last one."""
    named = _existing(call, FunctionName, Qualifier)
    document = _stored(call, named)
    if document is None:
        raise _missing("No policy is associated with the given resource.")
    check_revision(document, RevisionId)
    statements = document.body["Policy"]["Statement"]
    left = [statement for statement in statements if statement["Sid"] != StatementId]
    if len(left) == len(statements):
        raise _missing(f"Statement {StatementId} is not found in resource policy.")
    if left:
        _keep(call, named, document, left)
    else:
        call.store.remove(document)
    return None


@operation("lambda", "GetPolicy")
def get_policy(call: Call, *, FunctionName: str, Qualifier: str | None = None) -> Output:
    """Show the policy of a function, a version or an alias."""
    document = _stored(call, _existing(call, FunctionName, Qualifier))
    if document is None:
        raise _missing("The resource you requested does not exist.")
    return {
        "Policy": json.dumps(document.body["Policy"], separators=(",", ":")),
        "RevisionId": document.body["RevisionId"],
    }


def _existing(call: Call, text: str, qualifier: str | None) -> Named:
    named = read_name(call, text, qualifier)
    function(call, named)
    version(call, named)
    return named


def _place(named: Named) -> str:
    return named.name if named.qualifier is None else f"{named.name}:{named.qualifier}"


def _stored(call: Call, named: Named) -> Document | None:
    return call.store.document(named.account, named.region, POLICY, _place(named))


def _keep(
    call: Call, named: Named, document: Document | None, statements: list[dict[str, Any]]
) -> None:
    revision = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_place(named)} {call.request_id}"))
    body = policy_body(call.store, statements, revision, document.body if document else None)
    size = len(json.dumps(body["Policy"], separators=(",", ":")))
    if size > MAX_POLICY:
        raise Fault(
            "PolicyLengthExceededException",
            f"The final policy size ({size}) is bigger than the limit ({MAX_POLICY}).",
            400,
            {"Type": "User"},
        )
    call.store.put(
        Document(
            account=named.account,
            region=named.region,
            kind=POLICY,
            id=_place(named),
            parent=named.name,
            name=_place(named),
            body=body,
            version=document.version if document else 0,
            created=call.now.isoformat(),
        )
    )


def _missing(message: str) -> Fault:
    return Fault("ResourceNotFoundException", message, 404, {"Type": "User"})
