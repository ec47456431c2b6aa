"""One reply of a backend, in whatever pieces it comes: what is relayed, and what is refused."""

import asyncio

import pytest
from tests.world.test_http import OK, play

from gatelodge.integrate.questions import Unreachable, Unreached
from gatelodge.world import http_connection


def replies(octets, *, close=False, piece=0):
    async def script(backend, reader, writer):
        while True:
            await backend.request(reader)
            for start in range(0, len(octets), piece or len(octets)):
                writer.write(octets[start : start + (piece or len(octets))])
                await writer.drain()
                if piece:
                    await asyncio.sleep(0.001)
            if close:
                return

    return script


def ask(script, method="GET", again=False, **more):
    """Send one request, or two; gives the replies and the number of connections."""

    async def scenario(client, backend):
        got = [await client.send(method, **more)]
        if again:
            got.append(await client.send(method, **more))
        return got, backend.connections

    return play(scenario, script)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"


@pytest.mark.parametrize("piece", [0, 1, 7])
@pytest.mark.parametrize(
    ("octets", "body"),
    [
        (OK, b"ok"),
        (CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: 1\r\n\r\n", b"abcde"),
        (INTERIM + OK, b"ok"),
        (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b""),
    ],
)
def test_replies_in_pieces(octets, body, piece):
    got, connections = ask(replies(octets, piece=piece), again=True)
    assert [reply.body for reply in got] == [body, body]
    assert connections == 1


def test_lines_are_relayed_as_they_came():
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie:b\r\nX:  \xe9 \r\n"
    head += b"Content-Length: 0\r\n\r\n"
    (reply,), _ = ask(replies(head))
    assert reply.lines[:3] == ["Set-Cookie: a", "set-cookie:b", "X:  \xe9 "]


def test_a_body_that_ends_with_the_connection():
    octets = b"HTTP/1.1 200 OK\r\n\r\nuntil the end"
    got, connections = ask(replies(octets, close=True), again=True)
    assert [reply.body for reply in got] == [b"until the end"] * 2
    assert connections == 2


@pytest.mark.parametrize(
    ("head", "used"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 1),
        # It would end with the connection, if there were one.
        (b"HTTP/1.1 404 Not Found\r\n\r\n", 2),
    ],
)
def test_head_has_no_body_whatever_it_says(head, used):
    got, connections = ask(replies(head), "HEAD", again=True)
    assert [reply.body for reply in got] == [b"", b""]
    assert connections == used


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
        OK + b"poison",
    ],
)
def test_connections_that_are_not_used_again(octets):
    """Nor is what a backend sends beyond its reply anybody else's answer."""
    got, connections = ask(replies(octets), again=True)
    assert [reply.body for reply in got] == [b"ok", b"ok"]
    assert connections == 2


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"nonsense\r\n\r\n", Unreached.MALFORMED),
        (b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", Unreached.MALFORMED),
        (b"HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 0\r\n\r\n", Unreached.MALFORMED),
        (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", Unreached.MALFORMED),
        (b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n", Unreached.MALFORMED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Unreached.MALFORMED),
        (CHUNKED + b"zz\r\n", Unreached.MALFORMED),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            Unreached.MALFORMED,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", Unreached.BROKEN),
        (CHUNKED + b"3\r\nab", Unreached.BROKEN),
        (b"", Unreached.BROKEN),
        (
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            Unreached.MALFORMED,
        ),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000, Unreached.TOO_LARGE),
    ],
)
def test_what_is_no_reply(octets, reason):
    (reply,), _ = ask(replies(octets, close=True))
    assert isinstance(reply, Unreachable)
    assert reply.reason is reason


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_body_beyond_the_bound(framing, monkeypatch):
    monkeypatch.setattr(http_connection, "MAX_BODY", 1000)
    octets = {
        "length": b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"a" * 1001,
        "chunked": CHUNKED + b"3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n",
    }[framing]
    (reply,), _ = ask(replies(octets))
    assert reply.reason is Unreached.TOO_LARGE


def test_requests_are_framed_by_their_length():
    async def scenario(client, backend):
        for method, body in (("POST", b""), ("POST", b"abc"), ("GET", b""), ("GET", b"abc")):
            assert (await client.send(method, body)).status == 200
        return backend.requests

    requests = play(scenario, replies(OK))
    assert [body for _, body in requests] == [b"", b"abc", b"", b"abc"]
