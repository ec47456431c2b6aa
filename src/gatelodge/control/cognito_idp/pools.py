"""User pools themselves (reference cognito.md section B2), their tags and custom attributes."""

import dataclasses
import secrets
import string
from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.cognito_idp.operation import now, operation, pool_of
from gatelodge.control.operations import Output
from gatelodge.store import Document
from gatelodge.userpools import attributes as attr
from gatelodge.userpools import signing
from gatelodge.userpools.listing import read_token, write_token
from gatelodge.userpools.pool import (
    CLIENT_KIND,
    DOMAIN_KIND,
    GROUP_KIND,
    POOL_KIND,
    SERVER_KIND,
    Pool,
)
from gatelodge.userpools.refusal import Refused, invalid, not_supported
from gatelodge.world.token_keys import KEYS_KIND

_ID_LETTERS = string.ascii_letters + string.digits
_HONOURED = {
    "Policies", "DeletionProtection", "AutoVerifiedAttributes", "SmsVerificationMessage",
    "EmailVerificationMessage", "EmailVerificationSubject", "VerificationMessageTemplate",
    "EmailConfiguration", "SmsConfiguration", "UserPoolTags", "AdminCreateUserConfig",
    "AccountRecoverySetting", "UserPoolTier", "AliasAttributes", "UsernameAttributes",
    "UsernameConfiguration", "SmsAuthenticationMessage",
}  # fmt: skip
# What an update leaves as it is.
_LASTING = (
    "Id", "Name", "Arn", "CreationDate", "SchemaAttributes", "AliasAttributes",
    "UsernameAttributes", "UsernameConfiguration", "UserPoolTags",
)  # fmt: skip
_MAX_TAGS = 50
_CUSTOM_AT_MOST = 50


@operation("CreateUserPool")
def create_user_pool(call: Call, *, PoolName: str, **rest: Any) -> Output:
    """Make a pool and its signing keys."""
    schema = attr.schema_attributes(rest.pop("Schema", ()))
    body = _checked(rest)
    pool_id = f"{call.region}_{''.join(secrets.choice(_ID_LETTERS) for _ in range(9))}"
    time = now(call)
    body |= {
        "Id": pool_id,
        "Name": PoolName,
        "Arn": f"arn:{call.partition}:cognito-idp:{call.region}:{call.account}:userpool/{pool_id}",
        "CreationDate": time,
        "LastModifiedDate": time,
        "SchemaAttributes": schema,
    }
    keys = signing.new_keys(pool_id, call.master)
    with call.store.transaction():
        call.store.put(
            Document(
                account=call.account,
                region=call.region,
                kind=POOL_KIND,
                id=pool_id,
                name=pool_id,
                body=body,
                created=call.now.isoformat(),
            )
        )
        signing.put_keys(call.store, call.account, call.region, pool_id, keys)
    return {"UserPool": shown(body)}


@operation("DescribeUserPool")
def describe_user_pool(call: Call, *, UserPoolId: str, **rest: Any) -> Output:
    """Tell everything about a pool."""
    pool = pool_of(call, UserPoolId)
    count = call.store.count_pool_users(pool.id)
    domains = call.store.children(pool.account, pool.region, DOMAIN_KIND, pool.id)
    domain = {"Domain": domains[0].body["Domain"]} if domains else {}
    return {"UserPool": shown(pool.body) | {"EstimatedNumberOfUsers": count} | domain}


@operation("ListUserPools")
def list_user_pools(call: Call, *, MaxResults: int, NextToken: str = "", **rest: Any) -> Output:
    """List the pools of the caller's account and region."""
    after = read_token(NextToken) if NextToken else ""
    found = [
        document
        for document in call.store.documents(POOL_KIND, account=call.account)
        if document.region == call.region and document.id > after
    ]
    page = found[:MaxResults]
    answer: dict[str, Any] = {
        "UserPools": [
            {n: d.body[n] for n in ("Id", "Name", "CreationDate", "LastModifiedDate")} for d in page
        ]
    }
    if len(found) > len(page):
        answer["NextToken"] = write_token(page[-1].id)
    return answer


@operation("UpdateUserPool")
def update_user_pool(call: Call, *, UserPoolId: str, **rest: Any) -> Output:
    """Change a pool; what is left out falls back to its default, as on AWS."""
    pool = pool_of(call, UserPoolId)
    name = rest.pop("PoolName", None)
    lasting = {n: pool.body[n] for n in _LASTING if n in pool.body}
    body = {**lasting, **_checked(rest), "LastModifiedDate": now(call)}
    if name:
        body["Name"] = name
    _put(call, pool, body)
    return {}


