"""Groups and who is in them."""

from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.names import check_entity_name, check_path, entity_arn
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.users import list_user
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.iam_entities import GROUP, USER

_SHOWN = ("Path", "GroupName", "GroupId", "Arn", "CreateDate")
GROUPS_PER_USER = 10


@operation("iam", "CreateGroup")
def create_group(call: Call, *, GroupName: str, Path: str = "/") -> Output:
    """Make a group."""
    check_entity_name(GROUP, GroupName)
    body = {
        "Path": check_path(GROUP, Path),
        "GroupName": GroupName,
        "GroupId": entities.new_id(GROUP),
        "Arn": entity_arn(call, GROUP, Path, GroupName),
        "CreateDate": entities.now(call),
    }
    return {"Group": show_group(entities.create(call, GROUP, body))}


@operation("iam", "GetGroup")
def get_group(call: Call, *, GroupName: str, **paging: Any) -> Output:
    """Show a group and its users."""
    group = entities.need(call, GROUP, GroupName)
    output = page("Users", _members(call, GroupName), lambda d: d.id, list_user, **paging)
    return {"Group": show_group(group), **output}


@operation("iam", "ListGroups")
def list_groups(call: Call, *, PathPrefix: str | None = None, **paging: Any) -> Output:
    """List groups."""
    groups = entities.listed(call, GROUP, PathPrefix)
    return page("Groups", groups, lambda d: d.id, show_group, **paging)


@operation("iam", "UpdateGroup")
def update_group(
    call: Call, *, GroupName: str, NewPath: str | None = None, NewGroupName: str | None = None
) -> None:
    """Give a group another name or path; its users stay in it."""
    group = entities.need(call, GROUP, GroupName)
    name = GroupName if NewGroupName is None else check_entity_name(GROUP, NewGroupName)
    path = entities.path_of(group.body) if NewPath is None else check_path(GROUP, NewPath)
    arn = entity_arn(call, GROUP, path, name)
    entities.replace(call, group, {**group.body, "GroupName": name, "Path": path, "Arn": arn})
    if name == GroupName:
        return
    for user in _members(call, GroupName):
        groups = [name if group == GroupName else group for group in user.body["GroupList"]]
        entities.replace(call, user, {**user.body, "GroupList": groups})


@operation("iam", "DeleteGroup")
def delete_group(call: Call, *, GroupName: str) -> None:
    """Delete a group that holds nothing any more."""
    group = entities.need(call, GROUP, GroupName)
    if _members(call, GroupName):
        raise faults.conflict("Cannot delete entity, must remove users from group first.")
    if group.body.get("GroupPolicyList"):
        raise faults.conflict("Cannot delete entity, must delete policies first.")
    if group.body.get("AttachedManagedPolicies"):
        raise faults.conflict("Cannot delete entity, must detach all policies first.")
    call.store.remove(group)


@operation("iam", "AddUserToGroup")
def add_user_to_group(call: Call, *, GroupName: str, UserName: str) -> None:
    """Put a user into a group; again is no error."""
    user = entities.need(call, USER, UserName)
    entities.need(call, GROUP, GroupName)
    groups = list(user.body.get("GroupList", ()))
    if GroupName in groups:
        return
    if len(groups) >= GROUPS_PER_USER:
        raise faults.quota("GroupsPerUser", GROUPS_PER_USER)
    entities.replace(call, user, {**user.body, "GroupList": [*groups, GroupName]})


@operation("iam", "RemoveUserFromGroup")
def remove_user_from_group(call: Call, *, GroupName: str, UserName: str) -> None:
    """Take a user out of a group; when it is not in it, that is no error."""
    user = entities.need(call, USER, UserName)
    entities.need(call, GROUP, GroupName)
    groups = [group for group in user.body.get("GroupList", ()) if group != GroupName]
    if groups != user.body.get("GroupList", []):
        entities.replace(call, user, entities.edited(user.body, GroupList=groups))


@operation("iam", "ListGroupsForUser")
def list_groups_for_user(call: Call, *, UserName: str, **paging: Any) -> Output:
    """List the groups that a user is in."""
    user = entities.need(call, USER, UserName)
    groups = [entities.need(call, GROUP, name) for name in user.body.get("GroupList", ())]
    return page("Groups", groups, lambda d: d.id, show_group, **paging)


def show_group(group: Document) -> dict[str, Any]:
    """Show a group."""
    return entities.show(group.body, _SHOWN)


def _members(call: Call, name: str) -> list[Document]:
    users = call.store.documents(USER, account=call.account)
    return [user for user in users if name in user.body.get("GroupList", ())]
