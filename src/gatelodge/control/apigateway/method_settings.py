"""The settings of a stage's methods, by JSON patch (API Gateway API reference, MethodSetting).

Throttling and caching are honoured; what only watches is kept and has no effect, and so is
encryption of a cache that is in memory alone.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.methods import VERBS
from gatelodge.control.fault import Fault
from gatelodge.control.patching import ADD, REMOVE, REPLACE, Operation, flag, read_path
from gatelodge.published import ALL_METHODS, MethodSetting

_ACCOUNT_LIMITS = (5000, 10_000.0)
_BUILT_IN = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": _ACCOUNT_LIMITS[0],
    "throttlingRateLimit": _ACCOUNT_LIMITS[1],
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
_LEVELS = ("OFF", "ERROR", "INFO")
_STRATEGIES = ("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER")
_UNLIMITED = -1
_MOST_BURST = 2**31 - 1


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
    if len(tokens) >= 4 and setting in _SETTINGS and op == ADD:
        raise bad_request(f"Invalid add operation with path: {path}")
    if len(tokens) >= 4 and setting in _SETTINGS and op == REPLACE:
        member, read = _SETTINGS[setting]
        key = _key(tokens[:-2])
        if key != ALL_METHODS and (tokens[-3] not in VERBS or "*" in tokens[:-3]):
            raise _unknown(path, paths)
        one = settings.setdefault(key, _inherited(settings, tokens[-3]))
        one[member] = read(str(operation.get("value") or ""))
        return {**body, "methodSettings": settings}
    if tokens[0] in {known.split("/")[1] for known in paths}:
        return None
    if op != REMOVE or len(tokens) < 2:
        raise _unknown(path, paths)
    key = _key(tokens)
    if key not in settings:
        raise bad_request(
            f"Cannot remove method setting {key} because there is no method setting for this "
            "method "
        )
    del settings[key]
    return {**body, "methodSettings": settings}


def _inherited(settings: Mapping[str, Any], verb: str) -> dict[str, Any]:
    """Give the settings that a method had before its own: AWS does not state others.

    What is set for all methods has replies to GET alone kept.
    """
    one = dict(settings.get(ALL_METHODS, _BUILT_IN))
    return one if verb in {"GET", "*"} else {**one, "cachingEnabled": False}


def _unknown(path: object, paths: Sequence[str]) -> Fault:
    choices = ", ".join([*paths, *(f"/{{resourcePath}}/{{httpMethod}}/{s}" for s in _SETTINGS)])
    return bad_request(f"Invalid method setting path: {path}. Must be one of: [{choices}]")


def published_settings(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, MethodSetting]:
    """Give the settings of a stage's methods, as the data plane keeps them.

    Limits of the account, which a first setting fills in, are not enforced here.
    """
    return {name: _published(one) for name, one in settings.items()}


def _published(setting: Mapping[str, Any]) -> MethodSetting:
    burst, rate = int(setting["throttlingBurstLimit"]), float(setting["throttlingRateLimit"])
    limited = rate != _UNLIMITED and (burst, rate) != _ACCOUNT_LIMITS
    if burst == _UNLIMITED:
        burst = _ACCOUNT_LIMITS[0]  # a rate alone: as many at once as an account may have
    return MethodSetting(
        burst if limited else 0,
        rate if limited else None,
        bool(setting["cachingEnabled"]),
        int(setting["cacheTtlInSeconds"]),
        bool(setting["requireAuthorizationForCacheControl"]),
        str(setting["unauthorizedCacheControlHeaderStrategy"]),
    )


def _key(tokens: Sequence[str]) -> str:
    """Name the methods of a path and a verb; AWS leaves the first slash of the path out."""
    return f"{'/'.join(tokens[:-1]).removeprefix('/')}/{tokens[-1]}"


def _one_of(member: str, choices: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise bad_request(f"Invalid {member} specified. Valid options are {','.join(choices)}")
        return text

    return read


def _burst(text: str) -> int:
    try:
        burst = int(text[:12])
    except ValueError:
        burst = _UNLIMITED - 1
    if not _UNLIMITED <= burst <= _MOST_BURST:
        raise bad_request("Invalid throttling burst limit, must be a whole number, or -1 for none")
    return burst


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not (rate == _UNLIMITED or 0 <= rate < math.inf):
        raise bad_request("Invalid throttling rate limit, must be a number, or -1 for none")
    return rate


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text[:5]) <= 3600:
        raise bad_request("Invalid cache TTL, must be between 0 and 3600 seconds")
    return int(text)


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "metrics/enabled": ("metricsEnabled", flag),
    "logging/dataTrace": ("dataTraceEnabled", flag),
    "logging/loglevel": ("loggingLevel", _one_of("logging level", _LEVELS)),
    "throttling/burstLimit": ("throttlingBurstLimit", _burst),
    "throttling/rateLimit": ("throttlingRateLimit", _rate),
    "caching/enabled": ("cachingEnabled", flag),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", _seconds),
    "caching/dataEncrypted": ("cacheDataEncrypted", flag),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", flag),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        _one_of("unauthorized cache control header strategy", _STRATEGIES),
    ),
}
