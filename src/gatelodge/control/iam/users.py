"""Users."""

from collections.abc import Sequence
from typing import Any

from gatelodge import iam
from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.boundaries import boundary_of
from gatelodge.control.iam.names import check_entity_name, check_path, entity_arn
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.tag_lists import Tag, check_tags
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.iam_entities import USER

LISTED = ("Path", "UserName", "UserId", "Arn", "CreateDate")
_SHOWN = (*LISTED, "PermissionsBoundary", "Tags")


@operation("iam", "CreateUser")
def create_user(
    call: Call,
    *,
    UserName: str,
    Path: str = "/",
    PermissionsBoundary: str | None = None,
    Tags: Sequence[Tag] = (),
) -> Output:
    """Make a user."""
    check_entity_name(USER, UserName)
    body = entities.edited(
        {
            "Path": check_path(USER, Path),
            "UserName": UserName,
            "UserId": entities.new_id(USER),
            "Arn": entity_arn(call, USER, Path, UserName),
            "CreateDate": entities.now(call),
        },
        PermissionsBoundary=boundary_of(call, PermissionsBoundary),
        Tags=check_tags(Tags),
    )
    return {"User": show_user(entities.create(call, USER, body))}


@operation("iam", "GetUser")
def get_user(call: Call, *, UserName: str | None = None) -> Output:
    """Show a user; without a name, whoever calls."""
    if UserName is None and call.signer.principal.kind is iam.PrincipalKind.ROOT:
        return {"User": _root(call)}
    name = own_name(call) if UserName is None else UserName
    return {"User": show_user(entities.need(call, USER, name))}


@operation("iam", "ListUsers")
def list_users(call: Call, *, PathPrefix: str | None = None, **paging: Any) -> Output:
    """List users."""
    users = entities.listed(call, USER, PathPrefix)
    return page("Users", users, lambda d: d.id, list_user, **paging)


@operation("iam", "UpdateUser")
def update_user(
    call: Call, *, UserName: str, NewPath: str | None = None, NewUserName: str | None = None
) -> None:
    """Give a user another name or path; keys and trust stay, since they hold on to its id."""
    user = entities.need(call, USER, UserName)
    name = UserName if NewUserName is None else check_entity_name(USER, NewUserName)
    path = entities.path_of(user.body) if NewPath is None else check_path(USER, NewPath)
    arn = entity_arn(call, USER, path, name)
    entities.replace(call, user, {**user.body, "UserName": name, "Path": path, "Arn": arn})
    call.store.move_access_keys(user.parent, arn)


@operation("iam", "DeleteUser")
def delete_user(call: Call, *, UserName: str) -> None:
    """Delete a user that holds nothing any more."""
    user = entities.need(call, USER, UserName)
    body = user.body
    if body.get("UserPolicyList"):
        raise faults.conflict("Cannot delete entity, must delete policies first.")
    if body.get("AttachedManagedPolicies"):
        raise faults.conflict("Cannot delete entity, must detach all policies first.")
    if call.store.access_keys_of(user.parent):
        raise faults.conflict("Cannot delete entity, must delete access keys first.")
    if body.get("GroupList"):
        raise faults.conflict("Cannot delete entity, must remove users from group first.")
    call.store.remove(user)


def own_name(call: Call) -> str:
    """Give the name of the calling user. Raises Fault when somebody else calls."""
    principal = call.signer.principal
    if principal.kind is not iam.PrincipalKind.USER or principal.username is None:
        raise faults.invalid("Must specify userName when calling with non-User credentials")
    return principal.username


def show_user(user: Document) -> dict[str, Any]:
    """Show a user as CreateUser and GetUser do."""
    return entities.show(user.body, _SHOWN)


def list_user(user: Document) -> dict[str, Any]:
    """Show a user as lists do: without tags and boundary."""
    return entities.show(user.body, LISTED)


def _root(call: Call) -> dict[str, Any]:
    keys = call.store.access_keys_of(call.account)
    first = min((key.created for key in keys), default=entities.now(call))
    return {
        "UserId": call.account,
        "Arn": call.signer.principal.arn,
        "CreateDate": entities.date(first),
    }
