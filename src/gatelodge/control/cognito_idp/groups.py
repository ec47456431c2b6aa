"""Groups, resource servers and domains (reference cognito.md section B8)."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.cognito_idp.operation import now, operation, pool_of
from gatelodge.control.operations import Output
from gatelodge.store import ConflictError, Document
from gatelodge.userpools import administration, users
from gatelodge.userpools.listing import MAX_PAGE, read_token, write_token
from gatelodge.userpools.pool import DOMAIN_KIND, GROUP_KIND, SERVER_KIND, Pool
from gatelodge.userpools.refusal import Refused, invalid, not_supported

_MAX_SERVERS = 25


@operation("CreateGroup")
def create_group(call: Call, *, UserPoolId: str, GroupName: str, **rest: Any) -> Output:
    """Make a group."""
    pool = pool_of(call, UserPoolId)
    time = now(call)
    body = {**rest, "GroupName": GroupName, "UserPoolId": pool.id, "CreationDate": time}
    body["LastModifiedDate"] = time
    try:
        call.store.put(_document(call, pool, GROUP_KIND, GroupName, body))
    except ConflictError as error:
        raise Refused("GroupExistsException", "A group with the name already exists.") from error
    return {"Group": body}


@operation("GetGroup")
def get_group(call: Call, *, UserPoolId: str, GroupName: str, **rest: Any) -> Output:
    """Tell about a group."""
    return {"Group": _group(call, pool_of(call, UserPoolId), GroupName).body}


@operation("UpdateGroup")
def update_group(call: Call, *, UserPoolId: str, GroupName: str, **rest: Any) -> Output:
    """Change a group."""
    group = _group(call, pool_of(call, UserPoolId), GroupName)
    body = {**group.body, **rest, "LastModifiedDate": now(call)}
    call.store.put(dataclasses.replace(group, body=body))
    return {"Group": body}


@operation("DeleteGroup")
def delete_group(call: Call, *, UserPoolId: str, GroupName: str, **rest: Any) -> Output:
    """Delete a group; its users stay."""
    pool = pool_of(call, UserPoolId)
    group = _group(call, pool, GroupName)
    call.store.empty_group(pool.id, GroupName)
    call.store.remove(group)
    return None


@operation("ListGroups")
def list_groups(
    call: Call, *, UserPoolId: str, Limit: int = MAX_PAGE, NextToken: str = "", **rest: Any
) -> Output:
    """List the groups of a pool."""
    pool = pool_of(call, UserPoolId)
    found = call.store.children(pool.account, pool.region, GROUP_KIND, pool.id)
    bodies = [document.body for document in found]
    return _page("Groups", bodies, "GroupName", Limit, NextToken)


@operation("AdminAddUserToGroup")
def admin_add_user_to_group(
    call: Call, *, UserPoolId: str, Username: str, GroupName: str, **rest: Any
) -> Output:
    """Put a user into a group."""
    pool = pool_of(call, UserPoolId)
    _group(call, pool, GroupName)
    call.store.add_to_group(users.get(call.store, pool, Username), GroupName)
    return None


@operation("AdminRemoveUserFromGroup")
def admin_remove_user_from_group(
    call: Call, *, UserPoolId: str, Username: str, GroupName: str, **rest: Any
) -> Output:
    """Take a user out of a group."""
    pool = pool_of(call, UserPoolId)
    _group(call, pool, GroupName)
    call.store.remove_from_group(users.get(call.store, pool, Username), GroupName)
    return None


@operation("AdminListGroupsForUser")
def admin_list_groups_for_user(
    call: Call,
    *,
    UserPoolId: str,
    Username: str,
    Limit: int = MAX_PAGE,
    NextToken: str = "",
    **rest: Any,
) -> Output:
    """List the groups of a user."""
    pool = pool_of(call, UserPoolId)
    names = call.store.groups_of(users.get(call.store, pool, Username))
    bodies = [_group(call, pool, name).body for name in names]
    return _page("Groups", bodies, "GroupName", Limit, NextToken)


@operation("ListUsersInGroup")
def list_users_in_group(
    call: Call,
    *,
    UserPoolId: str,
    GroupName: str,
    Limit: int = MAX_PAGE,
    NextToken: str = "",
    **rest: Any,
) -> Output:
    """List the users of a group."""
    pool = pool_of(call, UserPoolId)
    _group(call, pool, GroupName)
    after = read_token(NextToken) if NextToken else ""
    found = call.store.group_members(pool.id, GroupName, after=after, limit=Limit + 1)
    answer: dict[str, Any] = {"Users": [administration.shown(user) for user in found[:Limit]]}
    if len(found) > Limit:
        answer["NextToken"] = write_token(found[Limit - 1].key)
    return answer


@operation("CreateResourceServer")
def create_resource_server(
    call: Call, *, UserPoolId: str, Identifier: str, Name: str, **rest: Any
) -> Output:
    """Make a resource server with its scopes."""
    pool = pool_of(call, UserPoolId)
    if len(call.store.children(pool.account, pool.region, SERVER_KIND, pool.id)) >= _MAX_SERVERS:
        raise Refused("LimitExceededException", "Too many resource servers")
    body = {"UserPoolId": pool.id, "Identifier": Identifier, "Name": Name, **rest}
    try:
        call.store.put(_document(call, pool, SERVER_KIND, Identifier, body))
    except ConflictError as error:
        raise invalid(f"{Identifier} already exists in user pool {pool.id}.") from error
    return {"ResourceServer": body}


@operation("DescribeResourceServer")
def describe_resource_server(
    call: Call, *, UserPoolId: str, Identifier: str, **rest: Any
) -> Output:
    """Tell about a resource server."""
    return {"ResourceServer": _server(call, pool_of(call, UserPoolId), Identifier).body}


@operation("UpdateResourceServer")
def update_resource_server(
    call: Call, *, UserPoolId: str, Identifier: str, Name: str, **rest: Any
) -> Output:
    """Change a resource server."""
    pool = pool_of(call, UserPoolId)
    server = _server(call, pool, Identifier)
    body = {"UserPoolId": pool.id, "Identifier": Identifier, "Name": Name, **rest}
    call.store.put(dataclasses.replace(server, body=body))
    return {"ResourceServer": body}


@operation("DeleteResourceServer")
def delete_resource_server(call: Call, *, UserPoolId: str, Identifier: str, **rest: Any) -> Output:
    """Delete a resource server; its scopes are given to nobody from then on."""
    call.store.remove(_server(call, pool_of(call, UserPoolId), Identifier))
    return None


@operation("ListResourceServers")
def list_resource_servers(
    call: Call, *, UserPoolId: str, MaxResults: int = 50, NextToken: str = "", **rest: Any
) -> Output:
    """List the resource servers of a pool."""
    pool = pool_of(call, UserPoolId)
    found = call.store.children(pool.account, pool.region, SERVER_KIND, pool.id)
    bodies = [document.body for document in found]
    return _page("ResourceServers", bodies, "Identifier", MaxResults, NextToken)


@operation("CreateUserPoolDomain")
def create_user_pool_domain(call: Call, *, Domain: str, UserPoolId: str, **rest: Any) -> Output:
    """Give a pool a domain. Its endpoints are under the AWS endpoint's own address."""
    pool = pool_of(call, UserPoolId)
    for member in ("CustomDomainConfig", "Routing"):
        if rest.get(member):
            raise not_supported(member)
    if call.store.named(DOMAIN_KIND, Domain):
        raise invalid("Domain already exists.")
    if call.store.children(pool.account, pool.region, DOMAIN_KIND, pool.id):
        raise invalid("User pool already has a domain configured.")
    body = {"Domain": Domain, "UserPoolId": pool.id, "AWSAccountId": pool.account}
    call.store.put(_document(call, pool, DOMAIN_KIND, Domain, body))
    return {}


