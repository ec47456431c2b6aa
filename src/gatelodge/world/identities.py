"""From stored IAM documents to the exhibit of a caller: its policies, as IAM attaches them.

Reference: openapi-extensions.md section 7, iam-evaluation.md section 4.1. Where the documents
stand, iam_entities.py knows.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.arn import Arn
from gatelodge.authorize.exhibit import Exhibit
from gatelodge.store import Store
from gatelodge.world.iam_entities import (
    GROUP,
    ROLE,
    USER,
    default_version,
    find_by_arn,
    find_entity,
    find_policy,
    read_document,
)
from gatelodge.world.sessions import Session


class IdentityError(LookupError):
    """A document that a caller's policies need is missing: the caller cannot be judged."""


def user_exhibit(store: Store, arn: str) -> Exhibit | None:
    """Collect what belongs to a user or to root; None when there is no such user."""
    parsed = Arn.parse(arn)
    if parsed is None:
        return None
    if parsed.resource == "root":
        return _exhibit("Account", arn, parsed.account, {}, user_id=parsed.account)
    document = find_by_arn(store, USER, arn)
    if document is None:
        return None
    body = document.body
    policies = _policies(store, parsed.account, body, "UserPolicyList")
    for group in body.get("GroupList", ()):
        found = find_entity(store, parsed.account, GROUP, group)
        if found is None:
            raise IdentityError(f"group {group} of {arn} is missing")
        policies += _policies(store, parsed.account, found.body, "GroupPolicyList")
    return _exhibit(
        "User",
        arn,
        parsed.account,
        body,
        user_id=body["UserId"],
        username=body["UserName"],
        identity=policies,
        boundary=_boundary(store, parsed.account, body),
    )


def session_exhibit(store: Store, session: Session) -> Exhibit | None:
    """Collect what belongs to a role session; None when there is no such role (any more)."""
    role = Arn.parse(session.role_arn)
    document = find_by_arn(store, ROLE, session.role_arn)
    if role is None or document is None or document.body["RoleId"] != session.role_id:
        return None
    body = document.body
    name = body["RoleName"]
    exhibit = _exhibit(
        "AssumedRole",
        f"arn:{role.partition}:sts::{role.account}:assumed-role/{name}/{session.name}",
        role.account,
        body,
        user_id=f"{body['RoleId']}:{session.name}",
        role_arn=session.role_arn,
        identity=_policies(store, role.account, body, "RolePolicyList"),
        boundary=_boundary(store, role.account, body),
    )
    principal = exhibit["principal"]
    principal["tags"] |= session.tags
    # Present for temporary credentials and for no others (iam-evaluation.md section 7).
    principal["keys"] |= {
        "aws:tokenissuetime": str(session.issued),
        "aws:multifactorauthpresent": "false",
    }
    if session.source_identity is not None:
        principal["keys"]["aws:sourceidentity"] = session.source_identity
    exhibit["session"] = session.policies
    return exhibit


def _exhibit(
    kind: str,
    arn: str,
    account: str,
    body: Mapping[str, Any],
    *,
    user_id: str,
    username: str | None = None,
    role_arn: str | None = None,
    identity: list[dict[str, Any]] | None = None,
    boundary: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "principal": {
            "kind": kind,
            "arn": arn,
            "account": account,
            "userId": user_id,
            "username": username,
            "roleArn": role_arn,
            "tags": {tag["Key"]: tag["Value"] for tag in body.get("Tags", ())},
            # Every signed request has these two (iam-evaluation.md section 7).
            "keys": {"aws:principalisawsservice": "false", "aws:viaawsservice": "false"},
        },
        "identity": identity or [],
        "boundary": boundary,
        "session": None,
    }


def _policies(
    store: Store, account: str, body: Mapping[str, Any], inline: str
) -> list[dict[str, Any]]:
    """Collect inline and attached policies of a user, group or role."""
    found = [
        {"name": policy["PolicyName"], "document": read_document(policy["PolicyDocument"])}
        for policy in body.get(inline, ())
    ]
    found += (
        _managed(store, account, attached["PolicyArn"])
        for attached in body.get("AttachedManagedPolicies", ())
    )
    return found


def _boundary(store: Store, account: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    arn = (body.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return None if arn is None else _managed(store, account, arn)


def _managed(store: Store, account: str, arn: str) -> dict[str, Any]:
    body = find_policy(store, account, arn)
    if body is None:
        raise IdentityError(f"policy {arn} is missing")
    version = default_version(body)
    if version is None:
        raise IdentityError(f"policy {arn} lacks its default version")
    return {
        "name": body["PolicyName"],
        "arn": arn,
        "document": read_document(version["Document"]),
    }
