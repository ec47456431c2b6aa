"""The server's side of one sign-in, and the proof that both sides can make."""

import base64
import hmac
import re

from gatelodge.srp.group import GENERATOR, MULTIPLIER, PRIME, hashed, padded

_INFO = b"Caldera Derived Key\x01"
_KEY_BYTES = 16
_PUBLIC = re.compile(r"[0-9a-fA-F]{1,770}", re.ASCII)


class Challenge:
    """What the server answers a client's public value with, and the key they share since."""

    __slots__ = ("key", "public")

    def __init__(self, public: int, key: bytes) -> None:
        self.public = public
        """B."""
        self.key = key
        """Secret, 16 octets."""


def read_public(text: str) -> int | None:
    """Read a client's A (hexadecimal); None for what must be refused, such as multiples of N."""
    if not _PUBLIC.fullmatch(text):
        return None
    number = int(text, 16)
    return number if 0 < number < PRIME else None


def answer_client(client_public: int, verifier: int, private: int) -> Challenge | None:
    """Answer a client's A; None when the numbers happen to prove nothing. private: b, random."""
    public = (MULTIPLIER * verifier + pow(GENERATOR, private, PRIME)) % PRIME
    mixed = hashed(padded(client_public), padded(public))
    if public == 0 or mixed == 0:
        return None
    shared = pow(client_public * pow(verifier, mixed, PRIME), private, PRIME)
    return Challenge(public, shared_key(shared, mixed))


def shared_key(shared: int, mixed: int) -> bytes:
    """Derive the key from S and u (HKDF-SHA256)."""
    extracted = hmac.digest(padded(mixed), padded(shared), "sha256")
    return hmac.digest(extracted, _INFO, "sha256")[:_KEY_BYTES]


def sign_proof(key: bytes, pool_name: str, user_id: str, block: bytes, timestamp: str) -> str:
    """Make the proof that a client sends as PASSWORD_CLAIM_SIGNATURE."""
    message = f"{pool_name}{user_id}".encode() + block + timestamp.encode()
    return base64.b64encode(hmac.digest(key, message, "sha256")).decode()
