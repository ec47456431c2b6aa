"""Condition keys of a request, worked out only when a policy asks for them."""

from collections.abc import Callable, Mapping

from gatelodge import iam
from gatelodge.messages import Request


class RequestKeys:
    """The condition keys of one call: the request's own, then the caller's.

    Satisfies iam.Keys. A header that was not sent leaves its key absent; aws:SourceVpc,
    aws:SourceVpce and aws:VpcSourceIp belong to private APIs and are always absent.
    """

    __slots__ = ("_principal", "_request")

    def __init__(self, request: Request, principal: Mapping[str, iam.Value]) -> None:
        self._request = request
        self._principal = principal

    def get(self, key: str, /) -> iam.Value | None:
        """Return the value of a key (lower case), None when it is absent."""
        read = _READ.get(key)
        if read is not None:
            return read(self._request)
        return self._principal.get(key)


def anonymous_keys(request: Request) -> RequestKeys:
    """Return the keys of a caller whom nobody authenticated: the request's own and no others.

    API Gateway has aws:PrincipalType and its kin only for IAM callers (resource-policy.md
    section 2), unlike IAM at large.
    """
    return RequestKeys(request, _NOBODY)


_NOBODY: Mapping[str, iam.Value] = {}

_READ: dict[str, Callable[[Request], iam.Value | None]] = {
    "aws:sourceip": lambda request: request.source_ip,
    "aws:currenttime": lambda request: f"{request.received_at:%Y-%m-%dT%H:%M:%SZ}",
    "aws:epochtime": lambda request: str(int(request.received_at.timestamp())),
    "aws:securetransport": lambda request: "true" if request.scheme == "https" else "false",
    "aws:referer": lambda request: request.headers.index.get("referer"),
    "aws:useragent": lambda request: request.headers.index.get("user-agent"),
}

NAMES = tuple(_READ)
"""The request's own keys."""
