"""What a server keeps of a password: the verifier, from which nobody reads the password."""

import hashlib
import hmac

from gatelodge.srp.group import GENERATOR, PRIME, PRIME_BYTES, hashed, padded

SALT_BITS = 128


def private_exponent(pool_name: str, user_id: str, password: str, salt: int) -> int:
    """Derive x from a password. pool_name: what follows the underscore in the pool's id."""
    identity = hashlib.sha256(f"{pool_name}{user_id}:{password}".encode()).digest()
    return hashed(padded(salt), identity)


def verifier(pool_name: str, user_id: str, password: str, salt: int) -> int:
    """Derive the verifier of a password."""
    return pow(GENERATOR, private_exponent(pool_name, user_id, password, salt), PRIME)


def whole_salt(drawn: int) -> int:
    """Make a salt of random bits: its first bit is set, so that all are written equally long."""
    return drawn | 1 << (SALT_BITS - 1)


def disguise(secret: bytes, name: str) -> tuple[int, int]:
    """Make up salt and verifier for somebody who does not exist, always the same for a name.

    A square, as every true verifier is one: nothing tells them apart.
    """
    drawn = hmac.digest(secret, b"salt\0" + name.encode(), "sha256")[: SALT_BITS // 8]
    salt = whole_salt(int.from_bytes(drawn, "big"))
    blocks = b"".join(
        hmac.digest(secret, b"verifier\0%d\0" % n + name.encode(), "sha256")
        for n in range(PRIME_BYTES // 32)
    )
    return salt, pow(int.from_bytes(blocks, "big"), 2, PRIME)
