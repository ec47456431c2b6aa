"""A token taken apart: RFC 7515 section 7.1, in one spelling only.

Nothing is believed of a token that was only parsed.
"""

import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gatelodge.jwt.json_object import read_object
from gatelodge.jwt.refusal import Fault, Refusal

MAX_TOKEN = 16_384
"""Characters. A header block has 20,480 at most."""
_MAX_KID = 256
# base64url in the alphabet of base64, whose own letters become what no alphabet has.
_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")
# How a piece may end whose last character stands for four or two bits too many: these are zero.
_LAST = {2: b"AQgw", 3: b"AEIMQUYcgkosw048"}
_HEADERS_KEPT = 64
_NO_PIECES = Refusal(
    Fault.MALFORMED,
    "it is not three pieces of base64url, as an encoder writes it, with dots between",
)
# Members by which a header brings its own key, or names where to fetch one (RFC 7515 section 4.1).
_OWN_KEY = ("jku", "jwk", "x5u", "x5c")


class Token:
    """A token's parts. `payload` are octets: not every JWS has claims."""

    __slots__ = ("algorithm", "header", "kid", "payload", "signature", "signing_input")

    def __init__(
        self,
        header: Mapping[str, Any],
        algorithm: str,
        kid: str | None,
        payload: bytes,
        signing_input: bytes,
        signature: bytes,
    ) -> None:
        self.header = header
        self.algorithm = algorithm
        self.kid = kid
        self.payload = payload
        self.signing_input = signing_input
        """What the signature covers."""
        self.signature = signature


def parse(text: str) -> Token | Refusal:
    """Take a token in compact serialization apart."""
    if len(text) > MAX_TOKEN:
        return _malformed(f"it has {len(text)} characters, {MAX_TOKEN} are allowed")
    pieces = text.encode().split(b".") if text.isascii() else []
    if len(pieces) != 3 or not pieces[0] or not pieces[1]:
        return _NO_PIECES
    payload, signature = _decode(pieces[1]), _decode(pieces[2])
    if payload is None or signature is None:
        return _NO_PIECES
    head = _read_header(pieces[0])
    if isinstance(head, Refusal):
        return head
    header, algorithm, kid = head
    return Token(header, algorithm, kid, payload, b".".join(pieces[:2]), signature)


@lru_cache(_HEADERS_KEPT)
def _read_header(piece: bytes) -> tuple[Mapping[str, Any], str, str | None] | Refusal:
    """Read a header with its algorithm and kid. An issuer's tokens have one for each key."""
    octets = _decode(piece)
    if octets is None:
        return _NO_PIECES
    header = read_object(octets)
    if isinstance(header, str):
        return _malformed(f"its header is {header}")
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str):
        return _malformed("its header names no algorithm")
    if kid is not None and not (isinstance(kid, str) and len(kid) <= _MAX_KID):
        return _malformed("its kid is not a text")
    if "crit" in header:
        return Refusal(Fault.HEADER, "crit asks for extensions, and there are none")
    for member in _OWN_KEY:
        if member in header:
            return Refusal(Fault.HEADER, f"{member} brings its own key")
    return header, algorithm, kid


def _malformed(detail: str) -> Refusal:
    return Refusal(Fault.MALFORMED, detail)


def _decode(piece: bytes) -> bytes | None:
    """Decode base64url without padding; None unless it is written as an encoder writes it."""
    rest = len(piece) % 4
    if rest and (rest == 1 or piece[-1] not in _LAST[rest]):
        return None
    try:
        padded = piece.translate(_ALPHABET) + b"=" * (-len(piece) % 4)
        return binascii.a2b_base64(padded, strict_mode=True)
    except binascii.Error:
        return None
