"""Roles."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.boundaries import boundary_of
from gatelodge.control.iam.names import check_entity_name, check_path, entity_arn
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.tag_lists import Tag, check_tags
from gatelodge.control.iam.trust_policies import read_trust, show_trust
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document, Store
from gatelodge.world.iam_entities import ROLE

DEFAULT_SESSION = 3600
_CREATED = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "Description")
_MORE = ("PermissionsBoundary", "Tags")


@operation("iam", "CreateRole")
def create_role(
    call: Call,
    *,
    RoleName: str,
    AssumeRolePolicyDocument: str,
    Path: str = "/",
    Description: str | None = None,
    MaxSessionDuration: int = DEFAULT_SESSION,
    PermissionsBoundary: str | None = None,
    Tags: Sequence[Tag] = (),
) -> Output:
    """Make a role."""
    check_entity_name(ROLE, RoleName)
    body = entities.edited(
        {
            "Path": check_path(ROLE, Path),
            "RoleName": RoleName,
            "RoleId": entities.new_id(ROLE),
            "Arn": entity_arn(call, ROLE, Path, RoleName),
            "CreateDate": entities.now(call),
            "AssumeRolePolicyDocument": read_trust(call, AssumeRolePolicyDocument),
            "MaxSessionDuration": MaxSessionDuration,
        },
        Description=Description or None,
        PermissionsBoundary=boundary_of(call, PermissionsBoundary),
        Tags=check_tags(Tags),
    )
    role = entities.create(call, ROLE, body)
    return {"Role": _show(call.store, role, (*_CREATED, *_MORE))}


@operation("iam", "GetRole")
def get_role(call: Call, *, RoleName: str) -> Output:
    """Show a role with everything about it."""
    role = entities.need(call, ROLE, RoleName)
    shown = _show(call.store, role, (*_CREATED, *_MORE))
    shown["MaxSessionDuration"] = role.body.get("MaxSessionDuration", DEFAULT_SESSION)
    shown["RoleLastUsed"] = last_used(call.store, role)
    return {"Role": shown}


@operation("iam", "ListRoles")
def list_roles(call: Call, *, PathPrefix: str | None = None, **paging: Any) -> Output:
    """List roles, without tags and boundaries."""

    def show(role: Document) -> dict[str, Any]:
        longest = role.body.get("MaxSessionDuration", DEFAULT_SESSION)
        return {**_show(call.store, role, _CREATED), "MaxSessionDuration": longest}

    roles = entities.listed(call, ROLE, PathPrefix)
    return page("Roles", roles, lambda d: d.id, show, **paging)


@operation("iam", "UpdateRole")
def update_role(
    call: Call,
    *,
    RoleName: str,
    Description: str | None = None,
    MaxSessionDuration: int | None = None,
) -> Output:
    """Change description or longest session; what is not given stays."""
    role = entities.need(call, ROLE, RoleName)
    body = dict(role.body)
    if Description is not None:
        body["Description"] = Description
    if MaxSessionDuration is not None:
        body["MaxSessionDuration"] = MaxSessionDuration
    entities.replace(call, role, body)
    return {}


@operation("iam", "UpdateRoleDescription")
def update_role_description(call: Call, *, RoleName: str, Description: str) -> Output:
    """Change the description."""
    role = entities.need(call, ROLE, RoleName)
    changed = entities.replace(call, role, {**role.body, "Description": Description})
    return {"Role": _show(call.store, changed, _CREATED)}


@operation("iam", "UpdateAssumeRolePolicy")
def update_assume_role_policy(call: Call, *, RoleName: str, PolicyDocument: str) -> None:
    """Set the trust policy."""
    role = entities.need(call, ROLE, RoleName)
    trust = read_trust(call, PolicyDocument)
    entities.replace(call, role, {**role.body, "AssumeRolePolicyDocument": trust})


@operation("iam", "DeleteRole")
def delete_role(call: Call, *, RoleName: str) -> None:
    """Delete a role that holds nothing any more."""
    role = entities.need(call, ROLE, RoleName)
    if role.body.get("RolePolicyList"):
        raise faults.conflict("Cannot delete entity, must delete policies first.")
    if role.body.get("AttachedManagedPolicies"):
        raise faults.conflict("Cannot delete entity, must detach all policies first.")
    call.store.remove(role)
    call.store.forget_use(role.parent)


@operation("iam", "ListInstanceProfilesForRole")
def list_instance_profiles_for_role(call: Call, *, RoleName: str, **_paging: Any) -> Output:
    """Say that a role is in no instance profile: there are none here."""
    entities.need(call, ROLE, RoleName)
    return {"InstanceProfiles": [], "IsTruncated": False}


def shown_trust(store: Store, role: Document) -> str:
    """Give a role's trust policy as responses hold it; a role of an old file may have none."""
    stored = role.body.get("AssumeRolePolicyDocument")
    return quote(show_trust(store, stored), safe="") if stored else ""


def last_used(store: Store, role: Document) -> Mapping[str, Any]:
    """Say when a session of a role was last used; empty when none was."""
    use = store.last_use(role.parent)
    if use is None:
        return {}
    return {"LastUsedDate": entities.date(use.used), "Region": use.region}


def _show(store: Store, role: Document, members: Sequence[str]) -> dict[str, Any]:
    shown = entities.show(role.body, members)
    trust = shown_trust(store, role)
    return {**shown, "AssumeRolePolicyDocument": trust} if trust else shown
