"""Buckets of tokens: so many at once, so many a second; and what is done without the house."""

import pytest
from tests.clock import Clock

from gatelodge.authorize.questions import AskTurn
from gatelodge.world import throttle
from gatelodge.world.answers import PENDING
from gatelodge.world.house_client import Away
from gatelodge.world.throttle import TURN, Buckets, Turns


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def buckets(clock):
    return Buckets(clock)


def test_a_burst_and_then_the_rate(buckets, clock):
    def admitted(count):
        return sum(buckets.take(("m",), 5, 2.0) == 0 for _ in range(count))

    assert admitted(10) == 5
    clock.now += 1.0
    assert admitted(10) == 2
    clock.now += 0.25
    assert buckets.take(("m",), 5, 2.0) == pytest.approx(0.25)
    clock.now += 0.25
    assert admitted(10) == 1
    clock.now += 3600
    assert admitted(10) == 5


def test_each_has_its_own(buckets):
    assert buckets.take(("m",), 1, 1.0) == 0
    assert buckets.take(("m",), 1, 1.0) > 0
    assert buckets.take(("n",), 1, 1.0) == 0


@pytest.mark.parametrize(("burst", "rate"), [(0, 0.0), (0, 100.0)])
def test_nobody_passes_an_empty_bucket(buckets, clock, burst, rate):
    for _ in range(3):
        assert buckets.take(("m",), burst, rate) > 0
        clock.now += 1.0


def test_a_clock_that_goes_back_gives_and_takes_nothing(buckets, clock):
    assert buckets.take(("m",), 1, 1.0) == 0
    clock.now -= 500
    assert buckets.take(("m",), 1, 1.0) > 0


def test_there_are_only_so_many(buckets, monkeypatch):
    monkeypatch.setattr(throttle, "MAX_BUCKETS", 2)
    buckets.take(("used longest ago",), 1, 0.0)
    buckets.take(("m",), 1, 0.0)
    buckets.take(("n",), 1, 0.0)
    assert len(buckets._buckets) == 2
    assert buckets.take(("n",), 1, 0.0) > 0


class House:
    """Keeps what it is asked, for the test to answer."""

    def __init__(self):
        self.asked = []

    def ask(self, head, payload, tell, *, seconds, repeatable):
        self.asked.append((head, tell))


QUESTION = AskTurn(("a", "prod", "/pets", "GET"), 5, 2.0)


def test_the_house_is_asked(clock):
    house, told = House(), []
    turns = Turns(house, clock)
    assert turns.ask(QUESTION, told.append) is PENDING
    ((head, tell),) = house.asked
    assert head == {"kind": TURN, "bucket": QUESTION.bucket, "burst": 5, "rate": 2.0}
    tell({"pause": 0.0}, b"")
    assert told == [True]


def test_who_was_refused_is_refused_without_the_house_for_that_long(clock):
    house, told = House(), []
    turns = Turns(house, clock)
    turns.ask(QUESTION, told.append)
    house.asked.pop()[1]({"pause": 0.5}, b"")
    assert told == [False]
    clock.now += 0.4
    assert turns.ask(QUESTION, told.append) is False
    other = AskTurn(("a", "prod", "/pets", "PUT"), 5, 2.0)
    assert turns.ask(other, told.append) is PENDING
    clock.now += 0.2
    assert turns.ask(QUESTION, told.append) is PENDING


def test_a_long_pause_is_asked_about_again(clock):
    house = House()
    turns = Turns(house, clock)
    turns.ask(QUESTION, lambda _: None)
    house.asked.pop()[1]({"pause": 3600.0}, b"")
    clock.now += 1.1
    assert turns.ask(QUESTION, lambda _: None) is PENDING


@pytest.mark.parametrize("head", [Away("the house ended"), {"failed": True}])
def test_without_the_house_nobody_is_admitted(clock, head):
    house, told = House(), []
    Turns(house, clock).ask(QUESTION, told.append)
    house.asked[0][1](head, b"")
    assert told == [False]
