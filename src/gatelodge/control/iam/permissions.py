"""What a caller of iam must be allowed to do (reference: control-plane.md section 3.2).

The action is `iam:` and the operation's name; the resource is the entity that it is about, looked
up for its path. Denials print the names of entities that are looked up by name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge import iam
from gatelodge.control.call import Call, Check, Parameters
from gatelodge.control.iam.names import WORDS
from gatelodge.control.iam.oidc_providers import KIND as PROVIDER
from gatelodge.control.iam.policy_usage import boundary
from gatelodge.store import Document
from gatelodge.world.iam_entities import (
    GROUP,
    NAMES,
    POLICY,
    ROLE,
    USER,
    find_by_id,
    find_entity,
)

_ANY = "*"
_CREATED = {
    "CreateUser": USER,
    "CreateGroup": GROUP,
    "CreateRole": ROLE,
    "CreatePolicy": POLICY,
}
_LISTED = {"ListUsers": USER, "ListGroups": GROUP, "ListRoles": ROLE}
_SOURCE = {"SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"}
_POLICY_KEY = ("Attach", "Detach")
# Operations that change what a user or role may do are bound to its boundary.
_BOUND = ("Attach", "Detach", "Put", "Delete", "Create")
_TAGGING = {
    "CreateUser": "iam:TagUser",
    "CreateRole": "iam:TagRole",
    "CreatePolicy": "iam:TagPolicy",
    "CreateOpenIDConnectProvider": "iam:TagOpenIDConnectProvider",
}


def checks(call: Call, parameters: Parameters) -> Sequence[Check]:
    """List what the caller must be allowed to do."""
    name = call.operation
    action = f"iam:{name}"
    resource, shown, found = _resource(call, parameters)
    keys = {**_keys_of_request(name, parameters), **_keys_of_entity(name, found)}
    demanded = [Check(action, resource, keys, shown)]
    if parameters.get("Tags") and name in _TAGGING:
        demanded.append(Check(_TAGGING[name], resource, keys, shown))
    # Whoever renames must be allowed to do so to what it becomes.
    if name in ("UpdateUser", "UpdateGroup") and found is not None:
        path = parameters.get("NewPath", found.body.get("Path", "/"))
        kind = USER if name == "UpdateUser" else GROUP
        new = _arn(call, kind, path, parameters.get(f"New{NAMES[kind]}", found.name))
        if new != resource:
            demanded.append(Check(action, new, keys))
    return demanded


def _resource(call: Call, parameters: Parameters) -> tuple[str, str | None, Document | None]:
    """Find what an operation is about: its ARN, how denials print it, its document."""
    name = call.operation
    if name in _CREATED:
        kind = _CREATED[name]
        return _arn(call, kind, parameters.get("Path", "/"), parameters[NAMES[kind]]), None, None
    if name in _LISTED:
        return _arn(call, _LISTED[name], parameters.get("PathPrefix", "/"), ""), None, None
    if name == "ListPolicies":
        return _ANY, f"policy path {parameters.get('PathPrefix', '/')}", None
    if name in _SOURCE:
        return parameters["PolicySourceArn"], None, None
    if name == "CreateOpenIDConnectProvider":
        provider = parameters["Url"].removeprefix("https://").rstrip("/")
        return f"arn:{call.partition}:iam::{call.account}:oidc-provider/{provider}", None, None
    if "OpenIDConnectProviderArn" in parameters:
        return _provider(call, parameters["OpenIDConnectProviderArn"])
    # A group stands before the user that is put into it.
    for kind in (GROUP, ROLE, USER):
        if NAMES[kind] in parameters:
            return _named(call, kind, parameters[NAMES[kind]])
    if "PolicyArn" in parameters:
        return _policy(call, parameters["PolicyArn"])
    if name == "GetAccessKeyLastUsed":
        return _key(call, parameters["AccessKeyId"])
    if name == "GetUser" or name.endswith(("AccessKey", "AccessKeys")):
        return _caller(call)
    return _ANY, None, None


def _named(call: Call, kind: str, name: str) -> tuple[str, str, Document | None]:
    found = find_entity(call.store, call.account, kind, name)
    arn = _arn(call, kind, "/", name) if found is None else str(found.body["Arn"])
    return arn, f"{WORDS[kind]} {name}", found


def _policy(call: Call, arn: str) -> tuple[str, str, Document | None]:
    name = arn.rpartition("/")[2]
    found = find_entity(call.store, call.account, POLICY, name)
    if found is not None and found.body["Arn"] != arn:
        found = None
    return arn, f"policy {arn}", found


def _provider(call: Call, arn: str) -> tuple[str, None, Document | None]:
    return (
        arn,
        None,
        call.store.document(call.account, "", PROVIDER, arn.partition(":oidc-provider/")[2]),
    )


def _key(call: Call, key_id: str) -> tuple[str, str, Document | None]:
    key = call.store.access_key(key_id)
    shown = f"access key {key_id}"
    if key is None or key.account != call.account:
        return _ANY, shown, None
    return key.principal, shown, find_by_id(call.store, key.principal_id)


def _caller(call: Call) -> tuple[str, str | None, Document | None]:
    """The caller itself is meant, as far as it is a user."""
    principal = call.signer.principal
    if principal.username is None:
        return principal.arn or _ANY, None, None
    return _named(call, USER, principal.username)


def _keys_of_request(name: str, parameters: Parameters) -> dict[str, iam.Value]:
    keys: dict[str, iam.Value] = {}
    tags: Sequence[Mapping[str, Any]] = parameters.get("Tags") or ()
    for tag in tags:
        keys[f"aws:requesttag/{tag['Key'].lower()}"] = tag["Value"]
    named = [tag["Key"] for tag in tags] or parameters.get("TagKeys") or ()
    if named:
        keys["aws:tagkeys"] = tuple(named)
    if name.startswith(_POLICY_KEY):
        keys["iam:policyarn"] = parameters["PolicyArn"]
    if "PermissionsBoundary" in parameters:
        keys["iam:permissionsboundary"] = parameters["PermissionsBoundary"]
    return keys


def _keys_of_entity(name: str, found: Document | None) -> dict[str, iam.Value]:
    if found is None:
        return {}
    keys: dict[str, iam.Value] = {}
    for tag in found.body.get("Tags") or ():
        keys[f"aws:resourcetag/{tag['Key'].lower()}"] = tag["Value"]
        keys[f"iam:resourcetag/{tag['Key'].lower()}"] = tag["Value"]
    bound = boundary(found.body)
    puts = name in ("PutUserPermissionsBoundary", "PutRolePermissionsBoundary")
    if bound is not None and name.startswith(_BOUND) and not puts:
        keys["iam:permissionsboundary"] = bound
    return keys


def _arn(call: Call, kind: str, path: str, name: str) -> str:
    return f"arn:{call.partition}:iam::{call.account}:{WORDS[kind]}{path}{name}"
