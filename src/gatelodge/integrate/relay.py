"""Which header fields cross the gateway, and under which names.

Hop-by-hop fields never cross (RFC 9110, 7.6.1). Fields of the backend that the gateway sets itself
arrive as `x-amzn-Remapped-…` (API Gateway Developer Guide, "Important notes"; reference:
gateway-responses.md section 3).
"""

from collections.abc import Sequence
from urllib.parse import unquote

from gatelodge.context.call import Call
from gatelodge.messages import Lines, Request

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
_HOST_ALONE = frozenset({"host"})
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
_NAMES_OTHERS = "\0"
"""In the place of a Connection line that names other fields."""
_CRLF = "\r\n"
_ORIGINS_KEPT = 1024
# (Host field, peer, scheme, API) → where a request came from, as field lines.
_origins: dict[tuple[str, str, str, str], str] = {}


def request_fields(call: Call, host_line: str, *, consumed: bool) -> str:
    """Choose the field lines to send to the backend: the client's own, and where they came from.

    consumed: the request's AWS credentials were used to authorize it and go no further. Each line
    ends with CRLF.
    """
    request = call.request
    headers = request.headers
    key = (host_line, consumed, call.api.id, request.peer_ip, request.scheme)
    known = headers.sent
    if known is not None and known[0] == key:
        return known[1]
    fields = _write_fields(call, host_line, consumed=consumed)
    headers.sent = (key, fields)
    return fields


def _write_fields(call: Call, host_line: str, *, consumed: bool) -> str:
    request = call.request
    headers = request.headers
    index = headers.index
    dropped = (_NOT_SENT_ON_SIGNED if consumed else _NOT_SENT_ON).intersection(index)
    if dropped == _HOST_ALONE and not headers.repeated:  # the everyday case
        lines = [*headers.lines]
        lines[[*index].index("host")] = host_line
    else:
        dropped |= {
            token.strip().lower()
            for value in headers.all("connection")
            for token in value.split(",")
        }
        fields = zip(headers.lower, headers.lines, strict=True)
        lines = [host_line, *(line for name, line in fields if name not in dropped)]
    if "user-agent" not in index:
        lines.append(f"User-Agent: AmazonAPIGateway_{call.api.id}")
    return f"{_CRLF.join(lines)}\r\n{_write_origin(request, call.api.id)}"


def _write_origin(request: Request, api_id: str) -> str:
    """Write where a request came from."""
    headers = request.headers
    host = headers.index.get("host", "")
    if "x-forwarded-for" in headers.index:
        chain = ", ".join([*headers.all("x-forwarded-for"), request.peer_ip])
        return _origin(host, chain, request.scheme, api_id)
    key = (host, request.peer_ip, request.scheme, api_id)
    origin = _origins.get(key)
    if origin is None:
        if len(_origins) >= _ORIGINS_KEPT:
            _origins.clear()
        origin = _origins[key] = _origin(*key)
    return origin


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
    relayed = list(map(_relayed, lines))
    if keep_length or _NAMES_OTHERS in relayed:
        named: set[str] = set()
        for line in lines:
            named |= _named(line)
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


class _RelayedLines(Lines[str]):
    def __missing__(self, line: str) -> str:
        relayed = _NAMES_OTHERS if _named(line) else _relay(line)
        return self.keep(line, _name(line), relayed)


_relayed = _RelayedLines().__getitem__


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
