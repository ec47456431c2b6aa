"""SRP against the reference's vector (cognito.md section B6), and both sides against each other."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelodge.srp import (
    GENERATOR,
    PRIME,
    answer_client,
    disguise,
    padded,
    private_exponent,
    read_public,
    sign_proof,
    verifier,
)
from gatelodge.srp.exchange import shared_key
from gatelodge.srp.group import MULTIPLIER, hashed

POOL, USER, PASSWORD = "AbCdEf123", "alice", "Passw0rd!"
SALT = 0xBEB25379D1A8581EB5A727673A2441EE
A = 0x4AF3517397F750BE2CC69B877454FFD7BB640EA37B2FE7A62D82D83F7B01CE76
B = 0x410DB21D18F0A64E3425286B2B45149C8B5C138F767A05D0740C777188FCF301


def sha256_of_hex(number):
    return hashlib.sha256(f"{number:x}".encode()).hexdigest()


def client_key(password, salt, private, server_public):
    """The client's side, from the sheet's formulas."""
    public = pow(GENERATOR, private, PRIME)
    mixed = hashed(padded(public), padded(server_public))
    exponent = private_exponent(POOL, USER, password, salt)
    base = server_public - MULTIPLIER * pow(GENERATOR, exponent, PRIME)
    return shared_key(pow(base, private + mixed * exponent, PRIME), mixed)


def test_constants():
    assert hashlib.sha256(PRIME.to_bytes(384, "big")).hexdigest() == (
        "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c"
    )
    assert f"{MULTIPLIER:x}" == "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"


@pytest.mark.parametrize(
    ("number", "octets"),
    [(0, "00"), (1, "01"), (0x7F, "7f"), (0x80, "0080"), (0xFFF, "0fff"), (0xFFFF, "00ffff")],
)
def test_padding(number, octets):
    assert padded(number).hex() == octets


def test_vector():
    assert private_exponent(POOL, USER, PASSWORD, SALT) == (
        0x976A78260E930F9DB85C01B7BD4C641F4B87E0B46552308F07D4C9E3A571BB2
    )
    kept = verifier(POOL, USER, PASSWORD, SALT)
    assert sha256_of_hex(kept) == (
        "b50b30fc7d034e4e3fe716f581f11924aaf681212caa2d7d67779bee95c7efe6"
    )
    public = pow(GENERATOR, A, PRIME)
    assert f"{public:x}".startswith("b70a1ca4c128d82e")
    assert read_public(f"{public:x}") == public
    challenge = answer_client(public, kept, B)
    assert f"{challenge.public:x}".startswith("3f84ca7426e9ddc7")
    assert sha256_of_hex(challenge.public) == (
        "bd99e29065390a568b729369fae8f223b00065f4ec6a68917ab910e6c3a28dfe"
    )
    assert challenge.key.hex() == "832b2f653d3395fba002fde43bd52652"
    assert client_key(PASSWORD, SALT, A, challenge.public) == challenge.key
    block = base64.b64decode("c2VjcmV0LWJsb2NrLWJ5dGVz")
    proof = sign_proof(challenge.key, POOL, USER, block, "Fri Jan 2 03:04:05 UTC 2026")
    assert proof == "lzPSwcWJzVWGnXsa0/HrsB3vCPcWlJC5uo6nah1NYoE="


@settings(max_examples=4, deadline=None)
@given(st.integers(1, 2**128 - 1), st.integers(1, 2**256), st.integers(1, 2**256), st.text())
def test_both_sides_agree_and_only_with_the_password(salt, a, b, password):
    kept = verifier(POOL, USER, password, salt)
    challenge = answer_client(pow(GENERATOR, a, PRIME), kept, b)
    assert client_key(password, salt, a, challenge.public) == challenge.key
    assert client_key(password + "x", salt, a, challenge.public) != challenge.key


@pytest.mark.parametrize(
    "text",
    ["", "0", "00", "-1", "0x1", "g", " 1", "1\n", "\u0661", f"{PRIME:x}", f"{PRIME * 2:x}",
     f"{PRIME + 1:x}", "1" * 771],
)  # fmt: skip
def test_public_values_that_prove_nothing(text):
    assert read_public(text) is None


def test_a_disguise_is_always_the_same_and_looks_like_a_verifier():
    first, again, other = (disguise(b"k" * 32, name) for name in ("a", "a", "b"))
    assert first == again != other
    salt, made_up = first
    assert salt < 2**128
    # A true verifier is a power of 2, which is a square in this group.
    assert pow(made_up, (PRIME - 1) // 2, PRIME) == 1
    assert pow(verifier(POOL, USER, PASSWORD, SALT), (PRIME - 1) // 2, PRIME) == 1
    assert disguise(b"j" * 32, "a") != first
