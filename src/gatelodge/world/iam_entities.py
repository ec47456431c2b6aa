"""Where IAM's users, groups, roles and managed policies stand in the store.

Bodies are those of `get-account-authorization-details`; policy documents in them are JSON text as
it was written, trust policies name users and roles of the store by unique id. Names are unique
ignoring case, so documents are found by the name in lower case; a policy of AWS's own by its ARN.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatelodge.arn import Arn
from gatelodge.store import Document, Store
from gatelodge.world.aws_policies import PREFIX, aws_policies

USER, GROUP, ROLE, POLICY = "iam/user", "iam/group", "iam/role", "iam/policy"
NAMES = {USER: "UserName", GROUP: "GroupName", ROLE: "RoleName", POLICY: "PolicyName"}
IDS = {USER: "UserId", GROUP: "GroupId", ROLE: "RoleId", POLICY: "PolicyId"}
INLINE = {USER: "UserPolicyList", GROUP: "GroupPolicyList", ROLE: "RolePolicyList"}
_BY_ID = {"AIDA": USER, "AROA": ROLE}


def entity(kind: str, account: str, body: Mapping[str, Any]) -> Document:
    """Make the document of an entity that is not stored yet."""
    name = body[NAMES[kind]]
    aws = kind == POLICY and body["Arn"].startswith(f"{PREFIX}/")
    return Document(
        account=account,
        kind=kind,
        id=body["Arn"] if aws else name.lower(),
        parent=body.get(IDS[kind], ""),
        name=name,
        body=body,
        created=body.get("CreateDate", ""),
    )


def changed(document: Document, body: Mapping[str, Any]) -> Document:
    """Make the document of a stored entity with another body; its name stays."""
    return replace(document, body=body, parent=body.get(IDS[document.kind], ""))


def find_entity(store: Store, account: str, kind: str, name: str) -> Document | None:
    """Find a user, group, role or policy of an account by its name; its case counts."""
    found = store.document(account, "", kind, name.lower())
    return found if found is not None and found.name == name else None


def find_by_arn(store: Store, kind: str, text: str) -> Document | None:
    """Find a user, group or role by its ARN, path and all."""
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam":
        return None
    found = find_entity(store, arn.account, kind, arn.resource.rpartition("/")[2])
    return found if found is not None and found.body["Arn"] == text else None


def find_by_id(store: Store, unique_id: str) -> Document | None:
    """Find a user or role by its unique id, in whatever account."""
    kind = _BY_ID.get(unique_id[:4])
    found = store.belonging(kind, unique_id) if kind is not None else []
    return found[0] if found else None


def find_policy(store: Store, account: str, text: str) -> Mapping[str, Any] | None:
    """Find the body of a managed policy that this account can attach: its own, or one of AWS's.

    Details of an account bring AWS's policies as they were; those count before the built-in ones.
    """
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam":
        return None
    if arn.account == "aws":
        stored = store.document(account, "", POLICY, text)
        return aws_policies().get(text) if stored is None else stored.body
    if arn.account != account:
        return None
    found = find_entity(store, account, POLICY, arn.resource.rpartition("/")[2])
    return found.body if found is not None and found.body["Arn"] == text else None


def default_version(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the version of a managed policy that counts; None where it is missing."""
    for version in body["PolicyVersionList"]:
        if version["VersionId"] == body["DefaultVersionId"]:
            found: Mapping[str, Any] = version
            return found
    return None


def read_document(stored: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a stored policy document as a JSON object; earlier versions stored it as one."""
    if isinstance(stored, str):
        read: Mapping[str, Any] = json.loads(stored)
        return read
    return stored


def read_document_text(stored: str | Mapping[str, Any]) -> str:
    """Give a stored policy document as its text."""
    return stored if isinstance(stored, str) else json.dumps(stored)
