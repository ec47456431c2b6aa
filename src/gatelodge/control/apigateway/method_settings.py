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
from gatelodge.control.patching import (
    ADD,
    REMOVE,
    REPLACE,
    Operation,
    Table,
    flag,
    json_object,
    read_path,
)
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
    body: Mapping[str, Any],
    operation: Operation,
    others: Table,
    declares: Callable[[str], bool],
) -> dict[str, Any] | None:
    """Apply one operation to a stage's methodSettings; None when it is about something else.

    others: the other paths that a stage's patch may have. declares: tells whether the stage's API
    has the method of a setting's name, as such and not as ANY. Raises Fault.
    """
    op, path = operation.get("op"), operation.get("path")
    tokens = read_path(path)
    if tokens is None:
        return None
    if tokens == ["methodSettings"] and op == REPLACE:
        return {**body, "methodSettings": _read_all(operation.get("value"))}
    setting = "/".join(tokens[-2:])
    settings: dict[str, Any] = {name: dict(one) for name, one in body["methodSettings"].items()}
    if len(tokens) >= 4 and setting in _SETTINGS and op == ADD:
        raise bad_request(f"Invalid add operation with path: {path}")
    if len(tokens) >= 4 and setting in _SETTINGS and op == REPLACE:
        member, read = _SETTINGS[setting]
        key = _method(tokens[:-2])
        if key is None:
            raise _unknown(path)
        one = settings.setdefault(key, _inherited(settings, key, declares))
        one[member] = read(str(operation.get("value") or ""))
        return {**body, "methodSettings": settings}
    if others.find(tokens) is not None:
        return None
    if op != REMOVE or len(tokens) < 2:
        raise _unknown(path)
    key = _key(tokens)
    if key not in settings:
        raise bad_request(
            f"Cannot remove method setting {key} because there is no method setting for this "
            "method "
        )
    del settings[key]
    return {**body, "methodSettings": settings}


def _inherited(
    settings: Mapping[str, Any], key: str, declares: Callable[[str], bool]
) -> dict[str, Any]:
    """Give the settings that a method had before its own: AWS does not state others.

    What is set for all methods has replies to declared GET methods alone kept.
    """
    one = dict(settings.get(ALL_METHODS, _BUILT_IN))
    if key == ALL_METHODS or (key.endswith("/GET") and declares(key)):
        return one
    return {**one, "cachingEnabled": False}


def _read_all(value: str | None) -> dict[str, Any]:
    """Read what replaces all settings: by methods, as GetStage shows them. Raises Fault."""
    settings: dict[str, Any] = {}
    for name, written in json_object(value).items():
        key = _method(name.replace("~1", "/").split("/"))
        if key is None or key in settings or not isinstance(written, dict):
            raise bad_request(f"Invalid method setting: {name}")
        one = settings[key] = dict(_BUILT_IN)
        for member, item in written.items():
            if member not in _MEMBERS or (type(item) is bool) != (_MEMBERS[member] is flag):
                raise bad_request(f"Invalid method setting: {name} {member}")
            one[member] = _MEMBERS[member](str(item))
    return settings


def _unknown(path: object) -> Fault:
    return bad_request(f"Invalid method setting path: {path}. Must be one of: {_CHOICES}")


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


def _method(tokens: Sequence[str]) -> str | None:
    """Name the methods of a path and a verb, or all; None for what no setting can be for."""
    if len(tokens) < 2:
        return None
    key = _key(tokens)
    named = tokens[-1] in VERBS and "*" not in tokens[:-1]
    return key if key == ALL_METHODS or named else None


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
_MEMBERS = dict(_SETTINGS.values())
"""By AWS's members: how their values are read."""
_OF_ANY = (
    "{0}/metrics/enabled, {0}/logging/dataTrace, {0}/logging/loglevel, {0}/throttling/burstLimit"
    "{1}{0}/throttling/rateLimit{1}{0}/caching/ttlInSeconds, {0}/caching/enabled, "
    "{0}/caching/dataEncrypted, {0}/caching/requireAuthorizationForCacheControl, "
    "{0}/caching/unauthorizedCacheControlHeaderStrategy"
)
_CHOICES = (
    "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, "
    "/clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, "
    "/accessLogSettings/format, "
    f"{_OF_ANY.format('/{resourcePath}/{httpMethod}', '')}, {_OF_ANY.format('/*/*', ' ')}, "
    "/variables/{variable_name}, /tracingEnabled]"
)
"""As AWS writes them, though it takes others too."""
