"""A token taken apart: RFC 7515 section 7.1, in one spelling only.

Nothing is believed of a token that was only parsed.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from gatelodge.jwt.json_object import read_object
from gatelodge.jwt.refusal import Fault, Refusal

MAX_TOKEN = 16_384
"""Characters. A header block has 20,480 at most."""
_MAX_KID = 256
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)", re.ASCII)
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
    match = _COMPACT.fullmatch(text)
    if match is None:
        return _malformed("it is not three pieces of base64url with dots between")
    octets = [_decode(piece) for piece in match.groups()]
    head, payload, signature = octets
    if head is None or payload is None or signature is None:
        return _malformed("a piece of it is not base64url as it is written")
    header = read_object(head)
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
    signing_input = text[: match.start(3) - 1].encode("ascii")
    return Token(header, algorithm, kid, payload, signing_input, signature)


def _malformed(detail: str) -> Refusal:
    return Refusal(Fault.MALFORMED, detail)


def _decode(piece: str) -> bytes | None:
    """Decode base64url without padding; None unless it is written as an encoder writes it."""
    if len(piece) % 4 == 1:
        return None
    octets = urlsafe_b64decode(piece + "=" * (-len(piece) % 4))
    return octets if urlsafe_b64encode(octets).rstrip(b"=") == piece.encode("ascii") else None
