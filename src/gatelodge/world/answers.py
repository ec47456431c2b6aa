"""How questions are answered: at once, or later on the event loop."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from enum import Enum
from typing import Any, Final, Literal, TypeVar

from gatelodge.asking import Question

A = TypeVar("A")
PATIENCE = 960.0
"""Seconds that a thread waits for an answer; every question has a shorter limit of its own."""


class _Later(Enum):
    PENDING = "pending"


PENDING: Final = _Later.PENDING
"""Given instead of an answer: `resume` will be called with it."""
Pending = Literal[_Later.PENDING]

Resume = Callable[[Any], None]
Answers = Mapping[type[Question[Any]], Callable[[Any, Resume], Any]]
"""Question type → function(question, resume) that gives the answer or PENDING."""


class Counter:
    """Where other threads put questions that the event loop answers."""

    __slots__ = ("_answers", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, answers: Answers) -> None:
        self._loop = loop
        self._answers = answers

    def ask(self, question: Question[A], /) -> A:
        """Wait for the answer. Raises TimeoutError. Not to be called on the event loop."""
        given: Future[A] = Future()
        self._loop.call_soon_threadsafe(self._put, question, given)
        return given.result(PATIENCE)

    def _put(self, question: Question[A], given: "Future[A]") -> None:
        try:
            answer = self._answers[type(question)](question, given.set_result)
        except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            given.set_exception(error)
        else:
            if answer is not PENDING:
                given.set_result(answer)
