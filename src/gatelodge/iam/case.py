"""Single cases as JSON: one request with all its policies, and the answer.

The shape is that of `gatelodge iam simulate --jsonl`, so that any other engine can be compared.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from gatelodge.iam.asked import RequestError, request
from gatelodge.iam.compile import PolicySet
from gatelodge.iam.document import PolicyKind, parse
from gatelodge.iam.evaluate import Policies, evaluate
from gatelodge.iam.explain import because
from gatelodge.iam.principals import PrincipalKind
from gatelodge.iam.problems import PolicyError
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import Verdict

MEMBERS = frozenset(
    {
        "id",
        "principal",
        "principalTags",
        "action",
        "resource",
        "resourceAccount",
        "context",
        "identityPolicies",
        "resourcePolicy",
        "permissionsBoundary",
        "sessionPolicies",
        "serviceControlPolicies",
        "resourceControlPolicies",
    }
)
_DECISIONS = {
    Verdict.ALLOWED: "allowed",
    Verdict.DENIED: "explicitDeny",
    Verdict.SILENT: "implicitDeny",
}


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """Decide one case: `{"id", "decision", "because"}`, or `{"id", "error"}` for a bad one."""
    identity = {"id": case["id"]} if "id" in case else {}
    try:
        query, policies = read_case(case)
    except (RequestError, PolicyError) as error:
        return {**identity, "error": str(error)}
    outcome = evaluate(query, policies)
    return {
        **identity,
        "decision": _DECISIONS[outcome.verdict],
        "because": because(query, policies, outcome),
    }


def read_case(case: Mapping[str, Any]) -> tuple[Query, Policies]:
    """Read a case. Raises RequestError for its shape and PolicyError for a policy in it."""
    unknown = sorted(set(case) - MEMBERS)
    if unknown:
        raise RequestError(f"unknown member {unknown[0]!r}")
    for member in ("principal", "action", "resource"):
        if not isinstance(case.get(member), str) or not case[member]:
            raise RequestError(f"{member} is missing or not a string")
    owner = case.get("resourceAccount")
    if owner is not None and not isinstance(owner, str):
        raise RequestError("resourceAccount is a string")
    tags = case.get("principalTags", {})
    if not isinstance(tags, Mapping) or not all(isinstance(v, str) for v in tags.values()):
        raise RequestError("principalTags is an object of strings")
    context = case.get("context", {})
    if not isinstance(context, Mapping):
        raise RequestError("context is an object")
    query = request(
        case["principal"],
        case["action"],
        case["resource"],
        context,
        tags=tags,
        resource_account=owner,
        bounded=case.get("permissionsBoundary") is not None,
    )
    session = case.get("sessionPolicies")
    if session is None and query.principal.kind is PrincipalKind.FEDERATED_USER:
        session = []  # without one, a federated user has no permissions
    policies = Policies(
        _set(case, "identityPolicies", PolicyKind.IDENTITY),
        _one(case, "permissionsBoundary", PolicyKind.BOUNDARY),
        None if session is None else _documents(session, "sessionPolicies", PolicyKind.SESSION),
        service_control=_levels(case, "serviceControlPolicies", PolicyKind.SERVICE_CONTROL),
        resource=_one(case, "resourcePolicy", PolicyKind.RESOURCE),
        resource_control=_levels(case, "resourceControlPolicies", PolicyKind.RESOURCE_CONTROL),
    )
    return query, policies


# Comparisons may ask about the same documents again and again: (kind, document) → compiled. None
# until it is met twice, so that a stream of new documents keeps nothing. Bounded.
_sets: dict[tuple[PolicyKind, bytes], PolicySet | None] = {}
_SETS_KEPT = 2048


def _compiled(document: Any, kind: PolicyKind) -> PolicySet:  # noqa: ANN401 - checked by parse
    try:
        key = (kind, orjson.dumps(document))
    except TypeError:
        return PolicySet([parse(document, kind)])
    found = _sets.get(key)
    if found is None:
        found = PolicySet([parse(document, kind)])
        if len(_sets) >= _SETS_KEPT:
            _sets.clear()
        _sets[key] = found if key in _sets else None
    return found


def _set(case: Mapping[str, Any], member: str, kind: PolicyKind) -> PolicySet:
    return _documents(case.get(member) or [], member, kind)


def _one(case: Mapping[str, Any], member: str, kind: PolicyKind) -> PolicySet | None:
    document = case.get(member)
    return None if document is None else _compiled(document, kind)


def _levels(case: Mapping[str, Any], member: str, kind: PolicyKind) -> Sequence[PolicySet]:
    levels = case.get(member) or []
    if not isinstance(levels, list):
        raise RequestError(f"{member} is a list of levels, each a list of documents")
    several = len(levels) > 1
    return [
        _documents(level, member, kind, f"level {number}" if several else "")
        for number, level in enumerate(levels, 1)
    ]


def _documents(documents: Any, member: str, kind: PolicyKind, level: str = "") -> PolicySet:  # noqa: ANN401 - checked here
    if not isinstance(documents, list):
        raise RequestError(f"{member} is a list of policy documents")
    if len(documents) == 1 and not level:
        return _compiled(documents[0], kind)
    if len(documents) == 1:
        return PolicySet([parse(documents[0], kind, name=level)])
    start = f"{level}." if level else ""
    return PolicySet(
        [parse(one, kind, name=f"{start}{number}") for number, one in enumerate(documents, 1)]
    )
