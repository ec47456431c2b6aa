"""Responses as octets: one piece for each message."""

from email.utils import formatdate
from http import HTTPStatus

from gatelodge.messages import Response

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}
_WITHOUT_BODY = frozenset({204, 304})


def date_line(now: float) -> str:
    """Write the Date field for a time in seconds since 1970."""
    return f"Date: {formatdate(int(now), usegmt=True)}"


def written(response: Response, date: str, *, head: bool, close: bool) -> bytes:
    """Write a response; head: it answers HEAD; close: the connection ends after it.

    Content-Length is the body's; a reply to HEAD and a 304 keep one that they bring. Lines are
    fit for the wire: llhttp let them pass, or messages.one_line made them so.
    """
    status = response.status
    body = response.body
    lines = [_STATUS_LINES.get(status) or f"HTTP/1.1 {status} ", *response.lines, date]
    if close:
        lines.append("Connection: close")
    if head or status in _WITHOUT_BODY:
        brings_length = any(line[:15].lower() == "content-length:" for line in response.lines)
        if head and not brings_length:
            lines.append(f"Content-Length: {len(body)}")
        lines.append("\r\n")
        return "\r\n".join(lines).encode("latin-1")
    lines.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1") + body
