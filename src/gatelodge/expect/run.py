"""Try every expectation of a file, and say how each went."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gatelodge.expect.callers import CallerError
from gatelodge.expect.document import Expectation
from gatelodge.expect.rehearsal import Rehearsal, RehearsalError


class Status(StrEnum):
    """How one expectation went."""

    PASSED = "passed"
    FAILED = "failed"
    """The gateway would do the contrary."""
    ERROR = "error"
    """It cannot be told: an unknown caller or method, or something only a running gateway knows."""


@dataclass(frozen=True, slots=True)
class Result:
    """One expectation, tried."""

    expectation: Expectation
    status: Status
    reason: str
    """Why the gateway would do what it would, or why that cannot be told."""


def run(rehearsal: Rehearsal, expectations: Sequence[Expectation]) -> list[Result]:
    """Try expectations, in order."""
    return [_try(rehearsal, expectation) for expectation in expectations]


def _try(rehearsal: Rehearsal, expectation: Expectation) -> Result:
    try:
        answer = rehearsal.ask(expectation.who, expectation.call, expectation.circumstances)
    except (CallerError, RehearsalError) as error:
        return Result(expectation, Status.ERROR, str(error))
    status = Status.PASSED if answer.allowed is expectation.allowed else Status.FAILED
    return Result(expectation, status, answer.reason)
