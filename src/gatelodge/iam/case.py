"""Single cases as JSON: one request with all its policies, and the answer.

The shape is that of `gatelodge iam simulate --jsonl`, so that any other engine can be compared.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from gatelodge.iam.compile import PolicySet
from gatelodge.iam.document import PolicyKind, parse
from gatelodge.iam.evaluate import Outcome, Policies, evaluate
from gatelodge.iam.principals import ANONYMOUS, Principal, PrincipalKind
from gatelodge.iam.problems import PolicyError
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import Verdict
from gatelodge.iam.trials import trials
from gatelodge.iam.variables import Value
from gatelodge.iam.words import silence_words, trial_words

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
_ROOT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root|(\d{12})", re.ASCII)
_USER = re.compile(r"arn:[a-z-]+:iam::(\d{12}):user/(?:.*/)?([^/]+)", re.ASCII | re.DOTALL)
_ROLE = re.compile(r"arn:([a-z-]+):iam::(\d{12}):role/(?:.*/)?([^/]+)", re.ASCII | re.DOTALL)
_SESSION = re.compile(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/([^/]+)", re.ASCII)
_FEDERATED = re.compile(r"arn:[a-z-]+:sts::(\d{12}):federated-user/(.+)", re.ASCII | re.DOTALL)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", re.ASCII)


class CaseError(ValueError):
    """A case that is not of the documented shape."""


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """Decide one case: `{"id", "decision", "because"}`, or `{"id", "error"}` for a bad one."""
    identity = {"id": case["id"]} if "id" in case else {}
    try:
        query, policies = read_case(case)
    except (CaseError, PolicyError) as error:
        return {**identity, "error": str(error)}
    outcome = evaluate(query, policies)
    return {
        **identity,
        "decision": _DECISIONS[outcome.verdict],
        "because": because(query, policies, outcome),
    }


def read_case(case: Mapping[str, Any]) -> tuple[Query, Policies]:
    """Read a case. Raises CaseError for its shape and PolicyError for a policy in it."""
    unknown = sorted(set(case) - MEMBERS)
    if unknown:
        raise CaseError(f"unknown member {unknown[0]!r}")
    for member in ("principal", "action", "resource"):
        if not isinstance(case.get(member), str) or not case[member]:
            raise CaseError(f"{member} is missing or not a string")
    resource = case["resource"]
    owner = case.get("resourceAccount") or _account_of(resource)
    bounded = case.get("permissionsBoundary") is not None
    principal = read_principal(case["principal"], case.get("principalTags", {}), bounded=bounded)
    keys = {**principal.keys, **_read_context(case.get("context", {}))}
    session = case.get("sessionPolicies")
    if session is None and principal.kind is PrincipalKind.FEDERATED_USER:
        session = []  # without one, a federated user has no permissions
    policies = Policies(
        _set(case, "identityPolicies", PolicyKind.IDENTITY),
        _one(case, "permissionsBoundary", PolicyKind.BOUNDARY),
        None if session is None else _documents(session, "sessionPolicies", PolicyKind.SESSION),
        service_control=_levels(case, "serviceControlPolicies", PolicyKind.SERVICE_CONTROL),
        resource=_one(case, "resourcePolicy", PolicyKind.RESOURCE),
        resource_control=_levels(case, "resourceControlPolicies", PolicyKind.RESOURCE_CONTROL),
    )
    return Query(case["action"], resource, principal, keys, owner or ""), policies


def read_principal(text: str, tags: Any, *, bounded: bool = False) -> Principal:  # noqa: ANN401 - checked here
    """Make a principal of an ARN, an account, a service name or `*`. Raises CaseError."""
    if not isinstance(tags, Mapping) or not all(isinstance(v, str) for v in tags.values()):
        raise CaseError("principalTags is an object of strings")
    if text in {"*", "anonymous"}:
        return ANONYMOUS
    if match := _ROOT.fullmatch(text):
        account = match[1] or match[2]
        arn = text if match[1] else f"arn:aws:iam::{account}:root"
        return Principal(PrincipalKind.ROOT, arn, account, user_id=account, tags=tags)
    if match := _USER.fullmatch(text):
        return Principal(
            PrincipalKind.USER, text, match[1], username=match[2], tags=tags, bounded=bounded
        )
    if match := _SESSION.fullmatch(text):
        role = f"arn:{match[1]}:iam::{match[2]}:role/{match[3]}"
        return _role_session(text, match[2], role, tags, bounded=bounded)
    if match := _ROLE.fullmatch(text):
        session = f"arn:{match[1]}:sts::{match[2]}:assumed-role/{match[3]}/session"
        return _role_session(session, match[2], text, tags, bounded=bounded)
    if match := _FEDERATED.fullmatch(text):
        return Principal(
            PrincipalKind.FEDERATED_USER,
            text,
            match[1],
            user_id=f"{match[1]}:{match[2]}",
            tags=tags,
            bounded=bounded,
        )
    if _SERVICE.fullmatch(text):
        return Principal(PrincipalKind.SERVICE, text, None)
    raise CaseError(f"{text!r} is no principal: give an ARN, an account, a service or *")


def because(query: Query, policies: Policies, outcome: Outcome) -> list[str]:
    """Say why, most important first: what determined the decision, or what was missing."""
    sets = {
        PolicyKind.IDENTITY: policies.identity,
        PolicyKind.RESOURCE: policies.resource,
        PolicyKind.BOUNDARY: policies.boundary,
        PolicyKind.SESSION: policies.session,
    }
    if outcome.verdict is Verdict.SILENT and outcome.decisive is not None:
        policy_set = sets.get(outcome.decisive)
        tried = trials(policy_set, query) if policy_set is not None else ()
        return [silence_words(outcome.decisive, tried)]
    determining = set(outcome.determining)
    levels = (*policies.service_control, *policies.resource_control)
    sentences = [
        trial_words(trial)
        for policy_set in (*sets.values(), *levels)
        if policy_set is not None
        for trial in trials(policy_set, query)
        if trial.ref in determining
    ]
    return sentences or ["the root user needs no policy"]


def _role_session(
    arn: str, account: str, role_arn: str, tags: Mapping[str, str], *, bounded: bool
) -> Principal:
    return Principal(
        PrincipalKind.ROLE_SESSION, arn, account, role_arn=role_arn, tags=tags, bounded=bounded
    )


def _account_of(resource: str) -> str | None:
    pieces = resource.split(":", 5)
    return pieces[4] if len(pieces) == 6 else None


def _read_context(context: Any) -> dict[str, Value]:  # noqa: ANN401 - checked here
    if not isinstance(context, Mapping):
        raise CaseError("context is an object")
    keys: dict[str, Value] = {}
    for key, value in context.items():
        if isinstance(value, list):
            keys[key.lower()] = tuple(_text(key, item) for item in value)
        else:
            keys[key.lower()] = _text(key, value)
    return keys


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise CaseError(f"context {key}: values are strings, numbers and booleans")


# Comparisons ask about the same documents again and again: (kind, document) → compiled (bounded).
_sets: dict[tuple[PolicyKind, bytes], PolicySet] = {}
_SETS_KEPT = 2048


def _compiled(document: Any, kind: PolicyKind) -> PolicySet:  # noqa: ANN401 - checked by parse
    try:
        key = (kind, orjson.dumps(document))
    except TypeError:
        return PolicySet([parse(document, kind)])
    found = _sets.get(key)
    if found is None:
        if len(_sets) >= _SETS_KEPT:
            _sets.clear()
        found = _sets[key] = PolicySet([parse(document, kind)])
    return found


def _set(case: Mapping[str, Any], member: str, kind: PolicyKind) -> PolicySet:
    return _documents(case.get(member) or [], member, kind)


def _one(case: Mapping[str, Any], member: str, kind: PolicyKind) -> PolicySet | None:
    document = case.get(member)
    return None if document is None else _compiled(document, kind)


def _levels(case: Mapping[str, Any], member: str, kind: PolicyKind) -> Sequence[PolicySet]:
    levels = case.get(member) or []
    if not isinstance(levels, list):
        raise CaseError(f"{member} is a list of levels, each a list of documents")
    return [_documents(level, member, kind) for level in levels]


def _documents(documents: Any, member: str, kind: PolicyKind) -> PolicySet:  # noqa: ANN401 - checked here
    if not isinstance(documents, list):
        raise CaseError(f"{member} is a list of policy documents")
    if len(documents) == 1:
        return _compiled(documents[0], kind)
    names = [str(number) for number in range(1, len(documents) + 1)]
    return PolicySet(
        [parse(document, kind, name=name) for document, name in zip(documents, names, strict=True)]
    )
