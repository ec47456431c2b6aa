"""Who may call what, as a table of text that can be kept and compared."""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.expect.callers import CallerError
from gatelodge.expect.document import caller_words
from gatelodge.expect.rehearsal import Circumstances, Rehearsal, RehearsalError

ALLOWED, DENIED, UNKNOWN = "may", "-", "?"
"""What stands in a cell; `?`: only a running gateway can tell."""


def access_matrix(
    rehearsal: Rehearsal,
    who: Sequence[str | Mapping[str, Any]],
    calls: Sequence[str] | None = None,
    circumstances: Circumstances | None = None,
) -> str:
    """Write the table: a line for each call, a column for each caller.

    calls: every method of the API when None. Raises CallerError for an unknown caller.
    """
    for one in who:
        rehearsal.caller(one, circumstances or Circumstances())
    rows = [["", *map(caller_words, who)]]
    rows += (
        [call, *(_cell(rehearsal, one, call, circumstances) for one in who)]
        for call in (rehearsal.calls() if calls is None else calls)
    )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _cell(
    rehearsal: Rehearsal,
    who: str | Mapping[str, Any],
    call: str,
    circumstances: Circumstances | None,
) -> str:
    try:
        answer = rehearsal.ask(who, call, circumstances)
    except RehearsalError:
        return UNKNOWN
    except CallerError:
        return UNKNOWN
    return ALLOWED if answer.allowed else DENIED
