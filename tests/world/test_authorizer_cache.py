"""Answers of authorizers: one invocation for each identity and time to live, whoever asks."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.play import identity

from gatelodge.authorize.authorizer_output import AuthorizerProblem, AuthorizerRefused
from gatelodge.authorize.questions import AuthorizerScope
from gatelodge.integrate.questions import FunctionAnswer, Uninvoked, UninvokedReason
from gatelodge.world import authorizer_cache
from gatelodge.world.authorizer_cache import AuthorizerCache, Kept
from gatelodge.world.exhibits import Exhibits

POLICY = {"Version": "2012-10-17", "Statement": [identity()]}


def scope(stage="prod", ttl=300, authorizer="z1"):
    return AuthorizerScope(
        "abc",
        stage,
        "d1",
        authorizer,
        name="judge",
        function="f",
        credentials=None,
        source_arn="s",
        ttl=ttl,
    )


class Function:
    """Answers with a policy for whoever the event names; counts."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.events = []

    async def __call__(self, _, event):
        self.events.append(event)
        await asyncio.sleep(0.01)
        if self.answers:
            return self.answers.pop(0)
        answer = {"principalId": event.decode(), "policyDocument": POLICY}
        return FunctionAnswer(json.dumps(answer).encode(), failed=False)


def play(directory, function, scenario):
    async def run():
        with ThreadPoolExecutor(2) as executor:
            cache = AuthorizerCache(function, Exhibits(directory / "exhibits"), executor)
            return await scenario(cache)

    return asyncio.run(run())


ME, YOU = (("me",),), (("you",),)


def test_kept_by_scope_and_identity(tmp_path):
    async def scenario(cache):
        fresh = [
            (await cache.ask(asked, who, b"e"))[1]
            for asked, who in [
                (scope(), ME),
                (scope(), ME),
                (scope(), YOU),
                (scope("dev"), ME),
                (scope(authorizer="z2"), ME),
                (scope(), ME),
            ]
        ]
        assert fresh == [True, False, True, True, True, False]
        assert len(list(cache.live())) == 4
        # What a client sent is not kept.
        assert not any("me" in kept.identity for kept in cache.live())

    play(tmp_path, Function(), scenario)


@pytest.mark.parametrize(("ttl", "who"), [(0, ME), (300, None)])
def test_not_kept(tmp_path, ttl, who):
    function = Function()

    async def scenario(cache):
        for _ in range(2):
            assert (await cache.ask(scope(ttl=ttl), who, b"e"))[1]
        assert not list(cache.live())

    play(tmp_path, function, scenario)
    assert len(function.events) == 2


def test_many_who_ask_at_once_are_one_invocation(tmp_path):
    function = Function()

    async def scenario(cache):
        got = await asyncio.gather(*(cache.ask(scope(), ME, b"e") for _ in range(20)))
        assert sum(fresh for _, fresh in got) == 1
        assert len({id(answer) for answer, _ in got}) == 1

    play(tmp_path, function, scenario)
    assert len(function.events) == 1


def test_who_asked_first_may_leave(tmp_path):
    """The function is asked all the same, for those who wait along."""
    function = Function()

    async def scenario(cache):
        first = asyncio.ensure_future(cache.ask(scope(), ME, b"e"))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(cache.ask(scope(), ME, b"e"))
        await asyncio.sleep(0)
        first.cancel()
        answer, _ = await second
        assert isinstance(answer, Kept)
        assert (await cache.ask(scope(), ME, b"e")) == (answer, False)
        # Nor is what was asked for so served beyond its time to live.
        cache.flush("abc", "prod")
        assert (await cache.ask(scope(), ME, b"e"))[1]

    play(tmp_path, function, scenario)
    assert len(function.events) == 2


def test_what_nobody_waited_for_lives_no_longer_than_others(tmp_path):
    function = Function()

    async def scenario(cache):
        first = asyncio.ensure_future(cache.ask(scope(ttl=1), ME, b"e"))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(1.1)
        assert (await cache.ask(scope(ttl=1), ME, b"e"))[1]

    play(tmp_path, function, scenario)
    assert len(function.events) == 2


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Uninvoked(UninvokedReason.NOT_FOUND), AuthorizerProblem.UNINVOKED),
        (FunctionAnswer(b"{}", failed=False), AuthorizerProblem.MALFORMED),
        (
            FunctionAnswer(b'{"errorMessage":"Unauthorized"}', failed=True),
            AuthorizerProblem.UNAUTHORIZED,
        ),
    ],
)
def test_failures_are_not_kept(tmp_path, answer, problem):
    async def scenario(cache):
        refused, _ = await cache.ask(scope(), ME, b"e")
        assert isinstance(refused, AuthorizerRefused)
        assert refused.reason is problem
        assert isinstance((await cache.ask(scope(), ME, b"e"))[0], Kept)

    play(tmp_path, Function(answer), scenario)


def test_a_flush_forgets_what_is_kept_and_what_is_on_its_way(tmp_path):
    function = Function()

    async def scenario(cache):
        await cache.ask(scope(), ME, b"e")
        await cache.ask(scope("dev"), ME, b"e")
        asking = asyncio.ensure_future(cache.ask(scope(), YOU, b"e"))
        await asyncio.sleep(0)
        cache.flush("abc", "prod")
        await asking
        assert [kept.scope.stage for kept in cache.live()] == ["dev"]
        assert (await cache.ask(scope(), YOU, b"e"))[1]

    play(tmp_path, function, scenario)


def test_it_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(authorizer_cache, "MAX_KEPT", 3)

    async def scenario(cache):
        for number in range(6):
            await cache.ask(scope(), ((str(number),),), b"e")
        assert len(list(cache.live())) == 3
        monkeypatch.setattr(authorizer_cache, "MAX_OCTETS", 1000)
        await cache.ask(scope(), ME, b"e")
        assert len(list(cache.live())) == 1

    play(tmp_path, Function(), scenario)


@pytest.mark.parametrize(
    ("since", "live"), [(100.0, True), (399.9, True), (100.1, True), (99.9, True)]
)
def test_how_long_an_answer_lives(since, live):
    kept = Kept(scope(), "i", b"", since, "x", 1, "r")
    assert kept.is_live(since) is live
    assert not kept.is_live(since + 300)
    assert kept.is_live(since + 299)
    # A clock that was set back ends it too.
    assert not kept.is_live(since - 1)
