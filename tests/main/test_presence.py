"""When the store counts as away, and when it has been for too long."""

import pytest
from tests.clock import Clock

from gatelodge.main.presence import SILENCE, Presence


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def presence(clock):
    return Presence(900, clock)


def test_a_store_that_answers_is_there(presence, clock):
    for _ in range(1000):
        clock.now += SILENCE
        presence.answered()
        assert presence.away_seconds() is None
        assert not presence.is_stale()


def test_a_read_that_failed_is_told_at_once(presence, clock):
    clock.now += 1.0
    presence.failed()
    assert presence.away_seconds() == 1.0
    presence.answered()
    assert presence.away_seconds() is None


def test_a_read_that_hangs_is_told_after_a_while(presence, clock):
    clock.now += SILENCE
    assert presence.away_seconds() is None
    clock.now += 0.1
    assert presence.away_seconds() == pytest.approx(SILENCE + 0.1)


@pytest.mark.parametrize("failed", [True, False])
def test_the_bound_counts_from_the_last_answer(presence, clock, failed):
    clock.now += 600
    presence.answered()
    for _ in range(900):
        clock.now += 1
        if failed:
            presence.failed()
        assert not presence.is_stale()
    clock.now += 1
    assert presence.is_stale()
    presence.answered()
    assert not presence.is_stale()
