"""What the house keeps of replies: for how long, how many, and what a flush forgets."""

import asyncio

import pytest
from tests.clock import Clock

from gatelodge.world import reply_cache
from gatelodge.world.reply_cache import Kept, ReplyCache

STAGE, OTHER = ("abc123", "prod"), ("abc123", "dev")
KEY = ("d1", "digest")
TTL, SIZE = 60, 0.5


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def caught_up():
    return []


@pytest.fixture
def cache(clock, caught_up):
    async def catch_up(change):
        caught_up.append(change)

    return ReplyCache(clock, catch_up, 3)


def look_up(cache, key=KEY, stage=STAGE, ttl=TTL, *, acts_by=9, renew=False):
    return cache.look_up(stage, key, ttl, acts_by=acts_by, renew=renew)


def keep(cache, ticket, body=b"body", key=KEY, stage=STAGE, ttl=TTL, size=SIZE):
    kept = Kept(200, 0, body, ttl, cache._clock(), ticket)
    cache.keep(stage, key, kept, size)


def put(cache, body=b"body", **members):
    where = {name: value for name, value in members.items() if name in ("key", "stage")}
    keep(cache, look_up(cache, **where), body, **members)


def body(cache, **members):
    found = look_up(cache, **members)
    return None if isinstance(found, int) else found.payload


def test_what_is_kept_is_found_until_it_is_too_old(cache, clock):
    assert body(cache) is None
    put(cache)
    assert body(cache) == b"body"
    clock.now += TTL - 0.1
    assert body(cache) == b"body"
    clock.now += 0.1
    assert body(cache) is None
    clock.now -= 1
    assert body(cache) is None  # once too old, it is gone


def test_a_shorter_time_to_live_holds_at_once_and_a_longer_one_for_what_comes(cache, clock):
    put(cache, ttl=60)
    clock.now += 30
    assert body(cache, ttl=3600) == b"body"
    assert body(cache, ttl=30) is None
    put(cache, ttl=60)
    clock.now += 60
    assert body(cache, ttl=3600) is None


def test_a_clock_that_was_set_back_ends_it(cache, clock):
    put(cache)
    clock.now -= 1
    assert body(cache) is None


def test_each_key_and_stage_has_its_own(cache):
    put(cache)
    assert body(cache, key=("d1", "other")) is None
    assert body(cache, key=("d2", "digest")) is None
    assert body(cache, stage=OTHER) is None
    assert body(cache, stage=("def456", "prod")) is None


def test_a_renewal_forgets_what_was_kept(cache):
    put(cache)
    ticket = look_up(cache, renew=True)
    assert body(cache) is None
    keep(cache, ticket, b"new")
    assert body(cache) == b"new"


def test_an_older_reply_does_not_replace_a_newer_one(cache):
    slow = look_up(cache)
    renewed = look_up(cache, renew=True)
    keep(cache, renewed, b"new")
    keep(cache, slow, b"old")
    assert body(cache) == b"new"


def test_a_flush_forgets_a_stage_and_what_is_asked_for_meanwhile(cache):
    put(cache)
    put(cache, stage=OTHER)
    waiting = look_up(cache, key=("d1", "slow"))
    cache.flush(*STAGE, 5)
    assert body(cache) is None
    assert body(cache, stage=OTHER) == b"body"
    keep(cache, waiting, key=("d1", "slow"))
    assert body(cache, key=("d1", "slow")) is None
    put(cache)
    assert body(cache) == b"body"


def test_a_worker_that_is_behind_a_flush_brings_nothing_to_keep(cache):
    keep(cache, look_up(cache, acts_by=2), b"of before this house")
    assert body(cache) is None
    cache.flush(*STAGE, 5)
    keep(cache, look_up(cache, acts_by=4), b"of another backend")
    assert body(cache) is None
    keep(cache, look_up(cache, acts_by=5))
    assert body(cache) == b"body"
    assert body(cache, acts_by=4) == b"body"


def test_a_ticket_of_a_house_that_is_gone_counts_for_nothing(cache, clock):
    ticket = look_up(cache)
    clock.now += 0.5
    after = ReplyCache(clock, None, 3)
    keep(after, ticket)
    assert body(after) is None


