"""`${…}` that stands where it is plain text, or does not read as a variable."""

import re
from collections.abc import Iterator

from gatelodge.files.lint.finding import Finding, Subject

_BEGUN = "${"
# As the engine reads them: escapes, `${key}` and `${key, 'default'}`.
_GOOD = re.compile(r"\$\{(?:[*?$]|\s*[^\s,'{}]+\s*(?:,\s*'[^'{}]*'\s*)?)\}")


def check_variables(subject: Subject) -> Iterator[Finding]:
    """Find variables that are text."""
    for pointer, text in subject.texts("Action"):
        if _BEGUN in text:
            yield Finding(pointer, f"{text}: variables mean nothing in actions", "write it out")
    for pointer, text in subject.texts("Resource"):
        head = text[: len(text) - len(text.split(":", 5)[-1])] if text.count(":") > 4 else text
        if _BEGUN in text and _BEGUN in head:
            yield Finding(
                pointer,
                f"{text}: variables mean something only after the fifth colon",
                "use * there, and a condition",
            )
        else:
            yield from _check(subject, pointer, text)
    for condition in subject.statement.conditions:
        for position, value in enumerate(condition.values):
            pointer = subject.place(condition, position)
            if _BEGUN in value and not condition.operator.variables:
                yield Finding(
                    pointer,
                    f"{value}: variables mean nothing under {condition.operator.name}",
                    "write the value out",
                )
            else:
                yield from _check(subject, pointer, value)


def _check(subject: Subject, pointer: str, text: str) -> Iterator[Finding]:
    if _BEGUN not in text:
        return
    if not subject.policy.variables:
        yield Finding(
            pointer,
            f"{text}: variables are plain text without Version 2012-10-17",
            'add "Version": "2012-10-17"',
        )
    elif _BEGUN in _GOOD.sub("", text):
        yield Finding(
            pointer,
            f"{text} holds something that is no variable and stands for itself",
            "write ${key} or ${key, 'default'}",
        )
