"""One client connection: framing, order, and the patience that slow clients get."""

import asyncio
from ipaddress import ip_network

import pytest
from tests.fronts.http1.doors import play, until

from gatelodge.messages import Response

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: x\r\n"
LONG = {"head_time": 30.0, "body_time": 30.0, "idle_time": 30.0}


def test_answers_come_in_order_however_they_are_made():
    """The second is made before the first, and waits for it."""
    kept = []

    def handle(request, connection):
        if not kept:
            kept.append((request, connection))
            return
        raise AssertionError("the next request came before the first was answered")

    async def scenario(connect, door):
        client = await connect()
        client.send(GET, GET.replace(b"/a", b"/b"))
        await until(lambda: kept)
        await asyncio.sleep(0.05)
        request, connection = kept.pop()
        connection.respond(Response(200, (), b"first"))
        await until(lambda: kept)
        request, connection = kept.pop()
        assert request.raw_path == "/b"
        connection.respond(Response(200, (), b"second"))
        return [(await client.answer())[1] for _ in range(2)]

    assert play(scenario, handle) == [b"first", b"second"]


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (POST + b"Content-Length: 3\r\n\r\nabc", b"POST /a [abc]"),
        (POST + b"Content-Length: 0\r\n\r\n", b"POST /a []"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"POST /a [abc]"),
        (
            POST + b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n2\r\nbc\r\n0\r\nT: 1\r\n\r\n",
            b"POST /a [abc]",
        ),
        (b"\r\n" + GET, b"GET /a []"),
        (GET.replace(b"GET", b"DELETE"), b"DELETE /a []"),
    ],
)
@pytest.mark.parametrize("piece", [0, 1, 5])
def test_requests_in_pieces(sent, body, piece):
    async def scenario(connect, door):
        client = await connect()
        for start in range(0, len(sent), piece or len(sent)):
            client.send(sent[start : start + (piece or len(sent))])
            await asyncio.sleep(0.001 if piece else 0)
        assert (await client.answer())[1] == body
        client.send(GET)
        return (await client.answer())[1]

    assert play(scenario) == b"GET /a []"


def test_a_client_that_waits_for_the_word_gets_it_once():
    async def scenario(connect, door):
        client = await connect()
        client.send(POST + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"abc")
        head, body = await client.answer()
        assert head.startswith(b"HTTP/1.1 200 ")
        assert body == b"POST /a [abc]"
        # Who does not wait is not told.
        client.send(POST + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc")
        assert (await client.answer())[0].startswith(b"HTTP/1.1 200 ")

    play(scenario)


def test_a_body_that_is_announced_too_large_is_not_waited_for():
    async def scenario(connect, door):
        client = await connect()
        client.send(POST + b"Content-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        return await client.rest()

    answer = play(scenario, body=10)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (POST + b"Content-Length: 10\r\n\r\n" + b"a" * 10, b"200"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\na\r\n" + b"a" * 10 + b"\r\n0\r\n\r\n", b"200"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nb\r\n" + b"a" * 11 + b"\r\n0\r\n\r\n", b"413"),
        (POST + b"X: " + b"a" * 1000 + b"\r\n\r\n", b"431"),
        (POST + b"X: " + b"a" * 1000, b"431"),
        (b"GET /" + b"a" * 1000, b"431"),
    ],
)
def test_sizes(sent, status):
    async def scenario(connect, door):
        client = await connect()
        client.send(sent)
        return (await client.answer())[0]

    assert play(scenario, body=10, head=500).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    ("sent", "limit", "status"),
    [
        (b"", "idle_time", b""),
        (b"GET /a HT", "head_time", b"HTTP/1.1 408 "),
        (POST + b"Content-Length: 3\r\n\r\nab", "body_time", b"HTTP/1.1 408 "),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n", "body_time", b"HTTP/1.1 408 "),
        (POST + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", "body_time", b"HTTP/1.1 100"),
    ],
)
def test_slow_clients_are_not_waited_for(sent, limit, status):
    async def scenario(connect, door):
        client = await connect()
        client.send(sent)
        return await client.rest()

    answer = play(scenario, **{**LONG, limit: 0.3})
    assert answer.startswith(status)
    assert (answer == b"") is (status == b"")


