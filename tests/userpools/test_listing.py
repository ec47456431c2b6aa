"""Filters and pages of ListUsers."""

import pytest
from tests.userpools.tools import NOW, make_pool, tools

from gatelodge.userpools import Refused, administration
from gatelodge.userpools.listing import list_users, read_token, write_token


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pools, _ = tools(tmp_path_factory.mktemp("listing") / "state")
    pool = make_pool(pools)
    for number in range(7):
        attributes = {"email": f"u{number}@x.example", "family_name": 'O"Hara%_' if number else ""}
        administration.create_user(
            pools, pool, f"user{number}", {k: v for k, v in attributes.items() if v}, None, NOW,
            action="SUPPRESS",
        )  # fmt: skip
    administration.set_enabled(pools, pool, "user3", NOW, enabled=False)
    return pools.store, pool


def names(place, filter_=None, limit=None):
    """All pages in turn."""
    told, token = [], None
    while True:
        page, token = list_users(*place, filter_, token, limit)
        assert limit is None or len(page) <= limit
        told += [user.username for user in page]
        if token is None:
            return told


EVERYBODY = [f"user{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (None, EVERYBODY),
        ('username = "user2"', ["user2"]),
        ('"username"^="user"', EVERYBODY),
        ('cognito:username ^= "user6"', ["user6"]),
        ('email = "u4@x.example"', ["user4"]),
        ('email ^= "u"', EVERYBODY),
        ('email = "u_@x.example"', []),
        ('email ^= "%"', []),
        ('family_name = "O\\"Hara%_"', EVERYBODY[1:]),
        ('family_name ^= "O\\"Hara_"', []),
        ('status = "Disabled"', ["user3"]),
        ('status = "enabled"', [name for name in EVERYBODY if name != "user3"]),
        ('status = "other"', []),
        ('cognito:user_status = "force_change_password"', EVERYBODY),
        ('cognito:user_status = "CONFIRMED"', []),
        ('sub = "nobody"', []),
    ],
)
def test_filters(place, filter_, expected):
    for limit in (None, 1, 3):
        # Whoever has the same value comes in the order of subs.
        assert sorted(names(place, filter_, limit)) == expected


@pytest.mark.parametrize(
    "filter_",
    ["x", 'email == "a"', "email = 'a'", 'email = "a" or "1" = "1"', 'address = "x"',
     'email = "' + "a" * 300 + '"', 'password = "x"', 'custom:x = "1"'],
)  # fmt: skip
def test_what_is_no_filter(place, filter_):
    with pytest.raises(Refused, match="InvalidParameterException"):
        list_users(*place, filter_, None, None)


@pytest.mark.parametrize("token", ["", "x", "e30=", "W10=", "eyJhZnRlciI6MX0=", "é"])
def test_what_is_no_token(token):
    with pytest.raises(Refused, match="Invalid pagination token"):
        read_token(token)


def test_a_token_leads_back():
    assert read_token(write_token("ä\0b")) == "ä\0b"
