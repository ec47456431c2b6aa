"""The rows that the store gives and takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of the control plane."""

    account: str
    kind: str
    """Service and AWS's word: `iam/user`."""
    id: str
    body: Mapping[str, Any]
    """AWS-shaped JSON."""
    region: str = ""
    """Empty for global services."""
    parent: str = ""
    """Of an IAM entity: its unique id."""
    name: str = ""
    version: int = 0
    """0 for a document that is not stored yet."""
    created: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A long-term access key."""

    id: str
    account: str
    principal: str
    """The ARN of the user, or of root."""
    principal_id: str
    """`AIDA…` of the user, or the account of root: whose key it is, whatever the ARN becomes."""
    secret: bytes
    """Sealed."""
    active: bool
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastUse:
    """When an access key, or a role, was last used, and for what."""

    id: str
    """`AKIA…`, or the role's unique id."""
    used: str
    """ISO 8601, in UTC."""
    region: str
    service: str
