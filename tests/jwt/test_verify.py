"""Signatures: published vectors, and tricks with algorithm and key."""

import hmac
import json

import pytest
from joserfc.jwk import OctKey
from tests.signing import KID, SIGNER, STRANGER, base64url, key_set, sign
from tests.vectors import jose

from gatelodge.jwt import Fault, parse, read_keys, verify

KEYS = read_keys(key_set((KID, SIGNER)))
CLAIMS = {"sub": "a", "exp": 1}


def refusal(text, key=KEYS[KID]):
    return verify(parse(text), key)


def published(key):
    return read_keys(json.dumps({"keys": [key]}).encode())[key["kid"]]


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (jose.RFC7515_A2_RS256, jose.RFC7515_A2_KEY),
        (jose.RFC7520_4_1_RS256, jose.RFC7520_KEY),
    ],
)
def test_published_signatures(token, key):
    assert refusal(token, published(key)) is None
    first, second, third = token.split(".")
    other = base64url(parse(token).payload + b" ")
    assert refusal(f"{first}.{other}.{third}", published(key)).fault is Fault.SIGNATURE
    flipped = bytes([parse(token).signature[0] ^ 1]) + parse(token).signature[1:]
    assert refusal(f"{first}.{second}.{base64url(flipped)}", published(key)).fault is (
        Fault.SIGNATURE
    )


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (jose.RFC7515_A1_HS256, jose.RFC7515_A2_KEY),
        (jose.RFC7515_A3_ES256, jose.RFC7515_A2_KEY),
        (jose.RFC7515_A5_NONE, jose.RFC7515_A2_KEY),
        (jose.RFC7520_4_2_PS384, jose.RFC7520_KEY),
        (jose.RFC7520_4_4_HS256, jose.RFC7520_KEY),
    ],
)
def test_published_tokens_of_other_algorithms(token, key):
    assert refusal(token, published(key)).fault is Fault.ALGORITHM


def hs256(secret):
    """A token whose HMAC key is what everybody may know."""
    covered = f"{base64url(json.dumps({'alg': 'HS256', 'kid': KID}).encode())}.{base64url(b'{}')}"
    return f"{covered}.{base64url(hmac.digest(secret, covered.encode(), 'sha256'))}"


@pytest.mark.parametrize(
    "token",
    [
        hs256(SIGNER.as_pem(private=False)),
        hs256(SIGNER.as_der(private=False)),
        hs256(json.dumps(SIGNER.as_dict(private=False)).encode()),
        hs256(b""),
        *(f"{base64url(json.dumps({'alg': alg, 'kid': KID}).encode())}.{base64url(b'{}')}."
          for alg in ("none", "None", "NONE", "nOnE", "")),
        sign(CLAIMS, {"alg": "rs256", "kid": KID}),
        sign(CLAIMS, {"alg": "RS256 ", "kid": KID}),
        sign(CLAIMS, {"alg": "\uff32\uff33256", "kid": KID}),
        sign(CLAIMS, {"alg": "RS384", "kid": KID}, algorithm="RS384"),
        sign(CLAIMS, {"alg": "PS256", "kid": KID}, algorithm="PS256"),
        sign(CLAIMS, {"alg": "HS256", "kid": KID}, OctKey.generate_key(256), "HS256"),
    ],
    ids=lambda _: "token",
)  # fmt: skip
def test_another_algorithm_is_refused_whatever_its_signature(token):
    assert refusal(token).fault is Fault.ALGORITHM


@pytest.mark.parametrize(
    "token",
    [
        sign(CLAIMS, key=STRANGER),
        sign(CLAIMS, algorithm="RS384"),
        sign(CLAIMS, algorithm="PS256"),
        ".".join([*sign(CLAIMS).split(".")[:2], ""]),
        ".".join([*sign(CLAIMS).split(".")[:2], base64url(b"\0" * 256)]),
        ".".join([*sign(CLAIMS).split(".")[:2], base64url(b"\0" * 9000)]),
        ".".join([*sign(CLAIMS).split(".")[:2], sign({"exp": 2}).split(".")[2]]),
    ],
    ids=lambda _: "token",
)
def test_a_signature_that_is_another(token):
    assert refusal(token).fault is Fault.SIGNATURE
