"""Drives the engine's generators: synchronously, until an answer has to be waited for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
import structlog

from gatelodge.asking import Asking
from gatelodge.world.answers import PENDING, Answers

T = TypeVar("T")
S = TypeVar("S")
_log = structlog.get_logger()


class Drive(msgspec.Struct, Generic[S, T], eq=False):
    """One computation under way; `done` is called once, with its result or None after a bug.

    subject: what `done` is told the result belongs to. With warm caches nothing here makes a task
    or a future before the backend is called.
    """

    generator: Asking[T]
    answers: Answers
    done: Callable[[S, T | None], None]
    subject: S

    def step(self, answer: Any) -> None:  # noqa: ANN401 - the answer of any question
        """Go on with an answer (None at the start) as far as possible."""
        answers, send = self.answers, self.generator.send
        try:
            while True:
                question = send(answer)
                answer = answers[type(question)](question, self.step)
                if answer is PENDING:
                    return
        except StopIteration as stop:
            result: T | None = stop.value
        except Exception:  # noqa: BLE001 - any bug at all must end in a refusal
            # A bug is never an admission: whoever asked gets a 500.
            _log.exception("the engine failed")
            result = None
        self.done(self.subject, result)