def test_an_octet_now_and_then_does_not_make_a_head_last():
    async def scenario(connect, door):
        client = await connect()
        answer = asyncio.ensure_future(client.rest())
        for octet in b"GET /a HTTP/1.1\r\nHost: " + b"x" * 500:
            client.send(bytes([octet]))
            await asyncio.sleep(0.02)
            if answer.done():
                return answer.result()
        answer.cancel()
        return b"it went on for ever"

    assert play(scenario, **{**LONG, "head_time": 0.5}).startswith(b"HTTP/1.1 408 ")


def test_an_answer_takes_as_long_as_it_takes():
    def handle(request, connection):
        asyncio.get_running_loop().call_later(
            1.0, connection.respond, Response(200, (), b"at last")
        )

    async def scenario(connect, door):
        client = await connect()
        client.send(GET)
        return (await client.answer())[1]

    limits = {"head_time": 0.2, "body_time": 0.2, "idle_time": 0.2}
    assert play(scenario, handle, **limits) == b"at last"


def test_a_client_that_reads_nothing_is_given_up():
    large = bytes(30_000_000)

    def handle(request, connection):
        connection.respond(Response(200, (), large))

    async def scenario(connect, door):
        client = await connect()
        client.writer.transport.pause_reading()
        client.send(GET)
        await asyncio.sleep(1.5)
        client.writer.transport.resume_reading()
        return len(await client.rest())

    assert play(scenario, handle, **{**LONG, "idle_time": 0.5}) < len(large)


@pytest.mark.parametrize(
    ("sent", "closes"),
    [
        (GET, False),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", True),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n", True),
        (b"GET /a HTTP/1.0\r\nHost: x\r\n\r\n", True),
        (b"GET /a HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", False),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", True),
    ],
)
def test_who_closes(sent, closes):
    async def scenario(connect, door):
        client = await connect()
        client.send(sent)
        head, _ = await client.answer()
        assert head.startswith(b"HTTP/1.1 200 ")
        assert (b"Connection: close" in head) is closes
        client.send(GET)
        return await client.rest() if closes else (await client.answer())[1]

    assert play(scenario) == (b"" if closes else b"GET /a []")


def test_an_answer_for_a_client_that_left_is_thrown_away():
    kept = []

    async def scenario(connect, door):
        client = await connect()
        client.send(GET)
        await until(lambda: kept)
        client.writer.transport.abort()
        await asyncio.sleep(0.1)
        kept[0].respond(Response(200, (), b"too late"))
        other = await connect()
        other.send(GET)
        await until(lambda: len(kept) == 2)
        kept[1].respond(Response(200, (), b"in time"))
        return (await other.answer())[1]

    assert play(scenario, lambda _, connection: kept.append(connection)) == b"in time"


def test_whose_address_counts():
    seen = []

    def handle(request, connection):
        seen.append((request.source_ip, request.scheme, request.peer_ip))
        connection.respond(Response(204))

    fields = b"X-Forwarded-For: 203.0.113.9, 10.0.0.1\r\nX-Forwarded-Proto: https\r\n\r\n"

    async def scenario(connect, door):
        client = await connect()
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\n" + fields)
        await client.reader.readuntil(b"\r\n\r\n")

    play(scenario, handle)
    play(scenario, handle, trusted=(ip_network("127.0.0.1"),))
    play(scenario, handle, trusted=(ip_network("127.0.0.1"), ip_network("10.0.0.0/8")))
    assert seen == [
        ("127.0.0.1", "http", "127.0.0.1"),
        ("10.0.0.1", "https", "127.0.0.1"),
        ("203.0.113.9", "https", "127.0.0.1"),
    ]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /b HTTP/1.1", b"200"),
        (b"GET /b HTTP/1.0", b"200"),
        (b"GET /b c HTTP/1.1", b"400"),
        (b"GET /b\x01 HTTP/1.1", b"400"),
        (b"CONNECT b:1 HTTP/1.1", b"400"),
        (b"FROB /b HTTP/1.1", b"400"),
    ],
)
def test_fields_that_are_repeated_vouch_for_no_request_line(line, status):
    fields = b"\r\nHost: x\r\nX-A: 1\r\n\r\n"

    async def scenario(connect, door):
        client = await connect()
        client.send(b"GET /a HTTP/1.1" + fields)
        await client.answer()
        client.send(line + fields)
        return (await client.answer())[0]

    head = play(scenario)
    assert head.split()[1] == status
    assert (b"Connection: close" in head) == (line != b"GET /b HTTP/1.1")
