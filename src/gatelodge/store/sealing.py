"""Secrets at rest: sealed with AES-256-GCM under a master key, bound to what they belong to."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_NAME_BYTES = 8


class SealError(ValueError):
    """A sealed value that this master key cannot open."""


class MasterKey:
    """The key of one state directory. A sealed value begins with the name of its key."""

    __slots__ = ("_aead", "_root", "name")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SealError(f"a master key has {KEY_BYTES} bytes")
        self._aead = AESGCM(key)
        self._root = hmac.digest(key, b"gatelodge derived secrets", "sha256")
        self.name = hashlib.sha256(b"gatelodge master key" + key).digest()[:_NAME_BYTES]

    def derive(self, purpose: str) -> bytes:
        """Derive a secret of 32 octets for one purpose, always the same."""
        return hmac.digest(self._root, purpose.encode(), "sha256")

    def seal(self, secret: bytes, belongs_to: str) -> bytes:
        """Seal a secret; it opens only for the same owner."""
        nonce = os.urandom(_NONCE_BYTES)
        return self.name + nonce + self._aead.encrypt(nonce, secret, belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> bytes:
        """Open a sealed secret. Raises SealError: another key, another owner, or damage."""
        name, nonce = sealed[:_NAME_BYTES], sealed[_NAME_BYTES : _NAME_BYTES + _NONCE_BYTES]
        if name != self.name:
            raise SealError("it was sealed under another master key")
        try:
            return self._aead.decrypt(
                nonce, sealed[_NAME_BYTES + _NONCE_BYTES :], belongs_to.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise SealError("it is damaged, or belongs to something else") from error
