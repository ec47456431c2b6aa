"""Policy variables: `${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}`, `${$}`.

Source: IAM User Guide, "IAM policy elements: Variables and tags"; reference: iam-evaluation.md
section 6.4. The text that a variable stands for is literal: a `*` in it is no wildcard.
"""

import re
from typing import Protocol

from gatelodge.iam.patterns import is_reserved

Value = str | tuple[str, ...]
"""The value of a condition key: one text, or several."""


class Keys(Protocol):
    """The condition keys of one request."""

    def get(self, key: str, /) -> Value | None:
        """Return a key's value (the key in lower case), None when it is absent."""


_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NAMED = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")
_ESCAPES = {"*": "*", "?": "?", "$": "$"}


class Template:
    """Text with variables: constants and, between them, keys with their defaults."""

    __slots__ = ("constants", "slots")

    def __init__(self, constants: list[str], slots: list[tuple[str, str | None]]) -> None:
        self.constants = constants
        self.slots = slots

    def fill(self, keys: Keys) -> str | None:
        """Put the values in; None when one has neither a single value nor a default."""
        written = [self.constants[0]]
        for (key, default), constant in zip(self.slots, self.constants[1:], strict=True):
            value = keys.get(key)
            if not isinstance(value, str) or is_reserved(value):
                value = default
            if value is None:
                return None
            written += (value, constant)
        return "".join(written)


def read_template(text: str, encode: "Encoder") -> "str | Template":
    """Read text that may hold variables and escapes; without variables gives plain text.

    encode is applied to what stands outside of `${…}`: there, and only there, wildcards count.
    What does not read as a variable is left as it was written.
    """
    constants = [""]
    slots: list[tuple[str, str | None]] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        constants[-1] += encode(text[position : match.start()])
        position = match.end()
        inside = match[1]
        if inside in _ESCAPES:
            constants[-1] += _ESCAPES[inside]
            continue
        named = _NAMED.fullmatch(inside)
        if named is None:
            constants[-1] += encode(match[0])
            continue
        slots.append((named[1].lower(), named[2]))
        constants.append("")
    constants[-1] += encode(text[position:])
    return Template(constants, slots) if slots else constants[0]


class Encoder(Protocol):
    """How constant text is prepared."""

    def __call__(self, text: str, /) -> str:
        """Prepare one piece of constant text."""


def plain(text: str) -> str:
    """Leave text as it is: where wildcards mean nothing."""
    return text
