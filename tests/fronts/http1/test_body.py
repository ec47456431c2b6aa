"""Messages with bodies: where they end, and how much of them is read."""

import httptools
import pytest

from gatelodge.fronts.http1.body import BodyReader, TooLargeError
from gatelodge.fronts.http1.head import Framing

HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def framed(length=0, *, chunked=False):
    return Framing(length, chunked=chunked, expects_continue=False, closes=False)


def begun(fields, framing, limit=10):
    reader = BodyReader(limit)
    reader.begin(HEAD + fields, framing)
    return reader


def test_a_body_ends_where_its_length_says():
    reader = begun(b"Content-Length: 3\r\n\r\n", framed(3))
    assert reader.feed(b"ab") == b""
    assert not reader.complete
    assert reader.feed(b"cGET /") == b"GET /"
    assert reader.complete
    assert (reader.take(), reader.closes) == (b"abc", False)


def test_messages_one_after_another():
    reader = begun(b"Content-Length: 1\r\n\r\n", framed(1))
    reader.feed(b"a")
    assert reader.take() == b"a"
    reader.begin(HEAD + CHUNKED, framed(chunked=True))
    reader.feed(b"2\r\nbc\r\n0\r\n\r\n")
    assert (reader.complete, reader.take(), reader.closes) == (True, b"bc", False)


def test_what_follows_a_chunked_body_in_one_piece_is_not_read():
    reader = begun(CHUNKED, framed(chunked=True))
    assert reader.feed(b"1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n") == b""
    assert (reader.complete, reader.take(), reader.closes) == (True, b"a", True)


@pytest.mark.parametrize(
    ("fields", "framing", "pieces"),
    [
        (b"Content-Length: 11\r\n\r\n", framed(11), ()),
        (CHUNKED, framed(chunked=True), (b"b\r\naaaaaaaaaaa\r\n",)),
        (CHUNKED, framed(chunked=True), (b"1;" + b"x" * 70_000,)),
    ],
)
def test_bodies_beyond_the_bound(fields, framing, pieces):
    def read():
        reader = begun(fields, framing)
        for piece in pieces:
            reader.feed(piece)

    with pytest.raises(TooLargeError):
        read()


def test_an_upgrade_is_answered_as_it_stands_and_ends_the_connection():
    upgrade = b"Connection: upgrade\r\nUpgrade: h2c\r\n"
    reader = begun(upgrade + b"\r\n", framed())
    assert (reader.complete, reader.closes, reader.take()) == (True, True, b"")
    with pytest.raises(httptools.HttpParserError, match="anybody's guess"):
        begun(upgrade + b"Content-Length: 1\r\n\r\n", framed(1))


@pytest.mark.parametrize("octets", [b"x\r\n", b"1\r\nab\r\n"])
def test_what_is_no_chunk(octets):
    with pytest.raises(httptools.HttpParserError):
        begun(CHUNKED, framed(chunked=True)).feed(octets)
