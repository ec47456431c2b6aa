"""Responses as octets."""

import pytest

from gatelodge.fronts.http1.writing import date_line, written
from gatelodge.messages import Response

DATE = "Date: Fri, 02 Jan 2026 03:04:05 GMT"


def write(response, *, head=False, close=False):
    octets = written(response, DATE, head=head, close=close)
    lines, _, body = octets.partition(b"\r\n\r\n")
    return lines.decode("latin-1").split("\r\n"), body


def test_a_response():
    lines, body = write(Response(200, [("X-A", "\xe9"), ("X-A", "2")], b"body"))
    assert lines == ["HTTP/1.1 200 OK", "X-A: \xe9", "X-A: 2", DATE, "Content-Length: 4"]
    assert body == b"body"


def test_an_unknown_status_has_no_words():
    assert write(Response(599))[0][0] == "HTTP/1.1 599 "


@pytest.mark.parametrize("close", [False, True])
def test_closing_is_said(close):
    assert ("Connection: close" in write(Response(200), close=close)[0]) is close


@pytest.mark.parametrize(
    ("response", "head", "length", "body"),
    [
        (Response(200, (), b"abc"), False, "3", b"abc"),
        (Response(200, (), b""), False, "0", b""),
        # What a reply to HEAD says of the body that it leaves out stays.
        (Response(200, [("Content-Length", "9")], b""), True, "9", b""),
        (Response(403, (), b"abc"), True, "3", b""),
        (Response(204, (), b""), False, None, b""),
        (Response(304, (), b""), False, None, b""),
        (Response(304, [("content-length", "9")], b""), False, "9", b""),
    ],
)
def test_length_and_body(response, head, length, body):
    lines, sent = write(response, head=head)
    lengths = [line.partition(": ")[2] for line in lines if line.lower().startswith("content-l")]
    assert lengths == ([] if length is None else [length])
    assert sent == body


def test_the_date():
    assert date_line(1767323045.9) == DATE
    assert date_line(1767323046.0) == DATE.replace(":05 ", ":06 ")
