"""The JSON form of published values, in AWS's spelling, both ways.

Reading refuses members that it does not know: a publication written by a newer gatelodge is never
served with something left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, TypeVar

from gatelodge.published.api import (
    AccessLog,
    Api,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    Resource,
    Stage,
)

T = TypeVar("T")


class FormError(ValueError):
    """A JSON document is not the form of the value it should be."""


def to_json(value: Api | Stage) -> dict[str, Any]:
    """Write an Api or a Stage as a JSON object."""
    written: dict[str, Any] = _write(value)
    return written


def api_from_json(form: Mapping[str, Any]) -> Api:
    """Read an Api. Raises FormError."""
    return _read(Api, form)


def stage_from_json(form: Mapping[str, Any]) -> Stage:
    """Read a Stage. Raises FormError."""
    return _read(Stage, form)


def member_name(name: str) -> str:
    """Spell a Python name as AWS does: `timeout_in_millis` is `timeoutInMillis`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _write(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if is_dataclass(value):
        return {member_name(f.name): _write(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: _write(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    return value


def _read(kind: type[T], form: object) -> T:
    if not isinstance(form, Mapping):
        raise FormError(f"{kind.__name__}: expected an object")
    known: dict[str, Field[Any]] = {member_name(f.name): f for f in fields(kind)}  # type: ignore[arg-type]  # all kinds here are dataclasses
    unknown = sorted(set(form) - set(known))
    if unknown:
        raise FormError(f"{kind.__name__}: unknown member {unknown[0]!r}")
    arguments = {}
    for member, described in known.items():
        if member in form:
            nested = _NESTED.get((kind, described.name))
            value = form[member]
            arguments[described.name] = nested(value) if nested else value
        elif described.default is MISSING and described.default_factory is MISSING:
            raise FormError(f"{kind.__name__}: member {member!r} is missing")
    return kind(**arguments)


def _optional(kind: type[T]) -> Callable[[Any], T | None]:
    return lambda form: None if form is None else _read(kind, form)


def _many(kind: type[T]) -> Callable[[Any], tuple[T, ...]]:
    return lambda form: tuple(_read(kind, item) for item in form)


def _by_name(kind: type[T]) -> Callable[[Any], dict[str, T]]:
    return lambda form: {name: _read(kind, item) for name, item in form.items()}


_NESTED: dict[tuple[type, str], Callable[[Any], Any]] = {
    (Api, "binary_media_types"): tuple,
    (Api, "endpoint_types"): tuple,
    (Api, "gateway_responses"): _by_name(GatewayResponse),
    (Api, "resources"): _many(Resource),
    (Resource, "methods"): _by_name(Method),
    (Method, "integration"): _optional(Integration),
    (Integration, "responses"): _many(IntegrationResponse),
    (Stage, "access_log"): _optional(AccessLog),
}