def test_a_stage_has_a_sixteenth_of_its_size_and_what_is_used_stays(cache):
    large = b"x" * (8 * 1024 * 1024)
    for number in range(3):
        put(cache, large, key=("d1", str(number)))
    assert body(cache, key=("d1", "0")) == large
    put(cache, large, key=("d1", "3"))
    assert [body(cache, key=("d1", str(n))) is not None for n in range(4)] == [
        True, False, True, True,
    ]  # fmt: skip
    assert body(cache, key=("d1", "0")) == large
    for number in range(12):
        put(cache, large, key=("d1", str(number)), stage=OTHER, size=1.6)
    kept = sum(body(cache, key=("d1", str(n)), stage=OTHER) is not None for n in range(12))
    assert kept == 12  # 1.6 / 16 of a gigabyte


def test_all_stages_together_are_bounded(cache, monkeypatch):
    monkeypatch.setattr(reply_cache, "MAX_OCTETS", 10_100)
    names = [("abc123", str(number)) for number in range(6)]
    for name in names[:4]:
        put(cache, b"x" * 2000, stage=name)
    assert body(cache, stage=names[0]) is not None
    put(cache, b"x" * 2000, stage=names[4])
    put(cache, b"x" * 2000, stage=names[5], size=237.0)
    kept = [body(cache, stage=name) is not None for name in names]
    assert kept == [True, False, False, True, True, True]
    assert cache._octets == sum(one.octets for one in cache._stages.values()) <= 10_100


def test_what_is_counted_is_what_is_there(cache, clock, monkeypatch):
    monkeypatch.setattr(reply_cache, "MAX_OCTETS", 20_000)
    for number in range(200):
        stage = ("abc123", str(number % 7))
        key = ("d1", str(number % 11))
        put(cache, b"x" * (number * 37 % 3000), key=key, stage=stage)
        look_up(cache, key=("d1", str(number % 5)), stage=stage, renew=number % 3 == 0)
        clock.now += 1
        if number % 17 == 0:
            cache.flush(*stage, 5)
        sizes = [kept.size for one in cache._stages.values() for kept in one.replies.values()]
        assert cache._octets == sum(sizes) <= 20_000


def test_what_is_too_old_is_swept_away(cache, clock):
    put(cache, ttl=10)
    put(cache, key=("d1", "longer"), ttl=20)
    put(cache, stage=OTHER, ttl=10)
    clock.now += 10
    cache.sweep(STAGE)
    cache.sweep(OTHER)
    cache.sweep(("abc123", "nothing"))
    assert set(cache._stages) == {STAGE}
    assert set(cache._stages[STAGE].replies) == {("d1", "longer")}
    assert cache._octets == cache._stages[STAGE].octets == 4 + 512


def test_sweeping_goes_on_by_itself(cache, clock, monkeypatch):
    monkeypatch.setattr(reply_cache, "_SWEEP_SECONDS", 0.0)
    put(cache)
    clock.now += TTL

    async def sweep():
        sweeping = asyncio.ensure_future(cache.keep_sweeping())
        for _ in range(20):
            await asyncio.sleep(0)
        sweeping.cancel()

    asyncio.run(sweep())
    assert cache._octets == 0


def test_a_reply_larger_than_all_is_not_kept(cache, monkeypatch):
    monkeypatch.setattr(reply_cache, "MAX_OCTETS", 1000)
    put(cache, b"x" * 2000)
    assert body(cache) is None
    assert cache._octets == 0


HEAD = {"stage": ["abc123", "prod"], "deployment": "d1", "digest": "digest", "change": 7}


def test_the_line_to_the_workers(cache, clock, caught_up):
    asking = {**HEAD, "ttl": TTL, "renew": False, "acts_by": 3}
    missing, _ = asyncio.run(cache.answer_look_up(asking, b""))
    assert set(missing) == {"ticket"}
    keeping = {**HEAD, **missing, "ttl": TTL, "size": SIZE, "status": 203, "fields": 4}
    assert asyncio.run(cache.answer_keep(keeping, b"A: 1body")) == ({}, b"")
    found, payload = asyncio.run(cache.answer_look_up(asking, b""))
    assert found == {"status": 203, "fields": 4, "since": clock.now}
    assert payload == b"A: 1body"
    assert caught_up == [7, 7, 7]  # no flush that the worker knows of is unknown here
