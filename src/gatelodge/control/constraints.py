"""What the service models demand of input: presence, lengths, ranges, patterns, closed sets.

The words are those of control-plane.md section 1.5. Knows no operation's own rules.
"""

import functools
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from gatelodge.control.call import Parameters
from gatelodge.control.fault import Fault

_CODES = {
    "query": "ValidationError",
    "rest-json": "ValidationException",
    "json": "ValidationException",
}
_POOLS = "cognito-idp"
_NAME_PATTERN = r"[\w+=,.@-]+"
# Letters, marks, numbers, signs and spaces stand below; further up are only these marks.
_FIRST_PLANES = 0x32400
_VARIATION_SELECTORS = range(0xE0100, 0xE01F0)
MAX_SHOWN = 2_048
"""Characters of a value that a message repeats."""


def check(operation: OperationModel, protocol: str, parameters: Parameters) -> None:
    """Check an input against its shape. Raises Fault with everything that is wrong."""
    shape = operation.input_shape
    if shape is None:
        return
    service = operation.service_model.service_name
    found = list(_structure(shape, parameters, "", whole_lists=service == "iam"))
    if not found:
        return
    if service == "iam" and len(found) == 1 and found[0].ending == _pattern(_NAME_PATTERN):
        raise Fault(
            "ValidationError",
            f"The specified value for {found[0].path} is invalid. It must contain only "
            "alphanumeric characters and/or the following: +=,.@_-",
        )
    prefix = ""
    if service == "apigateway":
        prefix = f"{_lower_first(operation.name)}Input."
    number = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
    message = "; ".join(violation.text(prefix, shown=service != "iam") for violation in found)
    code = "InvalidParameterException" if service == _POOLS else _CODES[protocol]
    raise Fault(code, f"{number} detected: {message}")


class _Violation:
    """One constraint that one value does not satisfy."""

    __slots__ = ("ending", "path", "value")

    def __init__(self, path: str, value: object, ending: str) -> None:
        self.path = path
        self.value = value
        self.ending = ending

    def text(self, prefix: str, *, shown: bool) -> str:
        """Word it; IAM does not repeat the value."""
        path = prefix + self.path if "." in self.path else self.path
        value = f"Value {_shown(self.value)}" if shown else "Value"
        return f"{value} at '{path}' failed to satisfy constraint: Member must {self.ending}"


def _structure(
    shape: StructureShape, value: Any, path: str, *, whole_lists: bool
) -> Iterator[_Violation]:
    if shape.is_document_type:
        return
    dot = "." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield _Violation(f"{path}{dot}{_lower_first(name)}", None, "not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            inner = f"{path}{dot}{_lower_first(name)}"
            yield from _check(member, value[name], inner, whole_lists=whole_lists)


def _check(shape: Shape, value: Any, path: str, *, whole_lists: bool) -> Iterator[_Violation]:
    """whole_lists: of texts in a list every constraint is told, with the list."""
    match shape.type_name:
        case "structure":
            yield from _structure(shape, value, path, whole_lists=whole_lists)
        case "list":
            yield from _length(shape, value, path)
            yield from _items(shape, value, path, whole_lists=whole_lists)
        case "map":
            yield from _length(shape, value, path)
            for key, item in value.items():
                yield from _check(shape.key, key, f"{path}.{key}.key", whole_lists=whole_lists)
                at = f"{path}.{key}.value"
                yield from _check(shape.value, item, at, whole_lists=whole_lists)
        case "string" | "character":
            yield from _length(shape, value, path)
            yield from _text(shape, value, path)
        case "blob":
            yield from _length(shape, value, path)
        case "integer" | "long" | "float" | "double":
            yield from _range(shape, value, path)


def _items(
    shape: ListShape, value: Sequence[Any], path: str, *, whole_lists: bool
) -> Iterator[_Violation]:
    member = shape.member
    enumeration = member.metadata.get("enum")
    if enumeration and not set(value) <= set(enumeration):
        each = _enumerated(enumeration)
        yield _Violation(path, value, f"satisfy constraint: [Member must {each}]")
        return
    found = [
        violation
        for number, item in enumerate(value, 1)
        for violation in _check(member, item, f"{path}.{number}.member", whole_lists=whole_lists)
    ]
    if found and whole_lists and member.type_name == "string":
        every = ", ".join(f"Member must {ending}" for ending in _endings(member))
        yield _Violation(path, value, f"satisfy constraint: [{every}]")
    else:
        yield from found


def _endings(shape: Shape) -> Iterator[str]:
    """Word everything that is demanded of a text in a list, in the order that is recorded."""
    if "max" in shape.metadata:
        yield f"have length less than or equal to {shape.metadata['max']}"
    if "min" in shape.metadata:
        yield f"have length greater than or equal to {shape.metadata['min']}"
    if "pattern" in shape.metadata:
        yield _pattern(shape.metadata["pattern"])
    yield "not be null"


def _length(shape: Shape, value: Any, path: str) -> Iterator[_Violation]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield _Violation(path, value, f"have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _Violation(path, value, f"have length less than or equal to {most}")


def _range(shape: Shape, value: float, path: str) -> Iterator[_Violation]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield _Violation(path, value, f"have value greater than or equal to {least}")
    if most is not None and value > most:
        yield _Violation(path, value, f"have value less than or equal to {most}")


def _text(shape: Shape, value: str, path: str) -> Iterator[_Violation]:
    pattern = shape.metadata.get("pattern")
    # A value that is too long is not matched: the work stays bounded.
    most = shape.metadata.get("max", sys.maxsize)
    if pattern is not None and len(value) <= most and not compiled(pattern).fullmatch(value):
        yield _Violation(path, value, _pattern(pattern))
    enumeration = shape.metadata.get("enum")
    if enumeration and value not in enumeration:
        yield _Violation(path, value, _enumerated(enumeration))


def _pattern(pattern: str) -> str:
    return f"satisfy regular expression pattern: {pattern}"


def _enumerated(values: Iterable[str]) -> str:
    return f"satisfy enum value set: [{', '.join(values)}]"


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"'[{', '.join(map(str, value))}]'"[:MAX_SHOWN]
    if isinstance(value, bytes):
        return "'java.nio.HeapByteBuffer'"
    return f"'{value}'"[:MAX_SHOWN]


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern of the models, which are in Java's spelling: `\p{L}` and its like."""
    text = re.sub(r"\\p\{(\w+)\}", lambda found: _category(found[1]), pattern)
    return re.compile(text, re.ASCII)


def _category(name: str) -> str:
    """Write a Unicode category as ranges, to stand inside a character class."""
    if name == "ASCII":
        return r"\x00-\x7f"
    return _categories()[name]


@functools.cache
def _categories() -> dict[str, str]:
    """Write every general category as ranges of a character class."""
    ranges: dict[str, list[tuple[int, int]]] = {}
    for point in chain(range(_FIRST_PLANES), _VARIATION_SELECTORS):
        kind = unicodedata.category(chr(point))
        for name in (kind[0], kind):
            listed = ranges.setdefault(name, [])
            if listed and listed[-1][1] == point - 1:
                listed[-1] = (listed[-1][0], point)
            else:
                listed.append((point, point))
    return {
        name: "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in listed)
        for name, listed in ranges.items()
    }
