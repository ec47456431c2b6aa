"""The encoded trace of a denial: for the account that it is of, and nobody else."""

import base64
import zlib

import pytest

from gatelodge.control.denial import MAX_ENCODED, decode, encode
from gatelodge.store import MasterKey

MASTER = MasterKey(bytes(32))


def test_there_and_back():
    encoded = encode({"allowed": False}, "1", MASTER)
    assert decode(encoded, "1", MASTER) == '{"allowed":false}'


def test_it_opens_for_nobody_else():
    encoded = encode({"allowed": False}, "1", MASTER)
    assert decode(encoded, "2", MASTER) is None
    assert decode(encoded, "1", MasterKey(bytes(31) + b"1")) is None


@pytest.mark.parametrize("text", ["", "AAAA", "*", "é", "A" * 100])
def test_what_is_none(text):
    assert decode(text, "1", MASTER) is None


def test_one_that_was_cut():
    encoded = encode({"allowed": False}, "1", MASTER)
    assert decode(encoded[:-8], "1", MASTER) is None


def test_what_would_be_too_long_is_left_out():
    noise = base64.b64encode(bytes(n * n % 251 ^ n % 13 for n in range(40_000))).decode()
    assert len(zlib.compress(noise.encode())) < len(noise)
    many = {"conditions": [f"{n * 2654435761 % 2**32:x}" for n in range(5_000)]}
    assert encode(many, "1", MASTER) == ""
    assert 0 < len(encode({"a": "b"}, "1", MASTER)) <= MAX_ENCODED
