"""Keys of Amazon's pools: fetched once, again for an unknown kid, and kept through an outage."""

import pytest
from tests.issuer import Pool
from tests.signing import STRANGER, key_set

from gatelodge.arn import Arn
from gatelodge.integrate.questions import Origin, Unreachable, Unreached
from gatelodge.messages import Response
from gatelodge.world.answers import PENDING
from gatelodge.world.key_sets import (
    MAX_AGE_SECONDS,
    REFRESH_SECONDS,
    RETRY_EMPTY_SECONDS,
    RETRY_SECONDS,
    KeySets,
    Unavailable,
    amazon_issuer,
)

POOL = Pool("us-east-1_first1")
KID = f"{POOL.id}-id"


class World:
    """An issuer that answers when the test says so, and a clock that the test moves."""

    def __init__(self, endpoint=None):
        self.now = 1000.0
        self.asked = []
        self.keys = KeySets(self.send, endpoint, lambda: self.now)

    def send(self, question, resume):
        self.asked.append((question, resume))

    def find(self, kid=KID):
        self.told = []
        return self.keys.find(POOL.issuer, kid, self.told.append)

    def answer(self, reply=None):
        _, resume = self.asked[-1]
        resume(reply or Response(200, (), key_set(*POOL.keys.items())))

    def known(self):
        """With the pool's keys fetched."""
        assert self.find() is PENDING
        self.answer()
        return self


AWAY = Unreachable(Unreached.TIMED_OUT, "slow")


def test_fetched_once_for_all_who_ask():
    world = World()
    told = []
    assert world.find() is PENDING
    assert world.keys.find(POOL.issuer, "nobody", told.append) is PENDING
    world.answer()
    (key,) = world.told
    assert key.as_dict(private=False)["n"] == POOL.keys[KID].as_dict(private=False)["n"]
    assert told == [None]
    assert world.find() is not PENDING
    assert len(world.asked) == 1
    question = world.asked[0][0]
    assert question.origin == Origin("https", "cognito-idp.us-east-1.amazonaws.com", 443)
    assert question.target == f"/{POOL.id}/.well-known/jwks.json"
    assert question.origin.verify_tls


def test_an_unknown_kid_asks_at_most_once_a_minute():
    world = World().known()
    assert world.find("new") is None  # asked a moment ago
    world.now += RETRY_SECONDS
    assert world.find("new") is PENDING
    world.answer(Response(200, (), key_set(("new", STRANGER))))
    assert world.told[0] is not None
    for n in range(100):
        assert world.find(f"other-{n}") is None
    assert len(world.asked) == 2
    assert world.find() is None  # the old key was withdrawn


def test_known_keys_serve_on_while_they_are_refreshed_and_through_an_outage():
    world = World().known()
    world.now += REFRESH_SECONDS + 1
    assert world.find() not in (None, PENDING)
    assert len(world.asked) == 2
    world.answer(AWAY)
    assert world.find() not in (None, PENDING)
    assert len(world.asked) == 2  # not again before a minute is over
    world.now += RETRY_SECONDS
    assert world.find("new") is PENDING
    world.answer(Response(503))
    assert world.told == [None]
    assert world.find() not in (None, PENDING)


def test_keys_that_nobody_confirms_end():
    world = World().known()
    world.now += MAX_AGE_SECONDS + 1
    assert world.find() is PENDING
    world.answer(AWAY)
    assert isinstance(world.told[0], Unavailable)


@pytest.mark.parametrize(
    "reply",
    [AWAY, Response(404), Response(200, (), b"<html>"), Response(301), Response(200, (), b"{}")],
)
def test_without_keys(reply):
    world = World()
    assert world.find() is PENDING
    world.answer(reply)
    assert isinstance(world.told[0], Unavailable)
    assert world.told[0].detail
    assert isinstance(world.find(), Unavailable)
    assert len(world.asked) == 1
    world.now += RETRY_EMPTY_SECONDS
    assert world.find() is PENDING
    world.answer()
    assert world.told[0] not in (None, PENDING)


def test_an_endpoint_of_the_operators():
    world = World("http://keys.example:8443/cognito/")
    world.find()
    question = world.asked[0][0]
    assert (question.origin.scheme, question.origin.host, question.origin.port) == (
        "http",
        "keys.example",
        8443,
    )
    assert question.target == f"/cognito/{POOL.id}/.well-known/jwks.json"
    assert "Host: keys.example:8443" in question.fields


@pytest.mark.parametrize(
    ("arn", "issuer"),
    [
        (POOL.arn, POOL.issuer),
        ("arn:aws-cn:cognito-idp:cn-north-1:111111111111:userpool/cn-north-1_A",
         "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A"),
        ("arn:aws-us-gov:cognito-idp:us-gov-west-1:111111111111:userpool/us-gov-west-1_A",
         "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_A"),
    ],
)  # fmt: skip
def test_issuers(arn, issuer):
    assert amazon_issuer(Arn.parse(arn)) == issuer
