"""Tokens as an issuer signs them, and as somebody forges them."""

import json
from base64 import urlsafe_b64encode

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

SIGNER = RSAKey.generate_key(2048)
STRANGER = RSAKey.generate_key(2048)
KID = "key-1"


def base64url(octets):
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def sign(payload, header=None, key=SIGNER, algorithm="RS256"):
    """A token; payload and header: values, or octets as they are."""
    if header is None:
        header = {"kid": KID, "alg": "RS256"}
    pieces = [
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)
    ]
    covered = ".".join(base64url(piece) for piece in pieces)
    signature = JWSRegistry.algorithms[algorithm].sign(covered.encode(), key)
    return f"{covered}.{base64url(signature)}"


def key_set(*keys):
    """A JWK Set of (kid, key)."""
    return json.dumps(
        {
            "keys": [
                {"alg": "RS256", "use": "sig", **key.as_dict(private=False), "kid": kid}
                for kid, key in keys
            ]
        }
    ).encode()
