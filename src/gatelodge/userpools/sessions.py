"""What a client carries from one step of a sign-in to the next: sealed, short-lived, used once."""

import json
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any

from gatelodge.store import SealError
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.refusal import not_authorized

MAX_LENGTH = 8_192
_BLOCK = 512


def seal(pools: UserPools, kind: str, values: Mapping[str, Any], expires: float) -> str:
    """Seal the state of one sign-in under way; kind: which step it is for."""
    content = {**values, "id": secrets.token_hex(16), "expires": expires}
    text = json.dumps(content).encode()
    # Filled up: the length tells nothing of what is in it, such as whether a user exists.
    text += b" " * (-len(text) % _BLOCK)
    sealed = pools.master.seal(text, f"sign-in {kind}")
    return b64encode(sealed).decode()


def unseal(
    pools: UserPools, kind: str, text: str | None, client: str, now: float
) -> dict[str, Any]:
    """Open what was sealed for a client. Raises Refused."""
    if not text or len(text) > MAX_LENGTH:
        raise not_authorized("Invalid session for the user.")
    try:
        opened = pools.master.open(b64decode(text, validate=True), f"sign-in {kind}")
    except (SealError, Base64Error, ValueError):
        raise not_authorized("Invalid session for the user.") from None
    values: dict[str, Any] = json.loads(opened)
    if values["client"] != client:
        raise not_authorized("Invalid session for the user.")
    if values["expires"] < now:
        raise not_authorized("Invalid session for the user, session is expired.")
    return values


def use(pools: UserPools, values: Mapping[str, Any], now: float) -> None:
    """Use what was opened, inside the transaction that it is good for. Raises Refused."""
    if not pools.store.use_once(values["id"], now, values["expires"]):
        raise not_authorized("Invalid session for the user.")
