"""`gatelodge accounts`: make accounts and list them."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from gatelodge.cli.keys import show
from gatelodge.settings import is_account
from gatelodge.store import open_state
from gatelodge.world.changes import wait_until_followed
from gatelodge.world.issue_keys import issue_key

app = App(name="accounts", help="Make accounts and list them.")


@app.command
def create(
    account: str,
    *,
    state: Path = Path(".gatelodge"),
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Make an account and print an access key of its root user, once.

    Parameters
    ----------
    account
        Twelve digits.
    state
        State directory; made when it is not there.
    json_output
        Print JSON with AWS's member names.

    """
    if not is_account(account):
        return _fail(f"{account!r} is no account: give twelve digits")
    store, master = open_state(state, os.environ)
    root = f"arn:aws:iam::{account}:root"
    with store.transaction():
        keys = store.access_keys(root)
        if not keys:
            issued = issue_key(store, master, account, root)
    if keys:
        return _fail(
            f"account {account} exists: its root has the access key {keys[0].id}; if the secret is "
            f"lost, delete that key (`gatelodge keys delete {keys[0].id}`) and create again"
        )
    wait_until_followed(store, state / "run")
    show(issued, as_json=json_output)
    return 0


@app.command(name="ls")
def list_accounts(*, state: Path = Path(".gatelodge")) -> int:
    """List the accounts that have a root user.

    Parameters
    ----------
    state
        State directory.

    """
    store, _ = open_state(state, os.environ)
    roots = [key.account for key in store.access_keys() if key.principal.endswith(":root")]
    for account in sorted(set(roots)):
        print(account)
    return 0


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1
