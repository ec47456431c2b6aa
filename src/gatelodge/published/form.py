"""The JSON form of published values, in AWS's spelling, both ways.

Reading refuses members that it does not know and values of another type: a publication written by
a newer gatelodge is never served with something left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar

from gatelodge.published.api import (
    AccessLog,
    Api,
    Authorizer,
    CanarySettings,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    MethodSetting,
    Resource,
    Stage,
)

T = TypeVar("T")
Reader = Callable[[Any, str], Any]
"""Reads one member's value; the second argument names the member, for what is raised."""


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
    if name == "provider_arns":
        return "providerARNs"
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
    known = {member_name(f.name): f for f in fields(kind)}  # type: ignore[arg-type]  # all kinds here are dataclasses
    unknown = sorted(map(str, set(form) - set(known)))
    if unknown:
        raise FormError(f"{kind.__name__}: unknown member {unknown[0]!r}")
    arguments = {}
    for member, described in known.items():
        if member in form:
            read = _READERS.get((kind, described.name), _text)
            arguments[described.name] = read(form[member], f"{kind.__name__}: member {member!r}")
        elif described.default is MISSING and described.default_factory is MISSING:
            raise FormError(f"{kind.__name__}: member {member!r} is missing")
    return kind(**arguments)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise FormError(f"{where} is not a text")
    return value


def _number(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormError(f"{where} is not a number")
    return value


def _decimal(value: object, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise FormError(f"{where} is not a number")
    return float(value)


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise FormError(f"{where} is not true or false")
    return value


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise FormError(f"{where} is not an object")
    return dict(value)


def _texts(value: object, where: str) -> dict[str, str]:
    return {_text(name, where): _text(text, where) for name, text in _object(value, where).items()}


def _optional(read: Reader) -> Reader:
    return lambda value, where: None if value is None else read(value, where)


def _many(read: Reader) -> Reader:
    def read_all(value: object, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise FormError(f"{where} is not a list")
        return tuple(read(item, where) for item in value)

    return read_all


def _by_name(kind: type[T]) -> Reader:
    def read_all(value: object, where: str) -> dict[str, T]:
        return {name: _read(kind, item) for name, item in _object(value, where).items()}

    return read_all


def _one(kind: type[T]) -> Reader:
    return lambda value, _: _read(kind, value)


# How each member is read that is not a plain text.
_READERS: dict[tuple[type, str], Reader] = {
    (Api, "policy"): _optional(_object),
    (Api, "policy_principals"): _texts,
    (Api, "binary_media_types"): _many(_text),
    (Api, "endpoint_types"): _many(_text),
    (Api, "disable_execute_api_endpoint"): _flag,
    (Api, "gateway_responses"): _by_name(GatewayResponse),
    (Api, "authorizers"): _by_name(Authorizer),
    (Api, "resources"): _many(_one(Resource)),
    (Resource, "methods"): _by_name(Method),
    (Authorizer, "auth_type"): _optional(_text),
    (Authorizer, "provider_arns"): _many(_text),
    (Authorizer, "authorizer_uri"): _optional(_text),
    (Authorizer, "authorizer_credentials"): _optional(_text),
    (Authorizer, "identity_validation_expression"): _optional(_text),
    (Authorizer, "authorizer_result_ttl_in_seconds"): _number,
    (Method, "authorizer_id"): _optional(_text),
    (Method, "authorization_scopes"): _many(_text),
    (Method, "api_key_required"): _flag,
    (Method, "operation_name"): _optional(_text),
    (Method, "integration"): _optional(_one(Integration)),
    (Integration, "credentials"): _optional(_text),
    (Integration, "request_parameters"): _texts,
    (Integration, "request_templates"): _texts,
    (Integration, "timeout_in_millis"): _number,
    (Integration, "tls_insecure_skip_verification"): _flag,
    (Integration, "cache_namespace"): _optional(_text),
    (Integration, "cache_key_parameters"): _optional(_many(_text)),
    (Integration, "responses"): _many(_one(IntegrationResponse)),
    (IntegrationResponse, "status_code"): _number,
    (IntegrationResponse, "selection_pattern"): _optional(_text),
    (IntegrationResponse, "response_parameters"): _texts,
    (IntegrationResponse, "response_templates"): _texts,
    (GatewayResponse, "status_code"): _optional(_number),
    (GatewayResponse, "response_parameters"): _texts,
    (GatewayResponse, "response_templates"): _texts,
    (Stage, "variables"): _texts,
    (Stage, "access_log"): _optional(_one(AccessLog)),
    (Stage, "canary_settings"): _optional(_one(CanarySettings)),
    (Stage, "method_settings"): _by_name(MethodSetting),
    (Stage, "client_certificate_id"): _optional(_text),
    (Stage, "is_canary"): _flag,
    (Stage, "cache_cluster_size"): _optional(_decimal),
    (CanarySettings, "percent_traffic"): _decimal,
    (CanarySettings, "stage_variable_overrides"): _texts,
    (CanarySettings, "use_stage_cache"): _flag,
    (MethodSetting, "throttling_burst_limit"): _number,
    (MethodSetting, "throttling_rate_limit"): _optional(_decimal),
    (MethodSetting, "caching_enabled"): _flag,
    (MethodSetting, "cache_ttl_in_seconds"): _number,
    (MethodSetting, "require_authorization_for_cache_control"): _flag,
}
