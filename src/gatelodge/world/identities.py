"""From stored IAM documents to the exhibit of a caller: its policies, as IAM attaches them.

Reference: openapi-extensions.md section 7, iam-evaluation.md section 4.1. Where the documents
stand, iam_entities.py knows.
"""

from collections.abc import Callable, Mapping, Sequence
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
from gatelodge.world.sessions import Session, SessionKind

_ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}


class IdentityError(LookupError):
    """A document that a caller's policies need is missing: the caller cannot be judged."""


def user_exhibit(store: Store, arn: str) -> dict[str, Any] | None:
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
    """Collect what belongs to temporary credentials; None when their owner is no more."""
    exhibit = _COLLECT[session.kind](store, session)
    if exhibit is None:
        return None
    principal = exhibit["principal"]
    principal["tags"] |= session.tags
    # Present for temporary credentials and for no others (iam-evaluation.md section 7).
    principal["keys"] |= {
        **session.keys,
        "aws:tokenissuetime": str(session.issued),
        "aws:multifactorauthpresent": "false",
    }
    if session.source_identity is not None:
        principal["keys"]["aws:sourceidentity"] = session.source_identity
    if session.provider is not None:
        principal["keys"]["aws:federatedprovider"] = session.provider
    account = principal["account"]
    if session.policies is not None or session.policy_arns:
        exhibit["session"] = [
            *(session.policies or ()),
            *_session_policies(store, account, session.policy_arns),
        ]
    elif session.kind is SessionKind.FEDERATED:
        # Without one, a federated user has no permissions.
        exhibit["session"] = []
    return exhibit


def _role_session(store: Store, session: Session) -> dict[str, Any] | None:
    role = Arn.parse(session.arn)
    document = find_by_arn(store, ROLE, session.arn)
    if role is None or document is None or document.body["RoleId"] != session.unique_id:
        return None
    body = document.body
    name = body["RoleName"]
    return _exhibit(
        "AssumedRole",
        f"arn:{role.partition}:sts::{role.account}:assumed-role/{name}/{session.name}",
        role.account,
        body,
        user_id=f"{body['RoleId']}:{session.name}",
        role_arn=session.arn,
        identity=_policies(store, role.account, body, "RolePolicyList"),
        boundary=_boundary(store, role.account, body),
    )


def _user_session(store: Store, session: Session) -> dict[str, Any] | None:
    exhibit = user_exhibit(store, session.arn)
    if exhibit is None or exhibit["principal"]["userId"] != session.unique_id:
        return None
    return exhibit


def _federated(store: Store, session: Session) -> dict[str, Any] | None:
    exhibit = _user_session(store, session)
    if exhibit is None:
        return None
    principal = exhibit["principal"]
    account = principal["account"]
    if principal["kind"] == "Account":
        exhibit["identity"] = [{"name": "root", "document": _ALLOW_ALL}]
    principal |= {
        "kind": "FederatedUser",
        "arn": f"arn:aws:sts::{account}:federated-user/{session.name}",
        "userId": f"{account}:{session.name}",
        "username": None,
    }
    return exhibit


_COLLECT: Mapping[SessionKind, Callable[[Store, Session], dict[str, Any] | None]] = {
    SessionKind.ROLE: _role_session,
    SessionKind.USER: _user_session,
    SessionKind.FEDERATED: _federated,
}


def _session_policies(store: Store, account: str, arns: Sequence[str]) -> list[dict[str, Any]]:
    """Read managed policies passed as session policies; one that is gone allows nothing."""
    return [
        _managed(store, account, arn)
        for arn in arns
        if find_policy(store, account, arn) is not None
    ]


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
