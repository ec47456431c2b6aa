"""Questions of other threads, answered on the event loop."""

import asyncio

import pytest

from gatelodge.asking import Question
from gatelodge.world import answers
from gatelodge.world.answers import PENDING, Counter


class Ask(Question[str]):
    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text


def put(answer, text="q"):
    """Ask from another thread."""

    async def run():
        loop = asyncio.get_running_loop()
        counter = Counter(loop, {Ask: answer})
        return await loop.run_in_executor(None, counter.ask, Ask(text))

    return asyncio.run(run())


def test_at_once():
    assert put(lambda question, _: question.text * 2) == "qq"


def test_later():
    def answer(question, resume):
        asyncio.get_running_loop().call_later(0.01, resume, question.text.upper())
        return PENDING

    assert put(answer) == "Q"


def test_whoever_waits_is_told_of_a_failure():
    def answer(*_):
        raise LookupError("nobody knows")

    with pytest.raises(LookupError, match="nobody knows"):
        put(answer)


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(answers, "PATIENCE", 0.05)
    with pytest.raises(TimeoutError):
        put(lambda *_: PENDING)
