"""JSON and YAML text, read strictly: bounded, no repeated members, no code.

Knows the two notations and nothing of what they describe. What comes out is a JSON value: objects
with text as member names, lists, text, finite numbers, booleans and null.
"""

import json
import math
from typing import Any

import yaml

MAX_DEPTH = 100
"""Levels of nesting; no export comes near, and deeper ones exhaust the stack of a reader."""
MAX_VALUES = 1_000_000
"""Values after YAML's aliases are followed: a few of them can stand for any number."""


class TextError(ValueError):
    """Text that cannot be read; the message says where and why."""


class _StrictLoader(yaml.CSafeLoader):
    """Knows the types of JSON only; a repeated member is an error and dates stay text."""


def parse_text(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON or YAML. Raises TextError."""
    try:
        return _read(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TextError("not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise TextError(_where(error)) from error


def _read(text: str) -> Any:  # noqa: ANN401 - any JSON value
    value = _read_json(text) if text.lstrip()[:1] in {"{", "["} else None
    if value is None:
        value = _read_yaml(text)
    _check(value)
    return value


def _read_json(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON; None for what is not, which may still be YAML's notation with braces."""
    try:
        return json.loads(text, object_pairs_hook=_unique_object)
    except json.JSONDecodeError:
        return None
    except RecursionError as error:
        raise TextError("nested too deeply") from error
    except TextError:
        raise
    except ValueError as error:  # a number beyond Python's limit of digits
        raise TextError(str(error)) from error


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise TextError(f"the member {name!r} stands twice in one object")
        found[name] = value
    return found


def _read_yaml(text: str) -> Any:  # noqa: ANN401 - any JSON value
    depth = 0
    # First without building anything: libyaml's builder recurses on the C stack, unguarded.
    for event in yaml.parse(text, Loader=_StrictLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise TextError("nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader
    except (ValueError, KeyError) as error:  # such as `!!int x` and `!!bool x`
        raise TextError(f"a value does not fit its type: {error}") from error


def _check(value: object) -> None:
    """Check that a value is bounded and JSON, whatever wrote it. Raises TextError."""
    seen = 0
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        seen += 1
        if seen > MAX_VALUES:
            raise TextError(f"more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise TextError("nested too deeply")
        if isinstance(item, dict):
            waiting += ((part, depth + 1) for pair in item.items() for part in pair)
        elif isinstance(item, list):
            waiting += ((part, depth + 1) for part in item)
        elif isinstance(item, str):
            # JSON can escape half of a character, which no UTF-8 text can hold.
            if not item.isascii() and any("\ud800" <= c <= "\udfff" for c in item):
                raise TextError(f"{item[:20]!r} has half of a surrogate pair")
        elif isinstance(item, float) and not math.isfinite(item):
            raise TextError(f"{item} is not a number of JSON")


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "not JSON or YAML"
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem


def _unique_mapping(loader: _StrictLoader, node: yaml.Node) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise _fault(node, "expected an object")  # `!!map` before something else
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        # A member's name is its text, as in JSON: 200 and on are names, not a number and a truth.
        name = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if name is None:
            raise _fault(key_node, "a member's name is text")
        if key_node.tag == "tag:yaml.org,2002:merge":
            raise _fault(key_node, "merge keys (<<) are not supported; write the members out")
        if name in found:
            raise _fault(key_node, f"the member {name!r} stands twice in one object")
        found[name] = loader.construct_object(value_node, deep=True)
    return found


def _fault(node: yaml.Node, problem: str) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


_StrictLoader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.CSafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in {"null", "bool", "int", "float", "str", "seq"}
}
_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)
# "Version: 2012-10-17" and "swagger: 2.0" are text in what these files describe.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
