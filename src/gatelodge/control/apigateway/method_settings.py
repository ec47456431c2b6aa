"""The settings of a stage's methods, by JSON patch (API Gateway API reference, MethodSetting).

Those that only watch are kept and have no effect here; those that would change what a caller gets
(throttling, caching) are refused, unless they say what holds anyway.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.patching import ADD, REMOVE, REPLACE, Operation, flag, read_path

_BUILT_IN = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10_000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
_LEVELS = ("OFF", "ERROR", "INFO")
_STRATEGIES = ("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER")
_NO_THROTTLING = "Throttling by method settings is not supported: leave the limits as they are"
_NO_CACHE = "Caching is not supported: leave it switched off"


def patch_method_settings(
    body: Mapping[str, Any], operation: Operation, paths: Sequence[str]
) -> dict[str, Any] | None:
    """Apply one operation to a stage's methodSettings; None when it is about something else.

    paths: the other paths that a stage's patch may have. Raises Fault.
    """
    op, path = operation.get("op"), operation.get("path")
    tokens = read_path(path)
    if tokens is None:
        return None
    setting = "/".join(tokens[-2:])
    settings: dict[str, Any] = {name: dict(one) for name, one in body["methodSettings"].items()}
    if len(tokens) >= 4 and setting in _SETTINGS and op in {REPLACE, ADD}:
        member, read = _SETTINGS[setting]
        one = settings.setdefault(_key(tokens[:-2]), dict(_BUILT_IN))
        one[member] = read(str(operation.get("value") or ""))
        return {**body, "methodSettings": settings}
    if tokens[0] in {known.split("/")[1] for known in paths}:
        return None
    if op != REMOVE or len(tokens) < 2:
        choices = ", ".join([*paths, *(f"/{{resourcePath}}/{{httpMethod}}/{s}" for s in _SETTINGS)])
        raise bad_request(f"Invalid method setting path: {path}. Must be one of: [{choices}]")
    key = _key(tokens)
    if key not in settings:
        raise bad_request(
            f"Cannot remove method setting {key} because there is no method setting for this "
            "method "
        )
    del settings[key]
    return {**body, "methodSettings": settings}


def _key(tokens: Sequence[str]) -> str:
    """Name the methods of a path and a verb; AWS leaves the first slash of the path out."""
    return f"{'/'.join(tokens[:-1]).removeprefix('/')}/{tokens[-1]}"


def _one_of(member: str, choices: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise bad_request(f"Invalid {member} specified. Valid options are {','.join(choices)}")
        return text

    return read


def _unchanged(built_in: float, kind: type[int] | type[float]) -> Callable[[str], float]:
    """Read a limit, which must be the one that a new API has."""

    def read(text: str) -> float:
        try:
            same = kind(text) in (built_in, -1)
        except ValueError:
            same = False
        if not same:
            raise bad_request(_NO_THROTTLING)
        return built_in

    return read


def _no_caching(text: str) -> bool:
    if flag(text):
        raise bad_request(_NO_CACHE)
    return False


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text[:5]) <= 3600:
        raise bad_request("Invalid cache TTL, must be between 0 and 3600 seconds")
    return int(text)


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "metrics/enabled": ("metricsEnabled", flag),
    "logging/dataTrace": ("dataTraceEnabled", flag),
    "logging/loglevel": ("loggingLevel", _one_of("logging level", _LEVELS)),
    "throttling/burstLimit": ("throttlingBurstLimit", _unchanged(5000, int)),
    "throttling/rateLimit": ("throttlingRateLimit", _unchanged(10_000.0, float)),
    "caching/enabled": ("cachingEnabled", _no_caching),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", _seconds),
    "caching/dataEncrypted": ("cacheDataEncrypted", flag),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", flag),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        _one_of("unauthorized cache control header strategy", _STRATEGIES),
    ),
}
