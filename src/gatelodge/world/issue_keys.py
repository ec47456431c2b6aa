"""Make access keys: long-term ones kept in the store, temporary ones in their own token."""

import os
import secrets
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatelodge.store import AccessKey, MasterKey, Store
from gatelodge.world.iam_entities import USER, find_by_arn
from gatelodge.world.keys import open_secret
from gatelodge.world.sessions import Session, seal_session
from gatelodge.world.unique_ids import unique_id

CREDENTIALS_FILE = "credentials"
PROFILE = "gatelodge"


class IssuedKey:
    """A new key with its secret, to be shown once."""

    __slots__ = ("access_key_id", "expires", "secret", "session_token")

    def __init__(
        self,
        access_key_id: str,
        secret: str,
        session_token: str | None = None,
        expires: int | None = None,
    ) -> None:
        self.access_key_id = access_key_id
        self.secret = secret
        self.session_token = session_token
        self.expires = expires
        """Seconds since 1970; None for a long-term key."""


def issue_key(
    store: Store,
    master: MasterKey,
    account: str,
    principal: str,
    *,
    now: datetime | None = None,
) -> IssuedKey:
    """Make and keep a long-term key of a user or of root, named by ARN.

    Raises LookupError when there is no such user.
    """
    if principal.endswith(":root"):
        principal_id = account
    else:
        user = find_by_arn(store, USER, principal)
        if user is None:
            raise LookupError(f"there is no user {principal}")
        principal_id = user.parent
    key_id, secret = unique_id("AKIA"), _new_secret()
    store.add_access_key(
        AccessKey(
            id=key_id,
            account=account,
            principal=principal,
            principal_id=principal_id,
            secret=master.seal(secret.encode(), f"access key {key_id}"),
            active=True,
            created=(now or datetime.fromtimestamp(time.time(), UTC)).isoformat(timespec="seconds"),
        )
    )
    return IssuedKey(key_id, secret)


def issue_session(master: MasterKey, role: Mapping[str, Any], name: str, seconds: int) -> IssuedKey:
    """Make temporary credentials of a role session; role: the role's document."""
    now = int(time.time())
    session = Session(
        arn=role["Arn"], unique_id=role["RoleId"], name=name, issued=now, expires=now + seconds
    )
    return issue_temporary(master, session)


def issue_temporary(master: MasterKey, session: Session, at_least: int = 0) -> IssuedKey:
    """Make temporary credentials; session: what they stand for, without key and secret.

    at_least: characters of the session token.
    """
    key_id, secret = unique_id("ASIA"), _new_secret()
    token = seal_session(replace(session, access_key_id=key_id, secret=secret), master, at_least)
    return IssuedKey(key_id, secret, token, session.expires)


def write_root_credentials(store: Store, master: MasterKey, account: str, state: Path) -> None:
    """See to it that root of an account has a key, and write it where AWS tools can read it."""
    root = f"arn:aws:iam::{account}:root"
    with store.transaction():
        keys = [key for key in store.access_keys(root) if key.active]
        if keys:
            issued = IssuedKey(keys[0].id, open_secret(keys[0], master))
        else:
            issued = issue_key(store, master, account, root)
    text = (
        f"[{PROFILE}]\naws_access_key_id = {issued.access_key_id}\n"
        f"aws_secret_access_key = {issued.secret}\n"
    )
    path = state / CREDENTIALS_FILE
    made = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    made.replace(path)


def _new_secret() -> str:
    """Draw a secret in AWS's alphabet, which has no dash: a command line would take an option."""
    return b64encode(secrets.token_bytes(30)).decode()
