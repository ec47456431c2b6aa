"""Permissions boundaries of users and roles."""

from collections.abc import Mapping

from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.operations import operation
from gatelodge.world.iam_entities import ROLE, USER, find_policy

_TYPE = "Policy"


def boundary_of(call: Call, arn: str | None) -> Mapping[str, str] | None:
    """Give a boundary as documents hold it. Raises Fault when there is no such policy."""
    if arn is None:
        return None
    parsed = Arn.parse(arn)
    if parsed is None or parsed.service != "iam" or not parsed.resource.startswith("policy/"):
        raise faults.invalid_input(f"ARN {arn} is not valid.")
    if find_policy(call.store, call.account, arn) is None:
        raise faults.no_such(f"Scope ARN: {arn} does not exist or is not attachable.")
    return {"PermissionsBoundaryType": _TYPE, "PermissionsBoundaryArn": arn}


@operation("iam", "PutUserPermissionsBoundary")
def put_user_permissions_boundary(call: Call, *, UserName: str, PermissionsBoundary: str) -> None:
    """Set a user's boundary."""
    _set(call, USER, UserName, PermissionsBoundary)


@operation("iam", "PutRolePermissionsBoundary")
def put_role_permissions_boundary(call: Call, *, RoleName: str, PermissionsBoundary: str) -> None:
    """Set a role's boundary."""
    _set(call, ROLE, RoleName, PermissionsBoundary)


@operation("iam", "DeleteUserPermissionsBoundary")
def delete_user_permissions_boundary(call: Call, *, UserName: str) -> None:
    """Take a user's boundary away."""
    _set(call, USER, UserName, None)


@operation("iam", "DeleteRolePermissionsBoundary")
def delete_role_permissions_boundary(call: Call, *, RoleName: str) -> None:
    """Take a role's boundary away."""
    _set(call, ROLE, RoleName, None)


def _set(call: Call, kind: str, name: str, arn: str | None) -> None:
    found = entities.need(call, kind, name)
    boundary = boundary_of(call, arn)
    entities.replace(call, found, entities.edited(found.body, PermissionsBoundary=boundary))
