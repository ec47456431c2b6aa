"""Signing keys: derived for one day, region and service, with the HMAC's padding done once."""

import hashlib
import hmac

from gatelodge.sigv4.claim import TERMINATOR

_BLOCK = 64
_INNER = bytes(octet ^ 0x36 for octet in range(256))
_OUTER = bytes(octet ^ 0x5C for octet in range(256))


class SigningKey:
    """A derived key that can sign and nothing else; the secret cannot be had from it.

    Holds SHA-256 states after the padded key (RFC 2104), so that a signature costs two copies and
    two short updates.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(padded.translate(_INNER))
        self._outer = hashlib.sha256(padded.translate(_OUTER))

    def sign(self, string_to_sign: str) -> str:
        """Sign; 64 lower-case hexadecimal digits."""
        inner = self._inner.copy()
        inner.update(string_to_sign.encode("latin-1"))
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()


def derive(secret: str, date: str, region: str, service: str) -> SigningKey:
    """Derive the key of a secret for a scope (reference: sigv4.md section 3)."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return SigningKey(key)
