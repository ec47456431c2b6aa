"""Which header fields cross the gateway, and under which names.

Hop-by-hop fields never cross (RFC 9110, 7.6.1). Fields of the backend that the gateway sets itself
arrive as `x-amzn-Remapped-…` (API Gateway Developer Guide, "Important notes"; reference:
gateway-responses.md section 3).
"""

from collections.abc import Sequence

from gatelodge.context.call import Call
from gatelodge.messages import Pair

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Of the request: set anew by the gateway or by the connection to the backend.
_NOT_SENT_ON = _HOP_BY_HOP | {
    "host",
    "content-length",
    "expect",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-amzn-apigateway-api-id",
}
# Credentials that the gateway has consumed: a backend could replay them.
_CONSUMED = frozenset({"authorization", "x-amz-security-token"})
_NOT_SENT_ON_SIGNED = _NOT_SENT_ON | _CONSUMED
_PORTS = {"http": "80", "https": "443"}

_REMAPPED = {
    name.lower(): f"x-amzn-Remapped-{name}"
    for name in (
        "Authorization",
        "Connection",
        "Content-Length",
        "Content-MD5",
        "Date",
        "Host",
        "Max-Forwards",
        "Server",
        "User-Agent",
        "WWW-Authenticate",
        "X-Amz-Apigw-Id",
        "X-Amzn-ErrorType",
        "X-Amzn-RequestId",
    )
}
# Connection is remapped like the rest, so it is not in the set of what is dropped.
_NOT_RELAYED = (_HOP_BY_HOP | {"x-gatelodge-decision"}) - {"connection"}
_CHANGED = _NOT_RELAYED | set(_REMAPPED)


def request_fields(call: Call, host_field: str, *, consumed: bool) -> list[Pair]:
    """Choose the fields to send to the backend: the client's own, and where they came from.

    consumed: the request's AWS credentials were used to authorize it and go no further.
    """
    headers = call.request.headers
    dropped = _NOT_SENT_ON_SIGNED if consumed else _NOT_SENT_ON
    if "connection" in headers:
        dropped = dropped | {
            token.strip().lower()
            for value in headers.all("connection")
            for token in value.split(",")
        }
    fields = [("Host", host_field)]
    fields += [pair for pair in headers.pairs if pair[0].lower() not in dropped]
    _add_forwarding(fields, call)
    return fields


def _add_forwarding(fields: list[Pair], call: Call) -> None:
    request = call.request
    headers = request.headers
    if "x-forwarded-for" in headers:
        chain = ", ".join([*headers.all("x-forwarded-for"), request.peer_ip])
        fields.append(("X-Forwarded-For", chain))
    else:
        fields.append(("X-Forwarded-For", request.peer_ip))
    fields.append(("X-Forwarded-Proto", request.scheme))
    host = headers.index.get("host", "")
    _, colon, port = host.rpartition(":")
    fields.append(
        ("X-Forwarded-Port", port if colon and port.isdigit() else _PORTS[request.scheme])
    )
    fields.append(("x-amzn-apigateway-api-id", call.api.id))
    if "user-agent" not in headers:
        fields.append(("User-Agent", f"AmazonAPIGateway_{call.api.id}"))


def response_fields(headers: Sequence[Pair], *, keep_length: bool) -> list[Pair]:
    """Choose the backend's fields to relay; keep_length for replies to HEAD and for 304.

    There the field tells a length that no body shows.
    """
    lower = [name.lower() for name, _ in headers]
    if _CHANGED.isdisjoint(lower):
        return list(headers)
    also_dropped = _named_by_connection(headers)
    fields = []
    for key, pair in zip(lower, headers, strict=True):
        if key in _NOT_RELAYED or key in also_dropped:
            continue
        if key == "content-length" and keep_length:
            fields.append(pair)
        else:
            remapped = _REMAPPED.get(key)
            fields.append(pair if remapped is None else (remapped, pair[1]))
    return fields


def _named_by_connection(headers: Sequence[Pair]) -> set[str]:
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == "connection"
        for token in value.split(",")
    }
    return named - set(_REMAPPED)
