"""Which header fields cross the gateway, and under which names.

Hop-by-hop fields never cross (RFC 9110, 7.6.1). Fields of the backend that the gateway sets itself
arrive as `x-amzn-Remapped-…` (API Gateway Developer Guide, "Important notes"; reference:
gateway-responses.md section 3).
"""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

from gatelodge.context.call import Call
from gatelodge.messages import ReplyLines, Request

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
_NOT_SENT_ON_BUT_HOST = _NOT_SENT_ON - {"host"}
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
_CRLF = "\r\n"
_ORIGINS_KEPT = 1024


def request_fields(call: Call, host_line: str, *, consumed: bool) -> str:
    """Choose the field lines to send to the backend: the client's own, and where they came from.

    consumed: the request's AWS credentials were used to authorize it and go no further. Each line
    ends with CRLF.
    """
    request = call.request
    headers = request.headers
    api_id = call.api.id
    key = (host_line, consumed, api_id, request.peer_ip, request.scheme)
    known = headers.sent
    if known is not None and known[0] == key:
        return known[1]
    index = headers.index
    if (
        "user-agent" not in index
        or "host" not in index
        or headers.repeated
        or not _NOT_SENT_ON_BUT_HOST.isdisjoint(index)
        or (consumed and not CONSUMED.isdisjoint(index))
    ):
        lines = _choose_lines(call, host_line, consumed=consumed)
        lines.append(_write_origin(request, api_id))
    else:  # the everyday case
        lines = [*headers.lines]
        lines[[*index].index("host")] = host_line
        lines.append(_known_origin(index["host"], request.peer_ip, request.scheme, api_id))
    fields = _CRLF.join(lines)
    headers.sent = (key, fields)
    return fields


def _choose_lines(call: Call, host_line: str, *, consumed: bool) -> list[str]:
    headers = call.request.headers
    index = headers.index
    dropped = {
        token.strip().lower() for value in headers.all("connection") for token in value.split(",")
    } | (_NOT_SENT_ON_SIGNED if consumed else _NOT_SENT_ON)
    fields = zip(headers.lower, headers.lines, strict=True)
    lines = [host_line, *(line for name, line in fields if name not in dropped)]
    if "user-agent" not in index:
        lines.append(f"User-Agent: AmazonAPIGateway_{call.api.id}")
    return lines


def _write_origin(request: Request, api_id: str) -> str:
    """Write where a request came from."""
    headers = request.headers
    host = headers.index.get("host", "")
    if "x-forwarded-for" in headers.index:
        chain = ", ".join([*headers.all("x-forwarded-for"), request.peer_ip])
        return _origin(host, chain, request.scheme, api_id)
    return _known_origin(host, request.peer_ip, request.scheme, api_id)


@lru_cache(_ORIGINS_KEPT)
def _known_origin(host: str, peer_ip: str, scheme: str, api_id: str) -> str:
    return _origin(host, peer_ip, scheme, api_id)


def _origin(host: str, chain: str, scheme: str, api_id: str) -> str:
    _, colon, port = host.rpartition(":")
    return (
        f"X-Forwarded-For: {chain}\r\n"
        f"X-Forwarded-Proto: {scheme}\r\n"
        f"X-Forwarded-Port: {port if colon and port.isdigit() else _PORTS[scheme]}\r\n"
        f"x-amzn-apigateway-api-id: {api_id}\r\n"
    )


def response_lines(lines: Sequence[str], *, keep_length: bool) -> list[str]:
    """Choose the backend's field lines to relay; keep_length for replies to HEAD and for 304.

    There the field tells a length that no body shows.
    """
    if keep_length or not isinstance(lines, ReplyLines):
        return _relay_lines(lines, keep_length=keep_length)
    relayed = lines.relayed
    if relayed is None:
        relayed = lines.relayed = _relay_lines(lines, keep_length=False)
    return [*relayed]


def _relay_lines(lines: Sequence[str], *, keep_length: bool) -> list[str]:
    named = set().union(*map(_named, lines))
    relayed = [
        line if keep_length and _name(line) == _CONTENT_LENGTH else _relay(line)
        for line in lines
        if _name(line) not in named
    ]
    return list(filter(None, relayed))


def _name(line: str) -> str:
    return line.partition(":")[0].lower()


def _relay(line: str) -> str:
    """Give a backend's line as it goes to the client: renamed, or nothing for one that does not."""
    name = _name(line)
    if name in _NOT_RELAYED:
        return ""
    renamed = _REMAPPED.get(name)
    return line if renamed is None else renamed + line[len(name) :]


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
