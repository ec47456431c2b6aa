"""Temporary credentials: a session token that carries everything, sealed.

Any worker checks a token without a look-up; the role behind it is still read from the store, so
that deleting it, or changing its policies, bites at once.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gatelodge.store import MasterKey, SealError


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a session token says. Times are in seconds since 1970."""

    access_key_id: str
    secret: str
    role_arn: str
    role_id: str
    """`AROA…`: a role made anew under the same name is another role."""
    name: str
    issued: int
    expires: int
    policies: Sequence[Mapping[str, Any]] | None = None
    """Session policies, `{"name", "document"}`; None when none was passed."""
    tags: Mapping[str, str] = field(default_factory=dict)
    source_identity: str | None = None


def seal_session(session: Session, key: MasterKey) -> str:
    """Write a session token."""
    text = json.dumps(asdict(session), separators=(",", ":")).encode()
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
    return Session(**said) if said.keys() == Session.__dataclass_fields__.keys() else None
