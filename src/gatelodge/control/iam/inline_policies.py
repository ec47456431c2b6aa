"""Policies that stand in a user, group or role itself."""

from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.names import WORDS, check_name
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.policy_documents import read_identity, size
from gatelodge.control.iam.policy_versions import encoded
from gatelodge.control.operations import Output, operation
from gatelodge.world.iam_entities import (
    GROUP,
    INLINE,
    NAMES,
    ROLE,
    USER,
    read_document_text,
)

SIZES = {USER: 2048, GROUP: 5120, ROLE: 10_240}


@operation("iam", "PutUserPolicy")
def put_user_policy(call: Call, *, UserName: str, PolicyName: str, PolicyDocument: str) -> None:
    """Set an inline policy of a user."""
    _put(call, USER, UserName, PolicyName, PolicyDocument)


@operation("iam", "PutGroupPolicy")
def put_group_policy(call: Call, *, GroupName: str, PolicyName: str, PolicyDocument: str) -> None:
    """Set an inline policy of a group."""
    _put(call, GROUP, GroupName, PolicyName, PolicyDocument)


@operation("iam", "PutRolePolicy")
def put_role_policy(call: Call, *, RoleName: str, PolicyName: str, PolicyDocument: str) -> None:
    """Set an inline policy of a role."""
    _put(call, ROLE, RoleName, PolicyName, PolicyDocument)


@operation("iam", "GetUserPolicy")
def get_user_policy(call: Call, *, UserName: str, PolicyName: str) -> Output:
    """Show an inline policy of a user."""
    return _get(call, USER, UserName, PolicyName)


@operation("iam", "GetGroupPolicy")
def get_group_policy(call: Call, *, GroupName: str, PolicyName: str) -> Output:
    """Show an inline policy of a group."""
    return _get(call, GROUP, GroupName, PolicyName)


@operation("iam", "GetRolePolicy")
def get_role_policy(call: Call, *, RoleName: str, PolicyName: str) -> Output:
    """Show an inline policy of a role."""
    return _get(call, ROLE, RoleName, PolicyName)


@operation("iam", "DeleteUserPolicy")
def delete_user_policy(call: Call, *, UserName: str, PolicyName: str) -> None:
    """Delete an inline policy of a user."""
    _delete(call, USER, UserName, PolicyName)


@operation("iam", "DeleteGroupPolicy")
def delete_group_policy(call: Call, *, GroupName: str, PolicyName: str) -> None:
    """Delete an inline policy of a group."""
    _delete(call, GROUP, GroupName, PolicyName)


@operation("iam", "DeleteRolePolicy")
def delete_role_policy(call: Call, *, RoleName: str, PolicyName: str) -> None:
    """Delete an inline policy of a role."""
    _delete(call, ROLE, RoleName, PolicyName)


@operation("iam", "ListUserPolicies")
def list_user_policies(call: Call, *, UserName: str, **paging: Any) -> Output:
    """List the names of a user's inline policies."""
    return _list(call, USER, UserName, **paging)


@operation("iam", "ListGroupPolicies")
def list_group_policies(call: Call, *, GroupName: str, **paging: Any) -> Output:
    """List the names of a group's inline policies."""
    return _list(call, GROUP, GroupName, **paging)


@operation("iam", "ListRolePolicies")
def list_role_policies(call: Call, *, RoleName: str, **paging: Any) -> Output:
    """List the names of a role's inline policies."""
    return _list(call, ROLE, RoleName, **paging)


def _put(call: Call, kind: str, name: str, policy_name: str, text: str) -> None:
    found = entities.need(call, kind, name)
    policy = {
        "PolicyName": check_name("policyName", policy_name),
        "PolicyDocument": read_identity(text),
    }
    policies = [p for p in found.body.get(INLINE[kind]) or () if p["PolicyName"] != policy_name]
    policies.append(policy)
    together = sum(size(read_document_text(p["PolicyDocument"])) for p in policies)
    if together > SIZES[kind]:
        raise faults.limit(
            f"Maximum policy size of {SIZES[kind]} bytes exceeded for {WORDS[kind]} {name}"
        )
    entities.replace(call, found, {**found.body, INLINE[kind]: policies})


def _get(call: Call, kind: str, name: str, policy_name: str) -> Output:
    found = entities.need(call, kind, name)
    for policy in found.body.get(INLINE[kind]) or ():
        if policy["PolicyName"] == policy_name:
            return {
                NAMES[kind]: name,
                "PolicyName": policy_name,
                "PolicyDocument": encoded(policy["PolicyDocument"]),
            }
    raise faults.no_such(f"The {WORDS[kind]} policy with name {policy_name} cannot be found.")


def _delete(call: Call, kind: str, name: str, policy_name: str) -> None:
    found = entities.need(call, kind, name)
    policies = found.body.get(INLINE[kind]) or ()
    kept = [policy for policy in policies if policy["PolicyName"] != policy_name]
    if len(kept) == len(policies):
        raise faults.no_such(f"The {WORDS[kind]} policy with name {policy_name} cannot be found.")
    entities.replace(call, found, entities.edited(found.body, **{INLINE[kind]: kept}))


def _list(call: Call, kind: str, name: str, **paging: Any) -> Output:
    found = entities.need(call, kind, name)
    names = [policy["PolicyName"] for policy in found.body.get(INLINE[kind]) or ()]
    return page("PolicyNames", names, str, str, **paging)
