"""How questions are answered: at once, or later on the event loop."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, Literal

from gatelodge.asking import Question


class _Later(Enum):
    PENDING = "pending"


PENDING: Final = _Later.PENDING
"""Given instead of an answer: `resume` will be called with it."""
Pending = Literal[_Later.PENDING]

Resume = Callable[[Any], None]
Answers = Mapping[type[Question[Any]], Callable[[Any, Resume], Any]]
"""Question type → function(question, resume) that gives the answer or PENDING."""