@operation("DeleteUserPool")
def delete_user_pool(call: Call, *, UserPoolId: str, **rest: Any) -> Output:
    """Delete a pool with everybody in it; its tokens are nobody's from then on."""
    pool = pool_of(call, UserPoolId)
    if pool.body.get("DeletionProtection") == "ACTIVE":
        raise invalid(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    store = call.store
    if store.children(pool.account, pool.region, DOMAIN_KIND, pool.id):
        raise invalid(
            "User pool cannot be deleted. It has a domain configured that should be deleted first."
        )
    for kind in (CLIENT_KIND, GROUP_KIND, SERVER_KIND):
        for document in store.children(pool.account, pool.region, kind, pool.id):
            store.remove(document)
    keys = store.document(pool.account, pool.region, KEYS_KIND, pool.id)
    if keys is not None:
        store.remove(keys)
    store.empty_pool(pool.id)
    store.remove(pool.document)
    return None


@operation("AddCustomAttributes")
def add_custom_attributes(
    call: Call, *, UserPoolId: str, CustomAttributes: list[Mapping[str, Any]], **rest: Any
) -> Output:
    """Add attributes that users may have."""
    pool = pool_of(call, UserPoolId)
    schema = list(pool.body["SchemaAttributes"])
    for attribute in map(attr.custom_attribute, CustomAttributes):
        if any(known["Name"] == attribute["Name"] for known in schema):
            raise invalid(f"{attribute['Name']}: Existing attribute already has name.")
        schema.append(attribute)
    if len(schema) > len(attr.STANDARD) + 1 + _CUSTOM_AT_MOST:
        raise Refused("LimitExceededException", "Too many custom attributes")
    _put(call, pool, {**pool.body, "SchemaAttributes": schema, "LastModifiedDate": now(call)})
    return {}


@operation("GetUserPoolMfaConfig")
def get_user_pool_mfa_config(call: Call, *, UserPoolId: str, **rest: Any) -> Output:
    """Tell that there is no second factor."""
    pool_of(call, UserPoolId)
    return {"MfaConfiguration": "OFF"}


@operation("SetUserPoolMfaConfig")
def set_user_pool_mfa_config(
    call: Call, *, UserPoolId: str, MfaConfiguration: str = "OFF", **rest: Any
) -> Output:
    """Keep the second factor off; everything else is refused."""
    pool_of(call, UserPoolId)
    if MfaConfiguration != "OFF":
        raise not_supported("MfaConfiguration")
    for member in sorted(rest):
        raise not_supported(member)
    return {"MfaConfiguration": "OFF"}


@operation("TagResource")
def tag_resource(call: Call, *, ResourceArn: str, Tags: Mapping[str, str], **rest: Any) -> Output:
    """Add tags to a pool."""
    pool = _by_arn(call, ResourceArn)
    tags = {**pool.body.get("UserPoolTags", {}), **Tags}
    if len(tags) > _MAX_TAGS:
        raise invalid("Too many tags")
    _put(call, pool, {**pool.body, "UserPoolTags": tags})
    return {}


@operation("UntagResource")
def untag_resource(call: Call, *, ResourceArn: str, TagKeys: list[str], **rest: Any) -> Output:
    """Take tags from a pool."""
    pool = _by_arn(call, ResourceArn)
    tags = {k: v for k, v in pool.body.get("UserPoolTags", {}).items() if k not in TagKeys}
    _put(call, pool, {**pool.body, "UserPoolTags": tags})
    return {}


@operation("ListTagsForResource")
def list_tags_for_resource(call: Call, *, ResourceArn: str, **rest: Any) -> Output:
    """Tell the tags of a pool."""
    return {"Tags": _by_arn(call, ResourceArn).body.get("UserPoolTags", {})}


def shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """Write a pool as AWS's UserPoolType, defaults included."""
    policy = {**Pool(Document(account="", kind="", id="", body=body)).password_policy}
    admin = {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7}
    return {
        "MfaConfiguration": "OFF",
        "DeletionProtection": "INACTIVE",
        "UserPoolTier": "ESSENTIALS",
        "LambdaConfig": {},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "UserPoolTags": {},
        **body,
        "Policies": {**body.get("Policies", {}), "PasswordPolicy": policy},
        "AdminCreateUserConfig": {**admin, **body.get("AdminCreateUserConfig", {})},
    }


def _checked(members: Mapping[str, Any]) -> dict[str, Any]:
    """Check the members of a pool that can be set. Raises Refused."""
    for name, value in members.items():
        harmless = not value or (name == "MfaConfiguration" and value == "OFF")
        if name == "UserPoolAddOns":
            harmless = value.get("AdvancedSecurityMode", "OFF") == "OFF"
        if name == "UserAttributeUpdateSettings":
            harmless = not value.get("AttributesRequireVerificationBeforeUpdate")
        if name not in _HONOURED and not harmless:
            raise not_supported(name)
    if members.get("UsernameAttributes") and members.get("AliasAttributes"):
        raise invalid("Only one of the aliasAttributes or usernameAttributes can be set")
    template = members.get("VerificationMessageTemplate") or {}
    if template.get("DefaultEmailOption") == "CONFIRM_WITH_LINK":
        raise not_supported("CONFIRM_WITH_LINK")
    policies = members.get("Policies") or {}
    if policies.get("PasswordPolicy", {}).get("PasswordHistorySize"):
        raise not_supported("PasswordHistorySize")
    factors = policies.get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ["PASSWORD"])
    if factors != ["PASSWORD"]:
        raise not_supported("AllowedFirstAuthFactors")
    return {n: v for n, v in members.items() if n in _HONOURED and v is not None}


def _put(call: Call, pool: Pool, body: Mapping[str, Any]) -> None:
    call.store.put(dataclasses.replace(pool.document, body=body))


def _by_arn(call: Call, arn: str) -> Pool:
    pool = pool_of(call, arn.rpartition("userpool/")[2])
    if pool.arn != arn:
        raise invalid("The ARN names no user pool")
    return pool
