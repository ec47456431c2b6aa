"""Read a JSON or YAML file, strictly: bounded, no repeated members, no code."""

from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 6 * 1024 * 1024
"""API Gateway's limit for an import (reference: gateway-responses.md section 5)."""


class FileError(ValueError):
    """A file that cannot be read; the message names the file."""


class _StrictLoader(yaml.CSafeLoader):
    """The safe loader, but a repeated member is an error and dates stay text."""


def load(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    """Read a file; JSON is read as the YAML that it is. Raises FileError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileError(f"{path}: larger than {MAX_BYTES} bytes")
        text = path.read_text("utf-8")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: not UTF-8 text") from error
    # JSON allows tabs between tokens, which YAML does not.
    text = text.replace("\t", " ") if text.lstrip()[:1] in {"{", "["} else text
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise FileError(f"{path}: {_where(error)}") from error
    except RecursionError as error:
        raise FileError(f"{path}: nested too deeply") from error


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "not JSON or YAML"
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem


def _unique_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool | None):
            raise yaml.constructor.ConstructorError(
                None, None, "a member's name is text", key_node.start_mark
            )
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the member {key!r} stands twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)
# "Version: 2012-10-17" and "swagger: 2.0" are text in what these files describe.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
