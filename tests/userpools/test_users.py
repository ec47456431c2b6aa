"""By which names a user is found, and which names are free."""

import pytest
from tests.userpools.tools import NOW, make_pool, tools

from gatelodge.userpools import Refused, administration, users

MAIL = {"email": "Ann@Example.com", "email_verified": "true"}


@pytest.fixture
def pools(tmp_path):
    return tools(tmp_path / "state")[0]


def add(pools, pool, name, **attributes):
    return administration.create_user(pools, pool, name, attributes, None, NOW, action="SUPPRESS")


def found(pools, pool, name):
    user = users.find(pools.store, pool, name)
    return user and user.username


def test_an_alias_counts_once_it_is_verified(pools):
    pool = make_pool(pools, AliasAttributes=["email"])
    add(pools, pool, "ann", **MAIL)
    add(pools, pool, "bob", email="bob@example.com")
    assert found(pools, pool, "ann") == "ann"
    assert found(pools, pool, "Ann@Example.com") == "ann"
    assert found(pools, pool, "ann@example.com") is None
    assert found(pools, pool, "bob@example.com") is None
    sub = users.get(pools.store, pool, "ann").sub
    assert found(pools, pool, sub) == "ann"


def test_letters_of_any_case(pools):
    pool = make_pool(
        pools, AliasAttributes=["email"], UsernameConfiguration={"CaseSensitive": False}
    )
    add(pools, pool, "Ann", **MAIL)
    assert found(pools, pool, "aNN") == found(pools, pool, "ann@example.COM") == "Ann"
    with pytest.raises(Refused, match="UsernameExists"):
        add(pools, pool, "ANN")


def test_a_username_comes_before_an_alias(pools):
    """Nobody signs in as somebody else by taking that name as an alias."""
    pool = make_pool(pools, AliasAttributes=["preferred_username"])
    add(pools, pool, "ann")
    add(pools, pool, "eve", preferred_username="ann")
    assert found(pools, pool, "ann") == "ann"


def test_another_pools_users_are_not_found(pools):
    first = make_pool(pools, AliasAttributes=["email"])
    second = make_pool(pools, "us-east-1_Second123", AliasAttributes=["email"])
    add(pools, first, "ann", **MAIL)
    sub = users.get(pools.store, first, "ann").sub
    for name in ("ann", sub, MAIL["email"]):
        assert found(pools, second, name) is None


@pytest.mark.parametrize(
    ("attributes", "name", "words"),
    [
        (["email"], "ann", "Username should be an email."),
        (["phone_number"], "ann@example.com", "Username should be a phone number."),
        (["email", "phone_number"], "ann", "Username should be either an email or a phone number."),
        (["email"], "not an@ address", "Invalid email address format."),
    ],
)
def test_usernames_that_are_addresses(pools, attributes, name, words):
    pool = make_pool(pools, UsernameAttributes=attributes)
    with pytest.raises(Refused) as caught:
        add(pools, pool, name)
    assert caught.value.message == words


def test_an_address_as_a_username_is_taken_once(pools):
    pool = make_pool(pools, UsernameAttributes=["email"])
    made = add(pools, pool, "ann@example.com")
    assert made.username == made.sub
    with pytest.raises(Refused, match="An account with the given email already exists"):
        add(pools, pool, "ann@example.com")


def test_a_made_up_id_is_always_the_same(pools):
    assert users.made_up_id(b"secret", "x") == users.made_up_id(b"secret", "x")
    others = {users.made_up_id(b"secret", "y"), users.made_up_id(b"other", "x")}
    assert users.made_up_id(b"secret", "x") not in others
    assert users.made_up_id(b"secret", "x")[14] == "4"
