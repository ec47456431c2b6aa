"""Temporary credentials: a session token that carries everything, sealed.

Any worker checks a token without a look-up; the role or user behind it is still read from the
store, so that deleting it, or changing its policies, bites at once.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from gatelodge.store import MasterKey, SealError


class SessionKind(StrEnum):
    """Which operation gave the credentials out, and so who the principal is."""

    ROLE = "role"
    """AssumeRole and its kin: a role session."""
    USER = "user"
    """GetSessionToken: the user, or root, itself."""
    FEDERATED = "federated"
    """GetFederationToken: a federated user, with what the user who asked for it may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a session token says. Times are in seconds since 1970."""

    access_key_id: str = ""
    secret: str = ""
    """Both empty until the credentials are issued."""
    kind: SessionKind = SessionKind.ROLE
    arn: str
    """Of the role; of the user or root that asked."""
    unique_id: str
    """`AROA…`, `AIDA…` or the account: one made anew under the same name is another."""
    name: str
    """Of a role session or a federated user; empty for a user's own."""
    issued: int
    expires: int
    policies: Sequence[Mapping[str, Any]] | None = None
    """Session policies, `{"name", "document"}`; None when none was passed."""
    policy_arns: Sequence[str] = ()
    """Managed policies passed as session policies; what they say is read from the store."""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: Sequence[str] = ()
    """Keys of the tags that stay when roles are chained."""
    source_identity: str | None = None
    provider: str | None = None
    """Where a web identity came from: the ARN of the OpenID Connect provider."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Condition keys that a web identity brought along, names in lower case."""


def seal_session(session: Session, key: MasterKey, at_least: int = 0) -> str:
    """Write a session token; at_least: its characters, for clients that want to see long ones."""
    # Base64 makes four characters of three octets; spaces at its end are no part of JSON.
    text = json.dumps(asdict(session), separators=(",", ":")).encode().ljust(at_least * 3 // 4)
    sealed = key.seal(text, f"session {session.access_key_id}")
    return base64.b64encode(sealed).decode()


def open_session(token: str, access_key_id: str, key: MasterKey) -> Session | None:
    """Read a session token; None when it is damaged, foreign or another key's."""
    try:
        sealed = base64.b64decode(token, validate=True)
        opened = key.open(sealed, f"session {access_key_id}")
    except (SealError, binascii.Error, ValueError):
        return None
    said = json.loads(opened)
    # Another version of gatelodge may have sealed it.
    if said.keys() != Session.__dataclass_fields__.keys():
        return None
    lists = {name: tuple(said[name]) for name in ("policy_arns", "transitive")}
    return Session(**{**said, **lists, "kind": SessionKind(said["kind"])})
