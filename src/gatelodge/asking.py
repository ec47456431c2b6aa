"""How the engine asks the outside: a question is yielded, the answer is sent back.

This room knows nothing of what is asked or who answers.
"""

from collections.abc import Generator
from typing import Any, Generic, TypeVar

A_co = TypeVar("A_co", covariant=True)
T = TypeVar("T")


class Question(Generic[A_co]):
    """Something only the outside can tell; the parameter is the type of the answer.

    Subclasses are values: equal questions may be given one answer.
    """

    __slots__ = ()


Asking = Generator[Question[Any], Any, T]
"""A computation that may ask before it returns a T."""


def ask(question: Question[T]) -> Generator[Question[T], T, T]:
    """Put one question and return its answer, typed.

    Used as `answer = yield from ask(question)`.
    """
    return (yield question)
