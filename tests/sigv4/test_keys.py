"""Signing keys: the derivation of AWS, and HMAC-SHA-256 as the standard library has it."""

import hashlib
import hmac

import pytest
from tests.vectors.sigv4 import REGION, SECRET

from gatelodge.sigv4.keys import SigningKey, derive

# Reference: sigv4.md section 13.
K_SIGNING = "65ac28712094173a4786d5536657505cfb429c8aa153f7c34db1d4281d87e9f3"


@pytest.mark.parametrize("text", ["", "a", "AWS4-HMAC-SHA256\n…".encode().decode("latin-1")])
def test_the_key_of_the_reference(text):
    expected = hmac.new(bytes.fromhex(K_SIGNING), text.encode("latin-1"), hashlib.sha256)
    key = derive(SECRET, "20260102", REGION, "execute-api")
    for _ in range(2):  # the state is not used up
        assert key.sign(text) == expected.hexdigest()


@pytest.mark.parametrize(
    "scope",
    [
        ("20260103", REGION, "execute-api"),
        ("20260102", "eu-west-1", "execute-api"),
        ("20260102", REGION, "lambda"),
    ],
)
def test_each_part_of_the_scope_makes_another_key(scope):
    right = derive(SECRET, "20260102", REGION, "execute-api").sign("text")
    assert derive(SECRET, *scope).sign("text") != right
    assert derive(SECRET + "x", "20260102", REGION, "execute-api").sign("text") != right


def test_neither_secret_nor_key_can_be_read_from_it():
    key = SigningKey(bytes.fromhex(K_SIGNING))
    assert not hasattr(key, "__dict__")
    assert K_SIGNING not in repr(key)
