"""Wildcard patterns: `*` for any run of characters, `?` for exactly one.

Inside the engine a pattern is text in which two private-use characters stand for the wildcards, so
that a literal `*` (from an escape or a variable's value) is never taken for one. Matching takes
time linear in the text for each run between stars, whatever the pattern.
"""

import re
from collections.abc import Callable

MANY = "\ue000"
ONE = "\ue001"
RESERVED = frozenset({MANY, ONE})
"""Characters that neither a policy nor a variable's value may hold."""

Matcher = Callable[[str], bool]

_WILDCARDS = str.maketrans({"*": MANY, "?": ONE})
_SHOWN = str.maketrans({MANY: "*", ONE: "?"})


def encode(text: str) -> str:
    """Turn `*` and `?` of a text into wildcards."""
    return text.translate(_WILDCARDS)


def shown(pattern: str) -> str:
    """Write an encoded pattern for people."""
    return pattern.translate(_SHOWN)


def has_wildcard(pattern: str) -> bool:
    """Tell whether an encoded pattern has a wildcard."""
    return MANY in pattern or ONE in pattern


def compile_pattern(pattern: str) -> Matcher:
    """Compile an encoded pattern into a function that tells whether a whole text matches."""
    if not has_wildcard(pattern):
        return pattern.__eq__
    if pattern.strip(MANY) == "":
        return _anything
    body = pattern.rstrip(MANY)
    if body != pattern and not has_wildcard(body):
        return lambda text: text.startswith(body)
    return _compile_runs([run for run in re.split(f"({MANY}+)", pattern) if run])


def _anything(_: str) -> bool:
    return True


def _compile_runs(runs: list[str]) -> Matcher:
    """Compile runs with stars between them: anchored at the ends, leftmost in between.

    The leftmost place for each run leaves the most room for the rest, so no choice is ever undone.
    """
    first = None if runs[0][0] == MANY else runs.pop(0)
    last = None if not runs or runs[-1][0] == MANY else runs.pop()
    middle = [_finder(run) for run in runs if run[0] != MANY]
    starts = None if first is None else _regex(first).match
    ends = None if last is None else _regex(last).fullmatch
    end_length = len(last or "")
    if first is not None and not runs and last is None:
        whole = _regex(first).fullmatch
        return lambda text: whole(text) is not None

    def matches(text: str) -> bool:
        position = 0
        if starts is not None:
            found = starts(text)
            if found is None:
                return False
            position = found.end()
        limit = len(text) - end_length
        if limit < position or (ends is not None and ends(text, limit) is None):
            return False
        for find in middle:
            position = find(text, position, limit)
            if position < 0:
                return False
        return True

    return matches


def _finder(run: str) -> Callable[[str, int, int], int]:
    """Find a run from a position on, before a limit; gives its end, -1 without one."""
    if ONE not in run:
        length = len(run)

        def find_text(text: str, position: int, limit: int) -> int:
            at = text.find(run, position, limit)
            return at if at < 0 else at + length

        return find_text
    search = _regex(run).search

    def find_pattern(text: str, position: int, limit: int) -> int:
        found = search(text, position, limit)
        return -1 if found is None else found.end()

    return find_pattern


def _regex(run: str) -> re.Pattern[str]:
    """Compile a run without stars; every `?` is one character of any kind."""
    return re.compile("".join("." if c == ONE else re.escape(c) for c in run), re.DOTALL)
