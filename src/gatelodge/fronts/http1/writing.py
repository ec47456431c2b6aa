"""Responses as octets: one piece for each message."""

import re
from email.utils import formatdate
from http import HTTPStatus

from gatelodge.messages import Response

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}
_BREAKS = re.compile("[\r\n\0]")
_WITHOUT_BODY = frozenset({204, 304})


class DateField:
    """The Date field, written once a second."""

    __slots__ = ("_second", "_text")

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def at(self, now: float) -> str:
        """Give the field for a time in seconds since 1970."""
        second = int(now)
        if second != self._second:
            self._second = second
            self._text = f"Date: {formatdate(second, usegmt=True)}"
        return self._text


def written(response: Response, date: str, *, head: bool, connection: str) -> bytes:
    """Write a response; head: it answers HEAD; connection: the Connection field's value, or none.

    Content-Length is the body's; a reply to HEAD and a 304 keep one that they bring. A value with
    a line break in it (a mapping can make one of an escaped query) loses the break.
    """
    status = response.status
    body = response.body
    lines = [_STATUS_LINES.get(status) or f"HTTP/1.1 {status} "]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines.append(date)
    if connection:
        lines.append(f"Connection: {connection}")
    bodiless = head or status in _WITHOUT_BODY
    brings_length = bodiless and any(
        name.lower() == "content-length" for name, _ in response.headers
    )
    if status != 204 and not brings_length and (status != 304 or body):
        lines.append(f"Content-Length: {len(body)}")
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1:
        text = "\r\n".join(_BREAKS.sub("", line) for line in lines)
    text += "\r\n\r\n"
    try:
        octets = text.encode("latin-1")
    except UnicodeEncodeError:
        octets = text.encode()
    return octets if bodiless else octets + body
