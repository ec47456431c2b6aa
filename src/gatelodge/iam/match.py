"""Action and resource matching, compiled (reference: iam-evaluation.md section 5)."""

from collections.abc import Callable
from functools import lru_cache

from gatelodge.iam.patterns import MANY, Matcher, compile_pattern, encode, has_wildcard
from gatelodge.iam.query import Query
from gatelodge.iam.variables import Keys, Template, read_template

ResourceTest = Callable[[Query], bool]

_PIECES = 6
_REMEMBERED = 4096


def compile_action(text: str) -> Matcher:
    """Compile an action; the function takes an action in lower case.

    Text that is not `*` or `service:name` matches nothing.
    """
    if text == "*":
        return lambda _: True
    service, colon, name = text.partition(":")
    if not service or not colon or not name or text != text.strip():
        return lambda _: False
    return compile_pattern(encode(text.lower()))


action_matcher = lru_cache(maxsize=_REMEMBERED)(compile_action)
"""Policies repeat each other: the last ones are remembered (bounded)."""


def literal_prefix(text: str, *, variables: bool) -> str:
    """Give the text that every resource matching a pattern begins with; it may be empty.

    A pattern of fewer than six pieces has none, so that its missing pieces need no thought here.
    """
    if text.count(":") < _PIECES - 1:
        return ""
    ends = [len(text)]
    ends += [text.find(c) for c in ("*", "?") if c in text]
    if variables and "${" in text:
        ends.append(text.index("${"))
    return text[: min(ends)]


def compile_resource(text: str, variables: bool, identity: bool) -> ResourceTest:
    """Compile one resource pattern.

    variables: whether `${…}` counts, and then only after the fifth colon. identity: missing last
    pieces count as `*`; elsewhere they do so only where the text has a wildcard.
    """
    if text == "*":
        return lambda _: True
    pieces = text.split(":", _PIECES - 1)
    missing = _PIECES - len(pieces)
    if missing:
        if not identity and "*" not in text and "?" not in text:
            return lambda query: query.resource == text
        pieces += ["*"] * missing
    *head, last = pieces
    rest = read_template(last, encode) if variables and "${" in last else encode(last)
    if isinstance(rest, Template):
        return _with_variables([encode(piece) for piece in head], rest)
    beginning = ":".join(head) + ":"
    if "*" in beginning or "?" in beginning:
        return _piecewise([*map(encode, head), rest])
    return _with_plain_head(beginning, rest)


resource_test = lru_cache(maxsize=_REMEMBERED)(compile_resource)
"""The same, remembered."""


def _with_plain_head(head: str, rest: str) -> ResourceTest:
    """Everyday patterns: five plain pieces are a prefix, and often the rest is one too."""
    body = rest.rstrip(MANY)
    if not has_wildcard(body):
        whole = head + body
        if body == rest:
            return lambda query: query.resource == whole
        return lambda query: query.resource.startswith(whole)
    matches = compile_pattern(rest)
    length = len(head)
    return lambda query: query.resource.startswith(head) and matches(query.resource[length:])


def _piecewise(pieces: list[str]) -> ResourceTest:
    matchers = [compile_pattern(piece) for piece in pieces]

    def test(query: Query) -> bool:
        actual = query.resource.split(":", _PIECES - 1)
        return len(actual) == _PIECES and all(
            match(piece) for match, piece in zip(matchers, actual, strict=True)
        )

    return test


def _with_variables(head: list[str], rest: Template) -> ResourceTest:
    heads = [compile_pattern(piece) for piece in head]

    def test(query: Query) -> bool:
        actual = query.resource.split(":", _PIECES - 1)
        if len(actual) != _PIECES:
            return False
        *actual_head, actual_rest = actual
        if not all(match(piece) for match, piece in zip(heads, actual_head, strict=True)):
            return False
        return _fills_to(rest, query.keys, actual_rest)

    return test


def _fills_to(template: Template, keys: Keys, actual: str) -> bool:
    pattern = template.fill(keys)
    return pattern is not None and compile_pattern(pattern)(actual)
