"""The targets of parameter mappings: which names a mapped header field or parameter may have."""

import re
from collections.abc import Container, Iterable

from gatelodge.openapi.problems import Problems

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110, 5.6.2
_TARGET = re.compile(r"integration\.request\.(header|path|querystring)\.(.+)", re.DOTALL)
_ANSWER = re.compile(r"gatewayresponse\.(header|path|querystring)\.(.+)", re.DOTALL)
_REPLY = re.compile(r"method\.response\.(header)\.(.+)", re.DOTALL)
_KEY = re.compile(
    r"method\.request\.(header|path|querystring|multivalueheader|multivaluequerystring)\.(.+)",
    re.DOTALL,
)
# What frames a message or belongs to one connection is the gateway's own (RFC 9110, 7.6.1): a
# mapped value would make two ends disagree about where a message ends.
_GATEWAYS_OWN = {
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


def request_targets(targets: Iterable[str], problems: Problems) -> set[str]:
    """Check `integration.request.…`; gives the names of the path parameters that are mapped."""
    told = "the target is integration.request.header, .path or .querystring with a name"
    return _check(targets, _TARGET, told, problems)


def gateway_response_targets(targets: Iterable[str], problems: Problems) -> None:
    """Check `gatewayresponse.…`; positions other than the header have no effect on an answer."""
    _check(targets, _ANSWER, "the target is gatewayresponse.header.NAME", problems)


def method_response_targets(targets: Iterable[str], problems: Problems) -> None:
    """Check `method.response.header.…`."""
    _check(targets, _REPLY, "the target is method.response.header.NAME", problems)


def check_cache_keys(
    keys: Iterable[str], mapped: Container[str], in_path: Container[str], problems: Problems
) -> None:
    """Check what tells kept replies apart: one that is never there would tell nothing apart.

    mapped: the integration's own parameters; in_path: names of the path's.
    """
    for number, key in enumerate(keys):
        match = _KEY.fullmatch(key)
        if key in mapped:
            continue
        if match is None:
            told = (
                f"{key!r} is no parameter: use method.request.header, .path or .querystring with "
                "a name, or what requestParameters maps"
            )
            problems.add(told, str(number))
        elif match[1] == "path" and match[2] not in in_path:
            told = f"the path of this resource has no parameter {{{match[2]}}}"
            problems.add(told, str(number))


def _check(
    targets: Iterable[str], pattern: re.Pattern[str], told: str, problems: Problems
) -> set[str]:
    in_path = set()
    for target in targets:
        match = pattern.fullmatch(target)
        if match is None:
            problems.add(told, target)
        elif match[1] == "header" and not _TOKEN.fullmatch(match[2]):
            problems.add(f"{match[2]!r} is not the name of a header field", target)
        elif match[1] == "header" and match[2].lower() in _GATEWAYS_OWN:
            problems.add(f"the gateway sets {match[2]} itself", target)
        elif match[1] == "path":
            in_path.add(match[2])
    return in_path
