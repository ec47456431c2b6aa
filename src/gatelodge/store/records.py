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


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUser:
    """A user of a user pool. Times are seconds since 1970."""

    pool: str
    sub: str
    username: str
    key: str
    """The username as it is compared."""
    status: str
    """AWS's word: UNCONFIRMED, CONFIRMED, FORCE_CHANGE_PASSWORD, RESET_REQUIRED."""
    enabled: bool = True
    attributes: Mapping[str, str]
    """By name, without sub."""
    verifier: bytes | None = None
    """Sealed; None while there is no password."""
    state: Mapping[str, Any]
    """Codes (hashed), failed attempts and what else belongs to signing in."""
    created: float
    modified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One sign-in of a pool's user, and all tokens that come of it."""

    origin_jti: str
    pool: str
    sub: str
    client: str
    token: bytes
    """SHA-256 of the refresh token."""
    scope: str
    created: float
    expires: float
    revoked: bool = False
