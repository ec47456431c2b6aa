"""A denial in AWS's words, and in the encoded form that DecodeAuthorizationMessage opens.

Reference: control-plane.md sections 3.1 and 5.4.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable
from typing import Any

import orjson

from gatelodge import iam
from gatelodge.authorize.combine import POLICY_WORDS
from gatelodge.control.call import Check
from gatelodge.control.fault import Fault
from gatelodge.store import MasterKey, SealError

MAX_ENCODED = 10_240
_MAX_OPENED = 1_000_000
_SEALED_FOR = "authorization message of"
_WORDS = {**POLICY_WORDS, iam.PolicyKind.TRUST: ("the role trust policy", "role trust policy")}


class Denied(Fault):
    """A denial by policies; `encoded` is its trace, for those who may decode it."""

    def __init__(self, code: str, message: str, status: int, encoded: str) -> None:
        super().__init__(code, message, status)
        self.encoded = encoded


def denied(
    query: iam.Query,
    policies: iam.Policies,
    outcome: iam.Outcome,
    check: Check,
    protocol: str,
    master: MasterKey,
) -> Denied:
    """Make the error of a check that did not pass."""
    explicit = outcome.verdict is iam.Verdict.DENIED
    statements = _determining(policies, outcome) if explicit else []
    kind = outcome.decisive or iam.PolicyKind.IDENTITY
    if kind is iam.PolicyKind.RESOURCE and check.trust is not None:
        kind = iam.PolicyKind.TRUST
    with_article, name = _WORDS[kind]
    reason = f"because no {name} allows the {check.action} action"
    if explicit:
        reason = f"with an explicit deny in {with_article}"
        arn = next((s.policy.arn for s in statements if s.policy.arn is not None), None)
        if arn is not None:
            reason += f": {arn}"
    message = (
        f"User: {query.principal.arn} is not authorized to perform: {check.action} "
        f"on resource: {check.shown or check.resource} {reason}"
    )
    code = "AccessDenied" if protocol == "query" else "AccessDeniedException"
    told = _trace(query, statements, explicit=explicit)
    encoded = encode(told, query.principal.account or "", master)
    return Denied(code, message, 400 if protocol == "json" else 403, encoded)


def encode(told: object, account: str, master: MasterKey) -> str:
    """Seal a trace for an account; empty when it would be too long."""
    sealed = master.seal(zlib.compress(orjson.dumps(told)), f"{_SEALED_FOR} {account}")
    encoded = base64.urlsafe_b64encode(sealed).decode()
    return encoded if len(encoded) <= MAX_ENCODED else ""


def decode(encoded: str, account: str, master: MasterKey) -> str | None:
    """Open a trace sealed for an account; None when it is not one."""
    try:
        sealed = base64.b64decode(encoded.encode("ascii"), altchars=b"-_", validate=True)
        opened = master.open(sealed, f"{_SEALED_FOR} {account}")
        return zlib.decompressobj().decompress(opened, _MAX_OPENED).decode()
    except (SealError, binascii.Error, ValueError, zlib.error):
        return None


def _determining(policies: iam.Policies, outcome: iam.Outcome) -> list[Any]:
    """Find the statements behind a Deny, by identity: names of policies are not unique."""
    sets = (policies.identity, policies.resource, policies.boundary, policies.session)
    refs = outcome.determining
    return [
        compiled
        for policy_set in (*sets, *policies.service_control, *policies.resource_control)
        if policy_set is not None
        for compiled in policy_set.statements
        if any(compiled.ref is ref for ref in refs)
    ]


def _trace(query: iam.Query, statements: list[Any], *, explicit: bool) -> dict[str, Any]:
    keys = query.keys if isinstance(query.keys, dict) else {}
    return {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": _items(_statement(compiled.statement) for compiled in statements),
        "failures": _items(()),
        "context": {
            "principal": {"id": query.principal.user_id, "arn": query.principal.arn},
            "action": query.action,
            "resource": query.resource,
            "conditions": _items(
                {"key": key, "values": _values((value,) if isinstance(value, str) else value)}
                for key, value in sorted(keys.items())
            ),
        },
    }


def _statement(statement: Any) -> dict[str, Any]:
    return {
        "statementId": statement.sid or "",
        "effect": "ALLOW" if statement.allow else "DENY",
        "principals": _items(()),
        "principalGroups": _items(()),
        "actions": _values(statement.actions),
        "resources": _values(statement.resources),
        "conditions": _items(()),
    }


def _values(values: Iterable[str]) -> dict[str, Any]:
    return _items({"value": value} for value in values)


def _items(items: Iterable[Any]) -> dict[str, Any]:
    return {"items": list(items)}
