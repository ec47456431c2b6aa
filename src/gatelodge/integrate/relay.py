"""Which header fields cross the gateway, and under which names.

Hop-by-hop fields never cross (RFC 9110, 7.6.1). Fields of the backend that the gateway sets itself
arrive as `x-amzn-Remapped-…` (API Gateway Developer Guide, "Important notes"; reference:
gateway-responses.md section 3).
"""

from collections.abc import Sequence
from urllib.parse import unquote

from gatelodge.context.call import Call
from gatelodge.messages import Request

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
CONSUMED = frozenset({"authorization", "x-amz-security-token"})
_NOT_SENT_ON_SIGNED = _NOT_SENT_ON | CONSUMED
# The parameters of a presigned URL (reference: sigv4.md section 1).
_PRESIGNED = frozenset(
    {
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    }
)
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
_CONTENT_LENGTH, _CONNECTION = "content-length", "connection"
_PLAIN_CONNECTION = frozenset({"keep-alive", "close"})
_SECRET = frozenset({"set-cookie", "set-cookie2"})
_LINES_KEPT = 1024
_LONGEST_KEPT = 256
# Backends say the same in reply after reply: lines → what becomes of them, "" for nothing.
_relayed: dict[str, str] = {}
_FORWARDINGS_KEPT = 1024
# (Host field, peer, scheme, API) → where a request came from, as fields.
_forwardings: dict[tuple[str, str, str, str], tuple[str, ...]] = {}


def request_lines(call: Call, host_line: str, *, consumed: bool) -> list[str]:
    """Choose the field lines to send to the backend: the client's own, and where they came from.

    consumed: the request's AWS credentials were used to authorize it and go no further.
    """
    request = call.request
    headers = request.headers
    index = headers.index
    dropped = _NOT_SENT_ON_SIGNED if consumed else _NOT_SENT_ON
    if "connection" in index:
        dropped = dropped | {
            token.strip().lower()
            for value in headers.all("connection")
            for token in value.split(",")
        }
    lines = [host_line]
    lines += [
        line for name, line in zip(headers.lower, headers.lines, strict=True) if name not in dropped
    ]
    if "user-agent" not in index:
        lines.append(f"User-Agent: AmazonAPIGateway_{call.api.id}")
    chain = request.peer_ip
    if "x-forwarded-for" in index:
        chain = ", ".join([*headers.all("x-forwarded-for"), chain])
        return [*lines, *_forwarding(request, chain, call.api.id)]
    key = (index.get("host", ""), chain, request.scheme, call.api.id)
    forwarding = _forwardings.get(key)
    if forwarding is None:
        if len(_forwardings) >= _FORWARDINGS_KEPT:
            _forwardings.clear()
        forwarding = _forwardings[key] = _forwarding(request, chain, call.api.id)
    lines += forwarding
    return lines


def _forwarding(request: Request, chain: str, api_id: str) -> tuple[str, ...]:
    """Write where a request came from."""
    _, colon, port = request.headers.index.get("host", "").rpartition(":")
    return (
        f"X-Forwarded-For: {chain}",
        f"X-Forwarded-Proto: {request.scheme}",
        f"X-Forwarded-Port: {port if colon and port.isdigit() else _PORTS[request.scheme]}",
        f"x-amzn-apigateway-api-id: {api_id}",
    )


def response_lines(lines: Sequence[str], *, keep_length: bool) -> list[str]:
    """Choose the backend's field lines to relay; keep_length for replies to HEAD and for 304.

    There the field tells a length that no body shows.
    """
    if not keep_length:
        relayed = list(map(_relayed.get, lines))
        if None not in relayed:
            return list(filter(None, relayed))
    chosen = []
    named: set[str] = set()
    for line in lines:
        name = line.partition(":")[0].lower()
        if name == _CONTENT_LENGTH and keep_length:
            chosen.append(line)
            continue
        if name == _CONNECTION:
            named |= _named(line)
        chosen.append(_relayed.get(line) or _relay(name, line))
    return [line for line in chosen if line and line.partition(":")[0].lower() not in named]


def _relay(name: str, line: str) -> str:
    """Work out what becomes of a line, and remember it when it is short and holds no secret."""
    if name in _NOT_RELAYED:
        relayed = ""
    else:
        renamed = _REMAPPED.get(name)
        relayed = line if renamed is None else renamed + line[len(name) :]
    if len(line) <= _LONGEST_KEPT and name not in _SECRET and not _named(line):
        if len(_relayed) >= _LINES_KEPT:
            _relayed.clear()
        _relayed[line] = relayed
    return relayed


def _named(line: str) -> set[str]:
    """Give the fields that a Connection line names; nothing for another line."""
    name, _, value = line.partition(":")
    if name.lower() != _CONNECTION:
        return set()
    return {token.strip().lower() for token in value.split(",")} - _PLAIN_CONNECTION


def without_credentials(raw_query: str) -> str:
    """Take a presigned URL's parameters out of the query: a backend could replay them."""
    # A name may be escaped: what counts is what it stands for.
    if "X-Amz-" not in raw_query and "%" not in raw_query:
        return raw_query
    return "&".join(
        pair for pair in raw_query.split("&") if unquote(pair.partition("=")[0]) not in _PRESIGNED
    )
