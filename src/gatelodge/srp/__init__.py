"""SRP-6a as Cognito speaks it: a password is proven without being sent.

Knows RFC 5054's protocol in Cognito's spelling (reference: cognito.md section B6). Draws no random
numbers: salt and private exponents are arguments. A power takes milliseconds.
"""

from gatelodge.srp.exchange import Challenge, answer_client, read_public, sign_proof
from gatelodge.srp.group import GENERATOR, PRIME, padded
from gatelodge.srp.verifier import SALT_BITS, disguise, private_exponent, verifier, whole_salt

__all__ = [
    "GENERATOR",
    "PRIME",
    "SALT_BITS",
    "Challenge",
    "answer_client",
    "disguise",
    "padded",
    "private_exponent",
    "read_public",
    "sign_proof",
    "verifier",
    "whole_salt",
]
