"""Public keys as issuers publish them: a JWK Set (RFC 7517 section 5)."""

from collections.abc import Mapping

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from gatelodge.jwt.json_object import read_object

MAX_KEY_SET = 150_000
"""Octets (reference: authorization-workflow.md section 11.1)."""
_MIN_BITS, _MAX_BITS = 2048, 8192

PublicKey = RSAKey


class KeysError(ValueError):
    """A document that is not a set of keys."""


def read_keys(document: bytes) -> dict[str, PublicKey]:
    """Read the keys of a JWK Set that can check RS256 signatures, by kid. Raises KeysError.

    Keys of other types and for other uses are left out, as RFC 7517 section 5 has it: they check
    nothing. A kid that stands twice names no key at all.
    """
    if len(document) > MAX_KEY_SET:
        raise KeysError(f"a key set of {len(document)} octets; {MAX_KEY_SET} are allowed")
    written = read_object(document)
    if isinstance(written, str):
        raise KeysError(f"the key set is {written}")
    entries = written.get("keys")
    if not isinstance(entries, list):
        raise KeysError("a key set has a list of keys")
    found: dict[str, PublicKey] = {}
    seen: set[str] = set()
    for entry in entries:
        kid = entry.get("kid") if isinstance(entry, Mapping) else None
        if not isinstance(kid, str):
            continue
        key = None if kid in seen else _read_key(entry)
        seen.add(kid)
        found.pop(kid, None)
        if key is not None:
            found[kid] = key
    return found


def _read_key(entry: Mapping[str, object]) -> PublicKey | None:
    usable = (
        entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "RS256") == "RS256"
    )
    modulus, exponent = entry.get("n"), entry.get("e")
    if not usable or not isinstance(modulus, str) or not isinstance(exponent, str):
        return None
    # A modulus so short makes no key to be trusted, one so long makes no check in good time.
    if not _MIN_BITS <= len(modulus) * 6 <= _MAX_BITS + 6 or len(exponent) > 8:
        return None
    try:
        key = RSAKey.import_key({"kty": "RSA", "n": modulus, "e": exponent})
        size = key.public_key.key_size
    except (JoseError, ValueError):
        return None
    return key if size >= _MIN_BITS else None
