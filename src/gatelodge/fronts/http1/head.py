"""The head of a request: what llhttp lets pass and a gateway must not.

Two readers that disagree about where a message ends are how requests are smuggled, so everything
that can be read in two ways is refused (RFC 9112, sections 2.2, 5.2, 6.1, 11.2).
"""

from urllib.parse import urlsplit

from gatelodge.messages import Headers


class Framing:
    """How the body of a request is delimited, and what its head asks of the connection."""

    __slots__ = ("chunked", "expects_continue", "length")

    def __init__(self, length: int, *, chunked: bool, expects_continue: bool) -> None:
        self.length = length
        self.chunked = chunked
        self.expects_continue = expects_continue


_ABOUT_BODY = frozenset({"content-length", "transfer-encoding", "expect"})
_NO_BODY = Framing(0, chunked=False, expects_continue=False)


def has_bad_lines(head: bytes, fields: int) -> bool:
    """Tell whether a head has more line ends than its fields explain.

    head: everything up to and with the empty line; fields: how many the parser found in it. A bare
    carriage return or line feed, or a folded field (RFC 9112, 2.2 and 5.2), makes a line more.
    """
    return len(head.splitlines()) != fields + 2


def bad_framing(method: str, version: str, headers: Headers) -> str:
    """Say what is wrong with the fields that frame or address a message; empty when nothing is."""
    index = headers.index
    if len(index) != len(headers.pairs):
        for name in ("host", "content-length", "transfer-encoding"):
            if name in index and len(headers.all(name)) > 1:
                return f"a repeated {name} field"
    if version == "1.1" and "host" not in index:
        return "no Host field"
    if method == "CONNECT":
        return "the CONNECT method"
    coding = index.get("transfer-encoding")
    if coding is not None:
        if "content-length" in index:
            return "both Content-Length and Transfer-Encoding"
        if version != "1.1" or coding.lower() != "chunked":
            return "a transfer coding other than chunked"
    length = index.get("content-length")
    if length is not None and not (length.isascii() and length.isdigit()):
        return "a Content-Length that is no number"
    return ""


def framing(headers: Headers) -> Framing:
    """Read the framing of a head that bad_framing found nothing wrong with."""
    index = headers.index
    if index.keys().isdisjoint(_ABOUT_BODY):
        return _NO_BODY
    return Framing(
        int(index.get("content-length", "0")),
        chunked="transfer-encoding" in index,
        expects_continue=index.get("expect", "").lower() == "100-continue",
    )


def split_target(target: str, headers: Headers) -> tuple[str, str] | None:
    """Take a request target apart into raw path and raw query; None when it is refused.

    An absolute-form target must agree with the Host field; `*` is no resource of an API.
    """
    if not target.startswith("/"):
        parts = urlsplit(target)
        if parts.scheme not in ("http", "https") or parts.netloc != headers.get("host"):
            return None
        target = target[target.index("//") + 2 + len(parts.netloc) :] or "/"
        if target.startswith("?"):
            target = f"/{target}"
    path, _, query = target.partition("?")
    return path, query


def wants_close(version: str, headers: Headers) -> bool:
    """Tell whether the connection ends after this message."""
    connection = headers.index.get("connection")
    if connection is None:
        return version != "1.1"
    options = {option.strip().lower() for option in connection.split(",")}
    return "close" in options or (version != "1.1" and "keep-alive" not in options)
