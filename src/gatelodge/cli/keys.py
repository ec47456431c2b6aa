"""`gatelodge keys`: make, list and delete access keys."""

import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from gatelodge.store import Document, MasterKey, StateError, Store, open_state
from gatelodge.world.changes import wait_until_followed
from gatelodge.world.issue_keys import IssuedKey, issue_key, issue_session

app = App(name="keys", help="Make, list and delete access keys.")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_MIN_SECONDS, _MAX_SECONDS = 900, 43_200


@app.command
def create(
    user: str | None = None,
    *,
    role: str | None = None,
    session: str | None = None,
    duration: int = 3600,
    account: str | None = None,
    state: Path = Path(".gatelodge"),
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Make an access key for a user, or temporary credentials of a role; shown once.

    Parameters
    ----------
    user
        Name or ARN of an IAM user.
    role
        Name or ARN of an IAM role.
    session
        Name of the role session.
    duration
        Seconds that temporary credentials last.
    account
        Account to look in, where a name stands in several.
    state
        State directory.
    json_output
        Print JSON with AWS's member names.

    """
    if (user is None) == (role is None) or (role is None) != (session is None):
        return _fail("give a USER, or --role ROLE with --session NAME")
    if session is not None and not _SESSION_NAME.fullmatch(session):
        return _fail(f"--session {session!r}: 2 to 64 letters, digits and _+=,.@-")
    if not _MIN_SECONDS <= duration <= _MAX_SECONDS:
        return _fail(f"--duration is a number of seconds from {_MIN_SECONDS} to {_MAX_SECONDS}")
    store, master = _open(state)
    kind = "iam/user" if role is None else "iam/role"
    found = _find(store, kind, str(user or role), account)
    if isinstance(found, str):
        return _fail(found)
    if session is None:
        issued = issue_key(store, master, found.account, str(found.body["Arn"]))
        wait_until_followed(store, state / "run")
    else:
        issued = issue_session(master, found.body, session, duration)
    show(issued, as_json=json_output)
    return 0


@app.command(name="ls")
def list_keys(*, state: Path = Path(".gatelodge")) -> int:
    """List access keys.

    Parameters
    ----------
    state
        State directory.

    """
    store, _ = _open(state)
    for key in store.access_keys():
        status = "active" if key.active else "inactive"
        print(f"{key.id}  {status}  {key.created}  {key.principal}")
    return 0


@app.command
def delete(key_id: str, *, state: Path = Path(".gatelodge")) -> int:
    """Delete an access key; it is refused at once.

    Parameters
    ----------
    key_id
        The access key's id.
    state
        State directory.

    """
    store, _ = _open(state)
    if not store.delete_access_key(key_id):
        return _fail(f"there is no access key {key_id}")
    if not wait_until_followed(store, state / "run"):
        return _fail(f"{key_id} is deleted, but a worker has not confirmed it yet")
    return 0


def _open(state: Path) -> tuple[Store, MasterKey]:
    """Open a state directory that is there; a mistyped one is not made."""
    if not state.is_dir():
        raise StateError(f"{state}: no such directory; name the one of `gatelodge serve` (--state)")
    return open_state(state, os.environ)


def _find(store: Store, kind: str, name: str, account: str | None) -> Document | str:
    """Find a user or role by name or ARN; text when it cannot be told which."""
    found = [
        document
        for document in store.documents(kind, account=account)
        if name in (document.name, document.body["Arn"])
    ]
    word = kind.removeprefix("iam/")
    if not found:
        return f"there is no {word} {name!r}; bring identities in with `gatelodge serve --iam FILE`"
    if len(found) > 1:
        accounts = ", ".join(document.account for document in found)
        return f"{word} {name!r} stands in several accounts ({accounts}); give --account"
    return found[0]


def show(issued: IssuedKey, *, as_json: bool) -> None:
    """Print a new key, with its secret."""
    shown = {"AccessKeyId": issued.access_key_id, "SecretAccessKey": issued.secret}
    if issued.session_token is not None and issued.expires is not None:
        shown["SessionToken"] = issued.session_token
        expires = datetime.fromtimestamp(issued.expires, UTC)
        shown["Expiration"] = expires.isoformat(timespec="seconds")
    if as_json:
        print(json.dumps(shown))
        return
    for name, value in shown.items():
        print(f"{name:16} {value}")
    print("The secret is not shown again.", file=sys.stderr)


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1
