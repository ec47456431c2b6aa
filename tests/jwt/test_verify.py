"""Signatures: published vectors, and tricks with algorithm and key."""

import hashlib
import hmac
import json

import pytest
from joserfc.jwk import OctKey
from tests.signing import KID, SIGNER, STRANGER, base64url, key_set, sign
from tests.vectors import jose

from gatelodge.jwt import Fault, Refusal, parse, read_keys, verify

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
        (jose.WYCHEPROOF_GOOD, jose.WYCHEPROOF_KEY),
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
        (jose.RFC7515_A4_ES512, jose.RFC7515_A2_KEY),
        (jose.RFC7515_A5_NONE, jose.RFC7515_A2_KEY),
        (jose.RFC7520_4_2_PS384, jose.RFC7520_KEY),
        (jose.RFC7520_4_3_ES512, jose.RFC7520_KEY),
        (jose.RFC7520_4_4_HS256, jose.RFC7520_KEY),
        (jose.RFC8037_A4_EDDSA, jose.RFC7515_A2_KEY),
    ],
)
def test_published_tokens_of_other_algorithms(token, key):
    assert refusal(token, published(key)).fault is Fault.ALGORITHM


@pytest.mark.parametrize("token", jose.WYCHEPROOF_BAD.values(), ids=jose.WYCHEPROOF_BAD)
def test_published_forgeries(token):
    parsed = parse(token)
    assert isinstance(parsed, Refusal) or verify(parsed, published(jose.WYCHEPROOF_KEY))


SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
NO_PARAMETERS = bytes.fromhex("302f300b0609608648016503040201 0420")
SHA1 = bytes.fromhex("3021300906052b0e03021a05000414")


def padded(before, digest, after=b"", size=256, filler=b"\xff"):
    """A message as RFC 8017 section 9.2 pads it, or nearly so."""
    filling = filler * (size - len(before) - len(digest) - len(after) - 1)
    return before + filling + b"\0" + digest + after


@pytest.mark.parametrize(
    ("good", "make"),
    [
        (True, lambda hashed: padded(b"\0\1", SHA256 + hashed)),
        (False, lambda hashed: padded(b"\0\2", SHA256 + hashed)),
        (False, lambda hashed: padded(b"\0\0", SHA256 + hashed)),
        (False, lambda hashed: padded(b"\0\1", SHA256 + hashed, filler=b"\xfe")),
        (False, lambda hashed: padded(b"\0\1", NO_PARAMETERS + hashed)),
        (False, lambda hashed: padded(b"\0\1", hashed)),
        (False, lambda hashed: padded(b"\0\1", SHA1 + hashed[:20])),
        (False, lambda hashed: padded(b"\0\1", SHA256 + hashed[:-1])),
        # Bleichenbacher 2006: little padding, and garbage where nobody looks.
        (False, lambda hashed: padded(b"\0\1", SHA256 + hashed, b"\0" * 100)),
        (False, lambda hashed: b"\0\1" + b"\xff" * 8 + b"\0" + SHA256 + hashed + b"\xaa" * 194),
        (False, lambda hashed: b"\0" * 205 + SHA256 + hashed),
    ],
    ids=lambda _: "",
)
def test_padding_is_compared_whole(good, make):
    covered = sign(CLAIMS).rpartition(".")[0]
    numbers = SIGNER.private_key.private_numbers()
    message = int.from_bytes(make(hashlib.sha256(covered.encode()).digest()), "big")
    signature = pow(message, numbers.d, numbers.public_numbers.n).to_bytes(256, "big")
    refused = refusal(f"{covered}.{base64url(signature)}")
    assert refused is None if good else refused.fault is Fault.SIGNATURE


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
