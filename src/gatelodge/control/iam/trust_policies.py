"""Trust policies: AWS's texts for what is wrong, and users and roles kept by their unique ids.

A principal that is a user or role of this store is stored as its unique id (`AIDA…`) and shown as
its ARN while it exists, so that whoever is made anew under an old name is not trusted
(control-plane.md section 4.3).
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.iam import faults
from gatelodge.control.iam.policy_documents import load, malformed, size, statements_of
from gatelodge.store import Store
from gatelodge.world.iam_entities import ROLE, USER, find_by_arn, find_by_id, read_document

SIZE = 2048
_ELEMENTS = {"Version", "Id", "Statement"}
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", re.ASCII)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)\w+", re.ASCII)
_INVALID_JSON = "This policy contains invalid Json"
_SYNTAX = "Syntax error in policy."


def read_trust(call: Call, text: str) -> str:
    """Check a trust policy; gives the text to store. Raises Fault: MalformedPolicyDocument."""
    document = load(text, _INVALID_JSON)
    if size(text) > SIZE:
        raise faults.quota("ACLSizePerRole", SIZE)
    if not set(document) <= _ELEMENTS:
        raise malformed(_SYNTAX)
    if document.get("Version") not in ("2008-10-17", "2012-10-17"):
        raise malformed("The policy must contain a valid version string")
    statements = statements_of(document)
    if not statements or not all(statements):
        raise malformed("Could not parse the policy: Statement is empty!")
    for statement in statements:
        if not isinstance(statement, Mapping):
            raise malformed(_SYNTAX)
        _check(statement)
    sids = [str(statement["Sid"]) for statement in statements if statement.get("Sid")]
    if len(set(sids)) != len(sids):
        raise malformed("The Statement Ids in the policy are not unique")
    try:
        iam.parse(text, iam.PolicyKind.TRUST)
    except iam.PolicyError as error:
        raise malformed(_principal_problem(error, document) or _SYNTAX) from error
    return _rewritten(document, lambda arn: _stored(call, arn))


def show_trust(store: Store, stored: str | Mapping[str, Any]) -> str:
    """Give a stored trust policy as it is shown: unique ids of whoever exists as ARNs."""
    document = read_document(stored)

    def shown(text: str) -> str:
        found = find_by_id(store, text) if _UNIQUE_ID.fullmatch(text) else None
        return text if found is None else str(found.body["Arn"])

    return _rewritten(document, shown)


def resolve_trust(store: Store, text: str) -> str:
    """Give the text to store of a valid trust policy; whoever is not here stays as written."""

    def stored(principal: str) -> str:
        kind = USER if ":user/" in principal else ROLE
        found = find_by_arn(store, kind, principal)
        return principal if found is None else found.parent

    return _rewritten(read_document(text), stored)


def _check(statement: Mapping[str, Any]) -> None:
    if "Effect" not in statement:
        raise malformed("Missing required field Effect")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise malformed(f"Invalid effect: {statement['Effect']}")
    for member in ("Resource", "NotResource"):
        if member in statement:
            raise malformed(f"Has prohibited field {member}")
    if "NotPrincipal" in statement and statement["Effect"] == "Allow":
        raise malformed("Allow with NotPrincipal is not allowed.")
    if "Principal" not in statement and "NotPrincipal" not in statement:
        raise malformed("Missing required field Principal")
    actions = statement.get("Action", statement.get("NotAction"))
    if actions is None:
        raise malformed("Missing required field Action")
    for action in actions if isinstance(actions, list) else [actions]:
        if not isinstance(action, str):
            raise malformed(_SYNTAX)
        if not action.lower().startswith("sts:"):
            raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    for member in ("Principal", "NotPrincipal"):
        named = statement.get(member)
        services = named.get("Service", []) if isinstance(named, Mapping) else []
        for service in services if isinstance(services, list) else [services]:
            if not isinstance(service, str) or not _SERVICE.fullmatch(service):
                raise malformed(f'Invalid principal in policy: "SERVICE":"{service}"')


def _principal_problem(error: iam.PolicyError, document: Mapping[str, Any]) -> str | None:
    """Name the principal that the engine does not take, if that is what is wrong."""
    for problem in error.problems:
        keys = problem.pointer.strip("/").split("/")
        if "Principal" not in keys and "NotPrincipal" not in keys:
            continue
        value: Any = document
        for key in keys:
            value = value[int(key)] if isinstance(value, list) else value[key]
        kind = next((key for key in reversed(keys) if not key.isdigit()), "AWS")
        return f'Invalid principal in policy: "{kind.upper()}":"{value}"'
    return None


def _stored(call: Call, text: str) -> str:
    """Give what is stored for an AWS principal. Raises Fault when it should be there and is not."""
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam" or arn.resource == "root":
        return text
    kind = USER if arn.resource.startswith("user/") else ROLE
    found = find_by_arn(call.store, kind, text)
    if found is not None:
        return found.parent
    # Whoever belongs to an account that is not kept here cannot be looked up.
    if arn.account != call.account and not _is_kept(call.store, arn.account):
        return text
    raise malformed(f'Invalid principal in policy: "AWS":"{text}"')


def _is_kept(store: Store, account: str) -> bool:
    known = any(store.count(kind, account) for kind in (USER, ROLE))
    return known or bool(store.access_keys_of(account))


def _rewritten(document: Mapping[str, Any], change: Callable[[str], str]) -> str:
    statements = [_with_principals(s, change) for s in statements_of(document)]
    alone = not isinstance(document["Statement"], list)
    rewritten = {**document, "Statement": statements[0] if alone else statements}
    return json.dumps(rewritten, separators=(",", ":"))


def _with_principals(statement: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    rewritten = dict(statement)
    for member in ("Principal", "NotPrincipal"):
        named = statement.get(member)
        if not isinstance(named, Mapping) or "AWS" not in named:
            continue
        listed = named["AWS"]
        texts = [change(t) for t in listed] if isinstance(listed, list) else change(listed)
        rewritten[member] = {**named, "AWS": texts}
    return rewritten
