"""Entities by name: unique whatever their case, found in the case they have."""

import pytest
from tests.control.iam.desk import IamDesk

from gatelodge.control.fault import Fault
from gatelodge.control.iam import entities
from gatelodge.world.iam_entities import POLICY, USER


def user(name, **members):
    return {
        "UserName": name,
        "UserId": f"AIDA{name}",
        "Arn": f"arn:aws:iam::111111111111:user/{name}",
        "Path": "/",
        **members,
    }


@pytest.fixture
def call(tmp_path):
    return IamDesk(tmp_path).call()


def test_a_name_is_taken_in_every_case_and_found_in_its_own(call):
    entities.create(call, USER, user("Bob"))
    with pytest.raises(Fault, match=r"User with name bob already exists\."):
        entities.create(call, USER, user("bob"))
    assert entities.need(call, USER, "Bob").body["UserId"] == "AIDABob"
    with pytest.raises(Fault, match="The user with name bob cannot be found"):
        entities.need(call, USER, "bob")


def test_policies_say_it_in_their_own_words(call):
    policy = {"PolicyName": "p", "PolicyId": "ANPA", "Arn": "arn:aws:iam::1:policy/p"}
    entities.create(call, POLICY, policy)
    with pytest.raises(Fault) as refused:
        entities.create(call, POLICY, policy)
    assert refused.value.message == (
        "A policy called p already exists. Duplicate names are not allowed."
    )


def test_another_name(call):
    found = entities.create(call, USER, user("a"))
    entities.create(call, USER, user("b"))
    taken = pytest.raises(Fault, match="User with name B already exists")
    with taken, call.store.transaction():
        entities.replace(call, found, user("B", UserId="AIDAa"))
    assert entities.need(call, USER, "a").version == 1
    entities.replace(call, found, user("A", UserId="AIDAa"))
    assert entities.need(call, USER, "A").body["UserId"] == "AIDAa"
    assert [one.name for one in entities.listed(call, USER)] == ["A", "b"]


def test_lists_begin_with_a_path(call):
    for name, path in (("a", "/"), ("b", "/x/"), ("c", "/xy/")):
        entities.create(call, USER, user(name, Path=path))
    assert [one.name for one in entities.listed(call, USER, "/x")] == ["b", "c"]
    assert [one.name for one in entities.listed(call, USER, "/x/")] == ["b"]


def test_there_are_only_so_many(call, monkeypatch):
    monkeypatch.setitem(entities._QUOTAS, USER, ("UsersPerAccount", 1))
    entities.create(call, USER, user("a"))
    with pytest.raises(Fault) as refused:
        entities.create(call, USER, user("b"))
    assert (refused.value.code, refused.value.status, refused.value.message) == (
        "LimitExceeded",
        409,
        "Cannot exceed quota for UsersPerAccount: 1",
    )


def test_what_is_empty_is_left_out():
    assert entities.edited({"a": 1, "b": 2}, b=None, c=[], d={}) == {"a": 1, "d": {}}
    assert entities.show({"CreateDate": "2026-01-02T03:04:05Z", "x": ""}, ("CreateDate", "x")) == {
        "CreateDate": entities.date("2026-01-02T03:04:05Z")
    }
