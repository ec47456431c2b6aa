"""API Gateway's JSON patch: which paths of a resource may be changed, how, and the refusals.

A resource's table says it all; a body is changed whole or not at all. Source: API Gateway API
reference, "Patch Operations"; reference: control-plane.md section 6.3.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gatelodge.control.fault import Fault
from gatelodge.jwt.json_object import read_object

Operation = Mapping[str, Any]
"""`op`, `path`, `value`, `from`, as the wire gives them."""
Body = dict[str, Any]

ADD, REMOVE, REPLACE = "add", "remove", "replace"
ANY = frozenset({ADD, REMOVE, REPLACE})
_TOLD = {frozenset({REPLACE}): "one of: [replace]", ANY: "'add'|'remove'|'replace'"}
_NAME = "{}"
_DIGITS = 10


class Kind(Enum):
    """What stands at a path."""

    VALUE = "one value"
    ENTRY = "an entry of a map, named by the path's end"
    MEMBER = "an item of a list, named by the path's end"
    ITEMS = "the items of a list, named by the value"


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be done at one path, and how a value is read; `read` may raise Fault."""

    operations: frozenset[str]
    read: Callable[[str | None], Any]
    kind: Kind = Kind.VALUE
    absent: str | None = None
    """What AWS answers when an entry is replaced or removed that is not there; None: it is done."""


@dataclass(frozen=True, slots=True)
class Table:
    """The patch paths of one resource: `/name`, or `/map/{}` for any name."""

    rules: Mapping[str, Rule]
    short: bool = False
    """Refuse with the path alone, as methods, REST APIs and gateway responses do."""
    tells_operations: bool = False
    """Refuse an operation that a known path has not by naming those it has, as REST APIs do."""

    def find(self, tokens: Sequence[str]) -> Rule | None:
        """Give the rule of a path; None when there is none."""
        for path, rule in self.rules.items():
            pattern = path.split("/")[1:]
            if len(pattern) == len(tokens) and all(
                token and wanted in (_NAME, token)
                for wanted, token in zip(pattern, tokens, strict=True)
            ):
                return rule
        return None


def text(value: str | None) -> str | None:
    """Read a text; an empty one takes the member away."""
    return value or None


def needed(member: str) -> Callable[[str | None], str]:
    """Read a text that may not be empty."""

    def read(value: str | None) -> str:
        if not value:
            raise Fault("BadRequestException", f"{member} cannot be an empty string")
        return value

    return read


def flag(value: str | None) -> bool:
    """Read true or false; whatever is neither counts as false, as recorded."""
    return value is not None and value.lower() == "true"


def number(least: int, most: int, refusal: str) -> Callable[[str | None], int | None]:
    """Read a whole number; no value takes the member away."""

    def read(value: str | None) -> int | None:
        if value is None or value in {"", "null"}:
            return None
        plain = value.isascii() and value.isdigit() and len(value) <= _DIGITS
        if not plain or not least <= int(value) <= most:
            raise Fault("BadRequestException", refusal)
        return int(value)

    return read


def json_object(value: str | None) -> dict[str, Any]:
    """Read what replaces a map as a whole: the text of a JSON object. Raises Fault."""
    found = read_object((value or "").encode(errors="surrogatepass"))
    if isinstance(found, str):
        raise Fault("BadRequestException", f"A map is replaced by a JSON object: {found}")
    return found


def texts(value: str | None) -> dict[str, str] | None:
    """Read a map of texts; an empty one takes the member away."""
    found = json_object(value)
    for name, item in found.items():
        if not isinstance(item, str):
            raise Fault("BadRequestException", f"A text is expected as the value of {name}")
    return found or None


def replace_only(read: Callable[[str | None], Any] = text) -> Rule:
    """Give the rule of a member that always has a value."""
    return Rule(frozenset({REPLACE}), read)


def value(read: Callable[[str | None], Any] = text) -> Rule:
    """Give the rule of a member that may be taken away."""
    return Rule(ANY, read)


def entries(
    read: Callable[[str | None], Any] = lambda value: value or "", absent: str | None = None
) -> Rule:
    """Give the rule of a map's entries."""
    return Rule(ANY, read, Kind.ENTRY, absent)


def patch(body: Mapping[str, Any], operations: Sequence[Operation], table: Table) -> Body:
    """Give a body with all operations applied, in their order. Raises Fault."""
    changed = deepcopy(dict(body))
    for operation in operations:
        op, path = str(operation.get("op")), operation.get("path")
        rule = _rule(table, op, path)
        tokens = read_path(path)
        if tokens is None:  # the rule was found, so the path could be read
            raise _unknown(table, op, path)
        _apply(changed, rule, op, tokens, operation.get("value"))
    return changed


def read_path(path: object) -> list[str] | None:
    """Read a JSON pointer (RFC 6901) into its tokens; None when it is none."""
    if not isinstance(path, str) or not path.startswith("/"):
        return None
    return [token.replace("~1", "/").replace("~0", "~") for token in path.split("/")[1:]]


def _rule(table: Table, op: str, path: object) -> Rule:
    tokens = read_path(path)
    rule = None if tokens is None else table.find(tokens)
    if rule is None:
        raise _unknown(table, op, path)
    if op not in rule.operations:
        raise _not_allowed(table, rule, op, path)
    return rule


def _unknown(table: Table, op: str, path: object) -> Fault:
    if path is None:
        return Fault("BadRequestException", "Invalid patch path null")
    if table.short:
        return Fault("BadRequestException", f"Invalid patch path {path}")
    known = ", ".join(table.rules)
    return Fault(
        "BadRequestException",
        f"Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{known}]",
    )


def _not_allowed(table: Table, rule: Rule, op: str, path: object) -> Fault:
    if table.tells_operations and rule.operations in _TOLD:
        told = f"Invalid patch operation specified. Must be {_TOLD[rule.operations]}"
        return Fault("BadRequestException", told)
    if table.short:
        return Fault("BadRequestException", f"Invalid patch path {path}")
    if all(rule.operations == {REPLACE} for rule in table.rules.values()):
        return Fault(
            "BadRequestException", "Invalid patch operation specified. Must be one of: [replace]"
        )
    return Fault(
        "BadRequestException",
        f"Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations",
    )


def _apply(body: Body, rule: Rule, op: str, tokens: Sequence[str], written: str | None) -> None:
    *above, last = tokens
    if rule.kind is Kind.ITEMS:
        _apply_to_list(_inner(body, above), last, op, str(rule.read(written)), None)
        return
    if rule.kind is Kind.MEMBER:
        *above, name = above
        new = str(rule.read(written)) if op == REPLACE else None
        _apply_to_list(_inner(body, above), name, op, last, new)
        return
    holder = _inner(body, above)
    if rule.absent is not None and op != ADD and last not in holder:
        raise Fault("NotFoundException", rule.absent)
    new_value = None if op == REMOVE else rule.read(written)
    if new_value is None:
        holder.pop(last, None)
        if not holder and above and rule.kind is Kind.VALUE:
            _inner(body, above[:-1]).pop(above[-1])
    else:
        holder[last] = new_value


def _apply_to_list(holder: Body, name: str, op: str, item: str, new: str | None) -> None:
    items = [kept for kept in holder.get(name, []) if kept != item]
    if op == ADD:
        items.append(item)
    elif op == REPLACE:
        items.append(new if new is not None else item)
    holder[name] = list(dict.fromkeys(items))


def _inner(body: Body, tokens: Sequence[str]) -> Body:
    holder = body
    for token in tokens:
        holder = holder.setdefault(token, {})
    return holder
