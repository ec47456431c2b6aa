"""Key sets: what checks signatures, and what is left out."""

import json
import warnings

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.signing import KID, SIGNER, STRANGER, key_set
from tests.vectors import jose

from gatelodge.jwt import KeysError, read_keys
from gatelodge.jwt.keys import MAX_KEY_SET

PUBLIC = SIGNER.as_dict(private=False)


def kids(*entries):
    return set(read_keys(json.dumps({"keys": entries}).encode()))


def short_key():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return RSAKey.generate_key(1024).as_dict(private=False)


def test_keys_by_kid():
    assert set(read_keys(key_set((KID, SIGNER), ("other", STRANGER)))) == {KID, "other"}


@pytest.mark.parametrize(
    "entry",
    [
        PUBLIC,  # without kid there is no way to name it
        {**PUBLIC, "kid": 1},
        {**PUBLIC, "kid": "a", "use": "enc"},
        {**PUBLIC, "kid": "a", "alg": "RS512"},
        {**PUBLIC, "kid": "a", "kty": "rsa"},
        {**PUBLIC, "kid": "a", "n": 1},
        {**PUBLIC, "kid": "a", "n": "*" * 342},
        {**PUBLIC, "kid": "a", "n": "A" * 342},
        {**PUBLIC, "kid": "a", "n": "A" * 9000},
        {**PUBLIC, "kid": "a", "e": ""},
        {**PUBLIC, "kid": "a", "e": "A" * 400},
        {**short_key(), "kid": "a"},
        {**ECKey.generate_key("P-256").as_dict(private=False), "kid": "a"},
        {**OctKey.generate_key(256).as_dict(), "kid": "a"},
        jose.RFC8037_A2_KEY,
        "key",
        None,
    ],
)
def test_left_out(entry):
    assert kids(entry, {**PUBLIC, "kid": "good"}) == {"good"}


def test_a_kid_that_stands_twice_names_no_key():
    other = {**STRANGER.as_dict(private=False), "kid": "a"}
    assert kids({**PUBLIC, "kid": "a"}, other) == set()
    assert kids({**PUBLIC, "kid": "a"}, other, other) == set()


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"keys":{}}', b'{"keys":[],"keys":[]}', b" " * (MAX_KEY_SET + 1)],
)
def test_no_key_set(document):
    with pytest.raises(KeysError):
        read_keys(document)
