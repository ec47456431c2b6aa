"""From stored IAM documents to the exhibit of a caller: its policies, as IAM attaches them.

Documents are those of `get-account-authorization-details`: kinds iam/user, iam/group, iam/role and
iam/policy. Reference: openapi-extensions.md section 7, iam-evaluation.md section 4.1.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.arn import Arn
from gatelodge.authorize.exhibit import Exhibit
from gatelodge.store import Store
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
    name = parsed.resource.rpartition("/")[2]
    document = store.document(parsed.account, "", "iam/user", name)
    if document is None or document.body["Arn"] != arn:
        return None
    body = document.body
    policies = _policies(store, parsed.account, body, "UserPolicyList")
    for group in body.get("GroupList", ()):
        found = store.document(parsed.account, "", "iam/group", group)
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
    if role is None:
        return None
    name = role.resource.rpartition("/")[2]
    document = store.document(role.account, "", "iam/role", name)
    if document is None:
        return None
    body = document.body
    if (body["Arn"], body["RoleId"]) != (session.role_arn, session.role_id):
        return None
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
        {"name": policy["PolicyName"], "document": policy["PolicyDocument"]}
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
    document = store.document(account, "", "iam/policy", arn)
    if document is None:
        raise IdentityError(f"policy {arn} is missing")
    body = document.body
    for version in body["PolicyVersionList"]:
        if version["VersionId"] == body["DefaultVersionId"]:
            return {"name": body["PolicyName"], "document": version["Document"]}
    raise IdentityError(f"policy {arn} lacks its default version")
