"""Who uses which managed policy: counted where it is attached, so that no count can be wrong."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.store import Document
from gatelodge.world.iam_entities import GROUP, ROLE, USER

Usage = tuple[int, int]
"""How many entities a policy is attached to, and of how many it is the boundary."""
_NOT_USED = (0, 0)


def usage(call: Call, arn: str | None = None) -> Mapping[str, Usage]:
    """Count the uses of one policy or of all, by ARN; (0, 0) for those not used."""
    counts: dict[str, Usage] = defaultdict(lambda: _NOT_USED)
    for entity in _entities(call):
        for used in attached(entity.body):
            if arn in (None, used):
                counts[used] = (counts[used][0] + 1, counts[used][1])
        used_as_boundary = boundary(entity.body)
        if used_as_boundary is not None and arn in (None, used_as_boundary):
            before = counts[used_as_boundary]
            counts[used_as_boundary] = (before[0], before[1] + 1)
    return counts


def users_of(call: Call, arn: str) -> Iterator[tuple[Document, bool]]:
    """Give every entity that uses a policy, and whether as its boundary; some both ways."""
    for entity in _entities(call):
        if arn in attached(entity.body):
            yield entity, False
        if boundary(entity.body) == arn:
            yield entity, True


def attached(body: Mapping[str, Any]) -> list[str]:
    """Give the ARNs of the policies attached to an entity."""
    return [policy["PolicyArn"] for policy in body.get("AttachedManagedPolicies") or ()]


def boundary(body: Mapping[str, Any]) -> str | None:
    """Give the ARN of an entity's boundary; None without one."""
    found: str | None = (body.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return found


def _entities(call: Call) -> Iterator[Document]:
    for kind in (USER, GROUP, ROLE):
        yield from call.store.documents(kind, account=call.account)
