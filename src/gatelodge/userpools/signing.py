"""The keys that sign a pool's tokens: made, sealed, published, rotated.

ID and access tokens are signed with different keys (cognito.md section C1). A key that was rotated
away stays published until the last token that it signed has expired.
"""

import functools
import json
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from gatelodge.jwt import ALGORITHM
from gatelodge.store import Document, MasterKey, Store
from gatelodge.world.token_keys import KEYS_KIND

_BITS = 2048
_LONGEST_TOKEN = 86_400
_NOT_RETIRED = 1e12
USES = ("id", "access")
_RS256 = JWSRegistry.algorithms[ALGORITHM]


def new_keys(pool_id: str, master: MasterKey) -> dict[str, Any]:
    """Make a pool's keys: the body of their document. Takes a good part of a second."""
    made = {use: _make(pool_id, master) for use in USES}
    return {
        "keys": [key["public"] for key in made.values()],
        "signers": {use: key["public"]["kid"] for use, key in made.items()},
        "sealed": {key["public"]["kid"]: key["sealed"] for key in made.values()},
        "retired": {},
    }


def announce(body: Mapping[str, Any], pool_id: str, master: MasterKey) -> dict[str, Any]:
    """Make new keys and publish them; the old ones sign on until all who check know the new."""
    new = new_keys(pool_id, master)
    until = dict.fromkeys(new["signers"].values(), _NOT_RETIRED)
    return {
        **body,
        "keys": [*new["keys"], *body["keys"]],
        "sealed": {**body["sealed"], **new["sealed"]},
        "next": new["signers"],
        "retired": {**body["retired"], **until},
    }


def change_over(body: Mapping[str, Any], now: float) -> dict[str, Any]:
    """Sign with the keys that were announced.

    The old ones stay published until their tokens have expired, and no longer; they sign nothing
    any more.
    """
    signers, new = body["next"], set(body["next"].values())
    retired = {kid: t for kid, t in body["retired"].items() if t > now and kid not in new}
    retired |= dict.fromkeys(body["signers"].values(), now + _LONGEST_TOKEN)
    return {
        "keys": [key for key in body["keys"] if key["kid"] in new or key["kid"] in retired],
        "signers": signers,
        "sealed": {kid: body["sealed"][kid] for kid in new},
        "retired": retired,
    }


def put_keys(store: Store, account: str, region: str, pool_id: str, body: dict[str, Any]) -> None:
    """Keep a new pool's keys."""
    store.put(Document(account=account, region=region, kind=KEYS_KIND, id=pool_id, body=body))


def published(body: Mapping[str, Any], now: float) -> bytes:
    """Write the JWK Set that a pool publishes."""
    current = set(body["signers"].values())
    keys = [
        key
        for key in body["keys"]
        if key["kid"] in current or body["retired"].get(key["kid"], 0) > now
    ]
    return json.dumps({"keys": keys}).encode()


def sign(body: Mapping[str, Any], pool_id: str, use: str, claims: object, master: MasterKey) -> str:
    """Sign claims as a token. Raises SealError."""
    kid = body["signers"][use]
    key = _private(kid, body["sealed"][kid], pool_id, master)
    head = _encode({"kid": kid, "alg": ALGORITHM})
    covered = f"{head}.{_encode(claims)}"
    return f"{covered}.{_base64url(_RS256.sign(covered.encode(), key))}"


def _make(pool_id: str, master: MasterKey) -> dict[str, Any]:
    key = RSAKey.generate_key(_BITS)
    kid = b64encode(secrets.token_bytes(32)).decode()
    public = {**key.as_dict(private=False), "alg": ALGORITHM, "use": "sig", "kid": kid}
    sealed = master.seal(key.as_der(private=True), _owner(pool_id, kid))
    return {"public": public, "sealed": b64encode(sealed).decode()}


@functools.lru_cache(maxsize=256)
def _private(kid: str, sealed: str, pool_id: str, master: MasterKey) -> RSAKey:
    return RSAKey.import_key(master.open(b64decode(sealed), _owner(pool_id, kid)))


def _owner(pool_id: str, kid: str) -> str:
    return f"signing key {kid} of {pool_id}"


def _encode(value: object) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
