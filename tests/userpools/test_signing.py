"""Signing keys: sealed, published, changed without a gap."""

import json

import pytest
from tests.userpools.tools import NOW, tools

from gatelodge import jwt
from gatelodge.store import MasterKey, SealError
from gatelodge.userpools import signing

POOL = "us-east-1_AbCdEf123"


@pytest.fixture(scope="module")
def pools(tmp_path_factory):
    return tools(tmp_path_factory.mktemp("pools") / "state")[0]


def kids(body, now=NOW):
    return {key["kid"] for key in json.loads(signing.published(body, now))["keys"]}


def good(body, token, now=NOW):
    parsed = jwt.parse(token)
    key = jwt.read_keys(signing.published(body, now)).get(parsed.kid)
    return key is not None and jwt.verify(parsed, key) is None


def test_keys_of_a_pool(pools):
    body = signing.new_keys(POOL, pools.master)
    assert len(set(body["signers"].values())) == 2
    assert kids(body) == set(body["signers"].values())
    for private in ('"d"', '"p"', '"q"'):
        assert private not in signing.published(body, NOW).decode()
    token = signing.sign(body, POOL, "id", {"exp": 1}, pools.master)
    assert good(body, token)
    assert jwt.parse(token).header == {"kid": body["signers"]["id"], "alg": "RS256"}


def test_keys_open_only_here(pools):
    body = signing.new_keys(POOL, pools.master)
    with pytest.raises(SealError):
        signing.sign(body, POOL, "id", {}, MasterKey(b"x" * 32))
    with pytest.raises(SealError):
        signing.sign(body, "us-east-1_Other", "id", {}, pools.master)


def test_changing_keys(pools):
    first = signing.new_keys(POOL, pools.master)
    old = signing.sign(first, POOL, "access", {"exp": 1}, pools.master)
    announced = signing.announce(first, POOL, pools.master)
    assert len(kids(announced)) == 4
    assert announced["signers"] == first["signers"]
    second = signing.change_over(announced, NOW)
    assert second["signers"] == announced["next"]
    new = signing.sign(second, POOL, "access", {"exp": 1}, pools.master)
    assert good(second, old)
    assert good(second, new)
    assert good(announced, new)
    # What signs no more is not kept, and what is published longer than needed neither.
    assert set(second["sealed"]) == set(second["signers"].values())
    assert kids(second, NOW + 86_401) == set(second["signers"].values())
    third = signing.change_over(signing.announce(second, POOL, pools.master), NOW + 90_000)
    assert len(third["keys"]) == 4
    assert not good(third, old, NOW + 90_000)
