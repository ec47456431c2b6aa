"""JSON Web Tokens: parse, verify, read claims.

Knows RFC 7515 (compact serialization), RFC 7517 (public RSA keys), RFC 7519 (claims) and RFC 8725
(what to be wary of); knows no issuer, no pool and no clock: keys and times are arguments.
Signatures are checked by joserfc.
"""

from gatelodge.jwt.claims import Claims, check_times, read_claims
from gatelodge.jwt.keys import MAX_KEY_SET, KeysError, PublicKey, read_keys
from gatelodge.jwt.parse import MAX_TOKEN, Token, parse
from gatelodge.jwt.refusal import Fault, Refusal
from gatelodge.jwt.verify import ALGORITHM, verify

__all__ = [
    "ALGORITHM",
    "MAX_KEY_SET",
    "MAX_TOKEN",
    "Claims",
    "Fault",
    "KeysError",
    "PublicKey",
    "Refusal",
    "Token",
    "check_times",
    "parse",
    "read_claims",
    "read_keys",
    "verify",
]
