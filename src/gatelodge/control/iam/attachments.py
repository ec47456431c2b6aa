"""Managed policies attached to users, groups and roles."""

from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.managed_policies import need_policy
from gatelodge.control.iam.names import check_policy_arn
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.policy_usage import users_of
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.iam_entities import GROUP, IDS, NAMES, ROLE, USER, find_policy

MOST = 10
_QUOTAS = {USER: "PoliciesPerUser", GROUP: "PoliciesPerGroup", ROLE: "PoliciesPerRole"}
_FILTERS = {USER: "User", GROUP: "Group", ROLE: "Role"}
_LISTS = {USER: "PolicyUsers", GROUP: "PolicyGroups", ROLE: "PolicyRoles"}


@operation("iam", "AttachUserPolicy")
def attach_user_policy(call: Call, *, UserName: str, PolicyArn: str) -> None:
    """Attach a policy to a user; again is no error."""
    _attach(call, USER, UserName, PolicyArn)


@operation("iam", "AttachGroupPolicy")
def attach_group_policy(call: Call, *, GroupName: str, PolicyArn: str) -> None:
    """Attach a policy to a group; again is no error."""
    _attach(call, GROUP, GroupName, PolicyArn)


@operation("iam", "AttachRolePolicy")
def attach_role_policy(call: Call, *, RoleName: str, PolicyArn: str) -> None:
    """Attach a policy to a role; again is no error."""
    _attach(call, ROLE, RoleName, PolicyArn)


@operation("iam", "DetachUserPolicy")
def detach_user_policy(call: Call, *, UserName: str, PolicyArn: str) -> None:
    """Detach a policy from a user."""
    _detach(call, USER, UserName, PolicyArn)


@operation("iam", "DetachGroupPolicy")
def detach_group_policy(call: Call, *, GroupName: str, PolicyArn: str) -> None:
    """Detach a policy from a group."""
    _detach(call, GROUP, GroupName, PolicyArn)


@operation("iam", "DetachRolePolicy")
def detach_role_policy(call: Call, *, RoleName: str, PolicyArn: str) -> None:
    """Detach a policy from a role."""
    _detach(call, ROLE, RoleName, PolicyArn)


@operation("iam", "ListAttachedUserPolicies")
def list_attached_user_policies(call: Call, *, UserName: str, **rest: Any) -> Output:
    """List what is attached to a user."""
    return _list(call, USER, UserName, **rest)


@operation("iam", "ListAttachedGroupPolicies")
def list_attached_group_policies(call: Call, *, GroupName: str, **rest: Any) -> Output:
    """List what is attached to a group."""
    return _list(call, GROUP, GroupName, **rest)


@operation("iam", "ListAttachedRolePolicies")
def list_attached_role_policies(call: Call, *, RoleName: str, **rest: Any) -> Output:
    """List what is attached to a role."""
    return _list(call, ROLE, RoleName, **rest)


@operation("iam", "ListEntitiesForPolicy")
def list_entities_for_policy(
    call: Call,
    *,
    PolicyArn: str,
    EntityFilter: str | None = None,
    PathPrefix: str | None = None,
    PolicyUsageFilter: str | None = None,
    **paging: Any,
) -> Output:
    """List the users, groups and roles that use a policy."""
    need_policy(call, PolicyArn)
    wanted = {None: None, "PermissionsPolicy": False, "PermissionsBoundary": True}
    as_boundary = wanted[PolicyUsageFilter]
    found = {
        (entity.kind, entity.id): entity
        for entity, is_boundary in users_of(call, PolicyArn)
        if as_boundary in (None, is_boundary)
        and EntityFilter in (None, _FILTERS[entity.kind])
        and entities.path_of(entity.body).startswith(PathPrefix or "/")
    }
    output = page("all", found.values(), lambda d: f"{d.kind} {d.id}", lambda d: d, **paging)
    listed: list[Document] = output.pop("all")
    for kind, name in _LISTS.items():
        output[name] = [
            entities.show(entity.body, (NAMES[kind], IDS[kind]))
            for entity in listed
            if entity.kind == kind
        ]
    return output


def _attach(call: Call, kind: str, name: str, arn: str) -> None:
    found = entities.need(call, kind, name)
    policy = find_policy(call.store, call.account, check_policy_arn(arn))
    if policy is None or not policy.get("IsAttachable", True):
        raise faults.no_such(f"Policy {arn} does not exist or is not attachable.")
    attached = list(found.body.get("AttachedManagedPolicies") or ())
    if any(one["PolicyArn"] == arn for one in attached):
        return
    if len(attached) >= MOST:
        raise faults.quota(_QUOTAS[kind], MOST)
    attached.append({"PolicyName": policy["PolicyName"], "PolicyArn": arn})
    entities.replace(call, found, {**found.body, "AttachedManagedPolicies": attached})


def _detach(call: Call, kind: str, name: str, arn: str) -> None:
    found = entities.need(call, kind, name)
    check_policy_arn(arn)
    attached = found.body.get("AttachedManagedPolicies") or ()
    kept = [one for one in attached if one["PolicyArn"] != arn]
    if len(kept) == len(attached):
        raise faults.no_such(f"Policy {arn} was not found.")
    entities.replace(call, found, entities.edited(found.body, AttachedManagedPolicies=kept))


def _list(
    call: Call, kind: str, name: str, *, PathPrefix: str | None = None, **paging: Any
) -> Output:
    found = entities.need(call, kind, name)
    prefix = PathPrefix or "/"
    attached = [
        one
        for one in found.body.get("AttachedManagedPolicies") or ()
        if _path(one["PolicyArn"]).startswith(prefix)
    ]
    return page("AttachedPolicies", attached, _order, dict, **paging)


def _order(attached: Mapping[str, str]) -> str:
    aws = ":iam::aws:" in attached["PolicyArn"]
    return f"{attached['PolicyName'].lower()} {aws}"


def _path(arn: str) -> str:
    """Give the path in a policy's ARN."""
    rest = arn.partition(":policy")[2]
    return rest[: rest.rindex("/") + 1]
