"""`gatelodge pools`: list user pools and change the keys that sign their tokens."""

import dataclasses
import os
import sys
import time
from pathlib import Path

from cyclopts import App

from gatelodge.store import Store, open_state
from gatelodge.userpools import signing
from gatelodge.userpools.pool import POOL_KIND, find_pool
from gatelodge.userpools.refusal import Refused
from gatelodge.world.changes import wait_until_followed
from gatelodge.world.token_keys import KEYS_KIND

app = App(name="pools", help="List user pools and change the keys that sign their tokens.")


@app.command(name="ls")
def list_pools(*, state: Path = Path(".gatelodge")) -> int:
    """List the user pools of all accounts.

    Parameters
    ----------
    state
        State directory.

    """
    store, _ = open_state(state, os.environ)
    for document in store.documents(POOL_KIND):
        print(f"{document.account}  {document.id}  {document.body['Name']}")
    return 0


@app.command
def rotate_keys(pool: str, *, state: Path = Path(".gatelodge")) -> int:
    """Sign a pool's tokens with new keys; the old ones stay published until their tokens expire.

    Parameters
    ----------
    pool
        Id of the user pool.
    state
        State directory.

    """
    store, master = open_state(state, os.environ)
    try:
        found = find_pool(store, pool)
    except Refused as refused:
        print(f"error: {refused.message}", file=sys.stderr)
        return 1
    keys = store.document(found.account, found.region, KEYS_KIND, pool)
    if keys is None:
        print(f"error: {pool} has no keys", file=sys.stderr)
        return 1
    # First everybody learns the new keys, then they sign: no token is refused in between.
    body = signing.announce(keys.body, pool, master)
    keys = store.put(dataclasses.replace(keys, body=body))
    _wait(store, state)
    body = signing.change_over(keys.body, time.time())
    store.put(dataclasses.replace(keys, body=body))
    _wait(store, state)
    signers = body["signers"]
    print(f"{pool} signs ID tokens with {signers['id']}, access tokens with {signers['access']}")
    return 0


def _wait(store: Store, state: Path) -> None:
    if not wait_until_followed(store, state / "run"):
        print("warning: a worker does not follow yet", file=sys.stderr)
