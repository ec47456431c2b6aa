"""Wildcard patterns: `*` for any run of characters, `?` for exactly one.

Inside the engine a pattern is text in which two private-use characters stand for the wildcards, so
that a literal `*` (from an escape or a variable's value) is never taken for one. Matching takes
time linear in the text for each run between stars, whatever the pattern.
"""

import re
from collections.abc import Callable

MANY = "\ue000"
ONE = "\ue001"
Matcher = Callable[[str], bool]


def is_reserved(text: str) -> bool:
    """Tell whether a text holds a wildcard's stand-in: neither a policy nor a value may."""
    return not text.isascii() and (MANY in text or ONE in text)


def encode(text: str) -> str:
    """Turn `*` and `?` of a text into wildcards."""
    return text.replace("*", MANY).replace("?", ONE)


def shown(pattern: str) -> str:
    """Write an encoded pattern for people."""
    return pattern.replace(MANY, "*").replace(ONE, "?")


def has_wildcard(pattern: str) -> bool:
    """Tell whether an encoded pattern has a wildcard."""
    return MANY in pattern or ONE in pattern


def compile_pattern(pattern: str) -> Matcher:
    """Compile an encoded pattern into a function that tells whether a whole text matches."""
    if not has_wildcard(pattern):
        return pattern.__eq__
    body = pattern.rstrip(MANY)
    if not body:
        return _anything
    if body != pattern and not has_wildcard(body):
        return lambda text: text.startswith(body)
    return _compile_runs([run for run in re.split(f"({MANY}+)", pattern) if run])


def _anything(_: str) -> bool:
    return True


def _compile_runs(runs: list[str]) -> Matcher:
    """Compile runs with stars between them: anchored at the ends, leftmost in between.

    The leftmost place for each run leaves the most room for the rest, so no choice is ever undone.
    """
    first = "" if runs[0][0] == MANY else runs.pop(0)
    if not runs:
        whole = _regex(first).fullmatch
        return lambda text: whole(text) is not None
    last = "" if runs[-1][0] == MANY else runs.pop()
    begins, ends = _anchored(first), _anchored(last)
    start, tail = len(first), len(last)
    middle = [_finder(run) for run in runs if run[0] != MANY]

    def matches(text: str) -> bool:
        limit = len(text) - tail
        if limit < start or not begins(text, 0) or not ends(text, limit):
            return False
        position = start
        for find in middle:
            position = find(text, position, limit)
            if position < 0:
                return False
        return True

    return matches


def _anchored(run: str) -> Callable[[str, int], bool]:
    """Tell whether a run stands at a place. Every wildcard in it is one character: it has a length.

    Most runs are plain text, and comparing that needs no regular expression, which is slow to make.
    """
    if ONE not in run:
        return lambda text, position: text.startswith(run, position)
    match = _regex(run).match
    return lambda text, position: match(text, position) is not None


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
