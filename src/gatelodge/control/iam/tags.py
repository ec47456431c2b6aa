"""Tags of users, roles and policies; those of OpenID Connect providers stand with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import entities
from gatelodge.control.iam.managed_policies import need_own_policy, need_policy
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.tag_lists import Tag, merged, without
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.iam_entities import POLICY, ROLE, USER


@operation("iam", "TagUser")
def tag_user(call: Call, *, UserName: str, Tags: Sequence[Tag]) -> None:
    """Set tags of a user."""
    _tag(call, entities.need(call, USER, UserName), Tags)


@operation("iam", "TagRole")
def tag_role(call: Call, *, RoleName: str, Tags: Sequence[Tag]) -> None:
    """Set tags of a role."""
    _tag(call, entities.need(call, ROLE, RoleName), Tags)


@operation("iam", "TagPolicy")
def tag_policy(call: Call, *, PolicyArn: str, Tags: Sequence[Tag]) -> None:
    """Set tags of a managed policy."""
    _tag(call, need_own_policy(call, PolicyArn), Tags)


@operation("iam", "UntagUser")
def untag_user(call: Call, *, UserName: str, TagKeys: Sequence[str]) -> None:
    """Take tags of a user away."""
    _untag(call, entities.need(call, USER, UserName), TagKeys)


@operation("iam", "UntagRole")
def untag_role(call: Call, *, RoleName: str, TagKeys: Sequence[str]) -> None:
    """Take tags of a role away."""
    _untag(call, entities.need(call, ROLE, RoleName), TagKeys)


@operation("iam", "UntagPolicy")
def untag_policy(call: Call, *, PolicyArn: str, TagKeys: Sequence[str]) -> None:
    """Take tags of a managed policy away."""
    _untag(call, need_own_policy(call, PolicyArn), TagKeys)


@operation("iam", "ListUserTags")
def list_user_tags(call: Call, *, UserName: str, **paging: Any) -> Output:
    """List tags of a user."""
    return list_tags(entities.need(call, USER, UserName).body, **paging)


@operation("iam", "ListRoleTags")
def list_role_tags(call: Call, *, RoleName: str, **paging: Any) -> Output:
    """List tags of a role."""
    return list_tags(entities.need(call, ROLE, RoleName).body, **paging)


@operation("iam", "ListPolicyTags")
def list_policy_tags(call: Call, *, PolicyArn: str, **paging: Any) -> Output:
    """List tags of a managed policy."""
    return list_tags(need_policy(call, PolicyArn), **paging)


def list_tags(body: Mapping[str, Any], **paging: Any) -> Output:
    """List the tags in a body, in the order of their keys."""
    return page("Tags", body.get("Tags") or (), lambda tag: str(tag["Key"]), dict, **paging)


def _tag(call: Call, found: Document, tags: Sequence[Tag]) -> None:
    cased = found.kind == POLICY
    _set(call, found, lambda before: merged(before, tags, cased=cased))


def _untag(call: Call, found: Document, keys: Sequence[str]) -> None:
    cased = found.kind == POLICY
    _set(call, found, lambda before: without(before, keys, cased=cased))


def _set(call: Call, found: Document, change: Callable[[Sequence[Tag]], Sequence[Tag]]) -> None:
    tags = list(change(found.body.get("Tags") or ()))
    entities.replace(call, found, entities.edited(found.body, Tags=tags))
