"""What a pool's and a client's documents mean, with AWS's defaults (cognito.md section B2)."""

import pytest
from tests.userpools.tools import make_client, make_pool, tools

from gatelodge.userpools import Refused
from gatelodge.userpools.pool import check_secret_hash, find_client, find_pool, secret_hash

HOUR, DAY = 3_600, 86_400


@pytest.fixture(scope="module")
def pools(tmp_path_factory):
    return tools(tmp_path_factory.mktemp("pool") / "state")[0]


@pytest.fixture(scope="module")
def pool(pools):
    return make_pool(pools)


def client(pools, pool, name="a", **members):
    return make_client(pools, pool, f"{pool.id[-3:]}{name}{len(str(members))}", **members)


@pytest.mark.parametrize(
    ("flows", "allowed"),
    [
        ([], {"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH"}),
        (["ALLOW_USER_PASSWORD_AUTH"], {"USER_PASSWORD_AUTH"}),
        (["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
         {"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH"}),
        (["ADMIN_NO_SRP_AUTH"], {"ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH",
                                 "REFRESH_TOKEN_AUTH"}),
        (["USER_PASSWORD_AUTH"], {"USER_PASSWORD_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH",
                                  "REFRESH_TOKEN_AUTH"}),
        (["CUSTOM_AUTH_FLOW_ONLY"], {"REFRESH_TOKEN_AUTH"}),
    ],
)  # fmt: skip
def test_flows(pools, pool, flows, allowed):
    made = client(pools, pool, "flows", ExplicitAuthFlows=flows)
    known = ["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH",
             "REFRESH_TOKEN_AUTH"]  # fmt: skip
    if "CUSTOM_AUTH_FLOW_ONLY" in flows:
        known.remove("CUSTOM_AUTH")
    assert {flow for flow in known if made.allows(flow)} == allowed


@pytest.mark.parametrize(
    ("members", "seconds"),
    [
        ({}, {"IdToken": HOUR, "AccessToken": HOUR, "RefreshToken": 30 * DAY}),
        ({"IdTokenValidity": 2}, {"IdToken": 2 * HOUR}),
        ({"AccessTokenValidity": 5, "TokenValidityUnits": {"AccessToken": "minutes"}},
         {"AccessToken": 300, "IdToken": HOUR}),
        ({"RefreshTokenValidity": 0}, {"RefreshToken": 30 * DAY}),
        ({"RefreshTokenValidity": 90, "TokenValidityUnits": {"RefreshToken": "minutes"}},
         {"RefreshToken": 5_400}),
    ],
)  # fmt: skip
def test_validity(pools, pool, members, seconds):
    made = client(pools, pool, "valid", **members)
    assert {kind: made.validity(kind) for kind in seconds} == seconds


def test_the_published_secret_hash():
    """cognito.md section B3"""
    assert secret_hash("mysecret", "alice", "1example23456789") == (
        "vaj8HTBe5GbOXXYp/c3Y8ONQDrEIMNo6p+wW9dQfQmQ="
    )


def test_a_client_without_secret_takes_no_proof(pools, pool):
    made = client(pools, pool)
    check_secret_hash(made, pools.master, None, "alice")
    check_secret_hash(made, pools.master, "", "alice")
    with pytest.raises(Refused, match="Unable to verify secret hash for client"):
        check_secret_hash(made, pools.master, "x", "alice")


def test_who_is_found(pools, pool):
    made = client(pools, pool, "found")
    assert find_pool(pools.store, pool.id, "111111111111").id == pool.id
    assert [part.id for part in find_client(pools.store, made.id)] == [pool.id, made.id]
    for call in (
        lambda: find_pool(pools.store, pool.id, "222222222222"),
        lambda: find_pool(pools.store, pool.id.upper()),
        lambda: find_client(pools.store, pool.id),
    ):
        with pytest.raises(Refused, match="ResourceNotFoundException"):
            call()
