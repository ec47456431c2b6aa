"""JSON objects of a token, read in the one way that two readers cannot disagree about."""

import json
from collections.abc import Sequence
from typing import Any

import orjson


def read_object(octets: bytes) -> dict[str, Any] | str:
    """Read a JSON object (RFC 8259) strictly; gives the reason when it is none.

    Refused are: other encodings than UTF-8, members that stand twice (RFC 7515 section 4), numbers
    that JSON does not have, lone surrogates.
    """
    try:
        plain = orjson.loads(octets)
    except orjson.JSONDecodeError:
        return _read_slowly(octets)
    # What is written again as it stood has each member once and no number in a spelling of its
    # own: nothing is left that readers could disagree about. Amazon writes "/" as "\\/".
    if type(plain) is dict and orjson.dumps(plain) == octets.replace(b"\\/", b"/"):
        return plain
    return _read_slowly(octets)


def _read_slowly(octets: bytes) -> dict[str, Any] | str:
    """Read what has blanks, escapes, or something wrong with it; the reason is found here."""
    try:
        text = octets.decode()
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except _TwiceError as error:
        return f"the member {error.args[0]!r} stands twice"
    except (ValueError, RecursionError):
        return "not JSON in UTF-8"
    return value if isinstance(value, dict) else "not a JSON object"


class _TwiceError(ValueError):
    """A member that stands twice."""


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1)[:100])
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
