"""The head of a request: what llhttp lets pass and a gateway must not.

Two readers that disagree about where a message ends are how requests are smuggled, so everything
that can be read in two ways is refused (RFC 9112, sections 2.2, 5.2, 6.1, 11.2).
"""

from urllib.parse import urlsplit

from gatelodge.messages import Headers

HTTP_1_1 = "HTTP/1.1"
_VERSIONS = frozenset({"HTTP/1.0", HTTP_1_1})


class Framing:
    """How the body of a request is delimited, and what its head asks of the connection."""

    __slots__ = ("chunked", "closes", "expects_continue", "length")

    def __init__(self, length: int, *, chunked: bool, expects_continue: bool, closes: bool) -> None:
        self.length = length
        self.chunked = chunked
        self.expects_continue = expects_continue
        self.closes = closes
        """The connection ends after this message."""


VERBS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""Of API Gateway's methods; any other is for llhttp to know."""
_ABOUT_MESSAGE = frozenset({"connection", "content-length", "expect", "transfer-encoding"})


def has_plain_fields(headers: Headers) -> bool:
    """Tell whether fields can be read in one way only, and say that no body follows."""
    index = headers.index
    return "host" in index and not headers.repeated and _ABOUT_MESSAGE.isdisjoint(index)


def read_framing(method: str, target: str, version: str, headers: Headers) -> Framing | None:
    """Read what frames and addresses a message; None when it can be read in two ways."""
    index = headers.index
    if bad_framing(method, version, headers) or bad_target(target, headers):
        return None
    return Framing(
        int(index.get("content-length", "0")),
        chunked="transfer-encoding" in index,
        expects_continue=index.get("expect", "").lower() == "100-continue",
        closes=_wants_close(version, index.get("connection")),
    )


def bad_framing(method: str, version: str, headers: Headers) -> str:
    """Say what is wrong with the fields that frame or address a message; empty when nothing is."""
    index = headers.index
    for name in ("host", "content-length", "transfer-encoding"):
        if len(headers.all(name)) > 1:
            return f"a repeated {name} field"
    if version not in _VERSIONS:
        return "another version of HTTP"
    if version == HTTP_1_1 and "host" not in index:
        return "no Host field"
    if method == "CONNECT":
        return "the CONNECT method"
    coding = index.get("transfer-encoding")
    if coding is not None:
        if "content-length" in index:
            return "both Content-Length and Transfer-Encoding"
        if version != HTTP_1_1 or coding.lower() != "chunked":
            return "a transfer coding other than chunked"
    length = index.get("content-length")
    if length is not None and not (length.isascii() and length.isdigit()):
        return "a Content-Length that is no number"
    return ""


def bad_target(target: str, headers: Headers) -> str:
    """Say what is wrong with a request target; empty when nothing is.

    An absolute-form target must agree with the Host field; `*` is no resource of an API.
    """
    if "\r" in target or "\n" in target:
        return "a line end"
    if target.startswith("/"):
        return ""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "no URL"
    if parts.scheme not in ("http", "https") or parts.netloc != headers.get("host"):
        return "a URL of another host"
    return ""


def split_absolute(target: str) -> tuple[str, str]:
    """Take a good target in absolute form apart into raw path and raw query."""
    rest = target[target.index("//") + 2 + len(urlsplit(target).netloc) :] or "/"
    path, _, query = rest.partition("?")
    return path or "/", query


def _wants_close(version: str, connection: str | None) -> bool:
    """Tell whether the connection ends after this message; `connection`: that field's value."""
    if connection is None:
        return version != HTTP_1_1
    options = {option.strip().lower() for option in connection.split(",")}
    return "close" in options or (version != HTTP_1_1 and "keep-alive" not in options)


def bad_octets_so_far(start: bytes) -> bool:
    """Tell whether the start of a head can no longer become a good one."""
    lines = start.count(b"\r\n")
    bare_returns = start.count(b"\r") - lines - (1 if start.endswith(b"\r") else 0)
    return start.count(b"\n") != lines or bare_returns > 0 or b"\0" in start
