"""The policies of functions: whom their statements name, and the policies compiled.

A user or role that a statement names by ARN is the one who had the name when the statement was
added: whoever is made under that name later is another. `Principals` of a policy's document keeps
the unique ids, by the statements' Sids.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge import iam
from gatelodge.store import Store
from gatelodge.world.iam_entities import ROLE, USER, find_by_arn

_VERSION = "2012-10-17"
_NAME = "function policy"


def policy_body(
    store: Store,
    statements: Sequence[Mapping[str, Any]],
    revision: str,
    before: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Write the body of a policy's document; before: the body until now.

    A statement that stood there before names whom it named.
    """
    known = {s["Sid"]: s for s in before["Policy"]["Statement"]} if before else {}
    kept = before.get("Principals", {}) if before else {}
    principals = {}
    for statement in statements:
        sid = statement["Sid"]
        if statement == known.get(sid):
            unique_id = kept.get(sid)
        else:
            unique_id = _unique_id(store, statement["Principal"])
        if unique_id is not None:
            principals[sid] = unique_id
    return {
        "Policy": {"Version": _VERSION, "Id": "default", "Statement": list(statements)},
        "RevisionId": revision,
        "Principals": principals,
    }


def compile_policy(body: Mapping[str, Any]) -> iam.PolicySet:
    """Compile the body of a policy's document. Raises iam.PolicyError."""
    principals = body.get("Principals", {})
    policies = []
    for statement in body["Policy"]["Statement"]:
        unique_id = principals.get(statement["Sid"])
        policies.append(
            iam.parse(
                {"Version": _VERSION, "Statement": [statement]},
                iam.PolicyKind.RESOURCE,
                name=_NAME,
                unique_ids={statement["Principal"]["AWS"]: unique_id} if unique_id else {},
            )
        )
    return iam.PolicySet(policies)


def _unique_id(store: Store, principal: str | Mapping[str, str]) -> str | None:
    """Find the unique id of a user or role that a Principal names; None for everything else."""
    arn = principal.get("AWS", "") if isinstance(principal, Mapping) else ""
    entity = find_by_arn(store, USER if ":user/" in arn else ROLE, arn)
    return entity.parent if entity is not None else None
