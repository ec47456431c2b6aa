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
# Connection is remapped like the rest, so it is not among what is dropped.
_NOT_RELAYED = (_HOP_BY_HOP | {"x-gatelodge-decision"}) - {"connection"}
# What becomes of a field, by its name as backends spell it (bounded): the name it gets, or one of
# these two.
_PASS, _DROP = "(pass)", "(drop)"
_LENGTH, _CONNECTION = _REMAPPED["content-length"], _REMAPPED["connection"]
_UNKNOWN = ""
_treatments: dict[str, str] = {}
_TREATMENTS_KEPT = 1024
_PLAIN_CONNECTION = frozenset({"keep-alive", "close", "Keep-Alive", "Close"})


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
    fields += [
        pair for name, pair in zip(headers.lower, headers.pairs, strict=True) if name not in dropped
    ]
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
    fields = []
    named: set[str] = set()
    for pair in headers:
        name, value = pair
        treatment = _treatments.get(name, _UNKNOWN) or _remember(name)
        if treatment is _PASS or (treatment is _LENGTH and keep_length):
            fields.append(pair)
        elif treatment is not _DROP:
            fields.append((treatment, value))
            if treatment is _CONNECTION and value not in _PLAIN_CONNECTION:
                named |= {token.strip().lower() for token in value.split(",")}
    if named:
        fields = [pair for pair in fields if pair[0].lower() not in named]
    return fields


def _remember(name: str) -> str:
    """Work out what becomes of a field."""
    if len(_treatments) >= _TREATMENTS_KEPT:
        _treatments.clear()
    lower = name.lower()
    treatment = _DROP if lower in _NOT_RELAYED else _REMAPPED.get(lower, _PASS)
    _treatments[name] = treatment
    return treatment