@operation("DescribeUserPoolDomain")
def describe_user_pool_domain(call: Call, *, Domain: str, **rest: Any) -> Output:
    """Tell about a domain; one that nobody has has no members."""
    for document in call.store.named(DOMAIN_KIND, Domain):
        if document.account == call.account:
            return {"DomainDescription": {**document.body, "Status": "ACTIVE"}}
    return {"DomainDescription": {}}


@operation("DeleteUserPoolDomain")
def delete_user_pool_domain(call: Call, *, Domain: str, UserPoolId: str, **rest: Any) -> Output:
    """Take a domain from a pool."""
    pool = pool_of(call, UserPoolId)
    for document in call.store.named(DOMAIN_KIND, Domain):
        if document.parent == pool.id:
            call.store.remove(document)
            return {}
    raise invalid("No such domain or user pool exists.")


def _document(call: Call, pool: Pool, kind: str, name: str, body: Mapping[str, Any]) -> Document:
    return Document(
        account=pool.account,
        region=pool.region,
        kind=kind,
        id=name if kind == DOMAIN_KIND else f"{pool.id}/{name}",
        parent=pool.id,
        name=name,
        body=body,
        created=call.now.isoformat(),
    )


def _group(call: Call, pool: Pool, name: str) -> Document:
    found = call.store.document(pool.account, pool.region, GROUP_KIND, f"{pool.id}/{name}")
    if found is None:
        raise Refused("ResourceNotFoundException", "Group not found.")
    return found


def _server(call: Call, pool: Pool, identifier: str) -> Document:
    server_id = f"{pool.id}/{identifier}"
    found = call.store.document(pool.account, pool.region, SERVER_KIND, server_id)
    if found is None:
        raise Refused("ResourceNotFoundException", "Resource server not found.")
    return found


def _page(
    member: str, bodies: list[Mapping[str, Any]], key: str, limit: int, token: str
) -> dict[str, Any]:
    """Give a page of what is listed in the order of a name."""
    after = read_token(token) if token else ""
    found = sorted((b for b in bodies if b[key] > after), key=lambda body: str(body[key]))
    answer: dict[str, Any] = {member: found[:limit]}
    if len(found) > limit:
        answer["NextToken"] = write_token(str(found[limit - 1][key]))
    return answer
