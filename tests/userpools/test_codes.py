"""Codes: hashed, limited, void in time; messages in the pool's own words."""

import dataclasses

import pytest
from tests.userpools.tools import NOW, make_pool, tools

from gatelodge.store import PoolUser
from gatelodge.userpools import Refused, codes


@pytest.fixture
def place(tmp_path):
    pools, sent = tools(tmp_path / "state")
    user = PoolUser(
        pool="p", sub="s", username="ann", key="ann", status="UNCONFIRMED",
        attributes={"email": "ann@example.com"}, state={}, created=NOW, modified=NOW,
    )  # fmt: skip
    return pools, sent, user


def issued(pools, user, now=NOW, purpose="sign-up"):
    state, code = codes.issue(pools, user, purpose, "email", 60, now)
    assert code not in str(state)
    return dataclasses.replace(user, state=state), code


def test_a_code_counts_once_and_for_one_purpose(place):
    pools, _, user = place
    user, code = issued(pools, user)
    assert codes.check(pools, user, "reset", code, NOW)[2].code == "ExpiredCodeException"
    state, attribute, refused = codes.check(pools, user, "sign-up", code, NOW + 59)
    assert (attribute, refused) == ("email", None)
    used = dataclasses.replace(user, state=state)
    assert codes.check(pools, used, "sign-up", code, NOW)[2].code == "ExpiredCodeException"
    assert codes.check(pools, user, "sign-up", code, NOW + 61)[2].code == "ExpiredCodeException"


def test_a_code_is_one_users(place):
    pools, _, user = place
    user, code = issued(pools, user)
    other = dataclasses.replace(user, sub="other")
    assert codes.check(pools, other, "sign-up", code, NOW)[2].code == "CodeMismatchException"


def test_another_code_makes_the_first_void(place):
    pools, _, user = place
    user, first = issued(pools, user)
    user, second = issued(pools, user)
    if first != second:
        refused = codes.check(pools, user, "sign-up", first, NOW)[2]
        assert refused.code == "CodeMismatchException"
    assert codes.check(pools, user, "sign-up", second, NOW)[2] is None


def test_not_too_many_are_sent(place):
    pools, _, _ = place
    pool = make_pool(pools, keys=False)
    for _ in range(5):
        codes.count_sent(pools, pool, "ann", NOW)
    with pytest.raises(Refused) as caught:
        codes.count_sent(pools, pool, "ann", NOW)
    assert caught.value.code == "LimitExceededException"
    codes.count_sent(pools, pool, "bob", NOW + 3_601)
    codes.count_sent(pools, pool, "ann", NOW + 3_601)


@pytest.mark.parametrize(
    ("attribute", "to", "shown"),
    [
        ("email", "ann@example.com", "a***@e***"),
        ("phone_number", "+15555551234", "+*******1234"),
        ("email", "@", "***@***"),
    ],
)
def test_where_a_code_went(attribute, to, shown):
    assert codes.details(attribute, to)["Destination"] == shown


def test_words(place):
    pools, sent, user = place
    template = {"EmailSubject": "Hi\nBcc: x", "EmailMessage": "{username}: {####} {####}"}
    pool = make_pool(pools, keys=False, VerificationMessageTemplate=template)
    codes.send(pools, pool, user, "email", "123456")
    message = sent[-1]
    assert (message.subject, message.text) == ("Hi Bcc: x", "ann@example.com: 123456 123456")
    assert (message.medium, message.to) == ("EMAIL", "ann@example.com")
    invite = {"InviteMessageTemplate": {"EmailMessage": "{####} for {username}"}}
    pool = make_pool(pools, "us-east-1_Second", keys=False, AdminCreateUserConfig=invite)
    codes.send(pools, pool, user, "email", "secret{username}", invited=True)
    assert sent[-1].text == "secret{username} for ann@example.com"
