"""The pool of backend connections: kept, retried where safe, bounded in number and time."""

import asyncio
import ssl

import pytest
from tests.certificates import self_signed

from gatelodge.integrate.questions import Origin, SendHttp, Unreachable, Unreached
from gatelodge.world import http
from gatelodge.world.answers import PENDING
from gatelodge.world.http import Upstream
from gatelodge.world.outbox import Outbox

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Backend:
    """Plays one script for each connection, in their order; the last one again and again."""

    def __init__(self, *scripts):
        self.scripts = scripts
        self.connections = 0
        self.requests = []

    async def serve(self, reader, writer):
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        try:
            await script(self, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def request(self, reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = 0
        for line in head.split("\r\n"):
            if line.lower().startswith("content-length:"):
                length = int(line.partition(":")[2])
        self.requests.append((head.partition("\r\n")[0], await reader.readexactly(length)))


async def answers(backend, reader, writer):
    while True:
        await backend.request(reader)
        writer.write(OK)


def answers_then_closes(count):
    async def script(backend, reader, writer):
        for _ in range(count):
            await backend.request(reader)
            writer.write(OK)
        await backend.request(reader)  # and never answers

    return script


async def closes_when_idle(backend, reader, writer):
    await backend.request(reader)
    writer.write(OK)
    await writer.drain()


async def silent(backend, reader, writer):
    del writer
    await backend.request(reader)
    await asyncio.sleep(60)


async def resets(backend, reader, writer):
    await backend.request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.transport.abort()


class Client:
    def __init__(self, port, scheme="http", host="127.0.0.1", *, verify=True):
        loop = asyncio.get_running_loop()
        self.upstream = Upstream(loop, Outbox(loop))
        self.origin = Origin(scheme, host, port, verify)

    def send(self, method="GET", body=b"", timeout_ms=5000):
        given = asyncio.get_running_loop().create_future()
        question = SendHttp(method, self.origin, "/x?y", "Host: h\r\n", body, timeout_ms)
        assert self.upstream.send(question, given.set_result) is PENDING
        return given


def play(scenario, *scripts, tls=None):
    """Run a scenario(client, backend) against a backend."""

    async def run():
        backend = Backend(*scripts)
        server = await asyncio.start_server(backend.serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        client = Client(port)
        try:
            async with asyncio.timeout(20):
                return await scenario(client, backend)
        finally:
            client.upstream.close()
            server.close()

    return asyncio.run(run())


def test_one_connection_serves_one_call_after_another():
    async def scenario(client, backend):
        for _ in range(5):
            reply = await client.send()
            assert (reply.status, reply.body) == (200, b"ok")
        assert backend.connections == 1
        assert backend.requests == [("GET /x?y HTTP/1.1", b"")] * 5

    play(scenario, answers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_a_stale_connection_is_tried_once_more_where_that_is_safe(method):
    async def scenario(client, backend):
        assert (await client.send()).status == 200
        reply = await client.send(method)
        assert reply.status == 200
        assert backend.connections == 2
        assert [line.split()[0] for line, _ in backend.requests] == ["GET", method, method]

    play(scenario, answers_then_closes(1), answers)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_a_backend_may_have_acted_on_is_not_sent_twice(method):
    async def scenario(client, backend):
        assert (await client.send()).status == 200
        reply = await client.send(method, b"pay")
        assert isinstance(reply, Unreachable)
        assert reply.reason is Unreached.BROKEN
        assert [line.split()[0] for line, _ in backend.requests] == ["GET", method]

    play(scenario, answers_then_closes(1), answers)


def test_a_connection_that_was_closed_meanwhile_is_not_used():
    async def scenario(client, backend):
        assert (await client.send("POST")).status == 200
        await asyncio.sleep(0.1)  # the backend's end arrives
        assert (await client.send("POST")).status == 200
        assert backend.connections == 2

    play(scenario, closes_when_idle)


def test_a_reply_that_breaks_off_is_not_tried_again():
    async def scenario(client, backend):
        reply = await client.send()
        assert reply.reason is Unreached.BROKEN
        assert backend.connections == 1

    play(scenario, resets, answers)


def test_a_backend_that_says_nothing_is_not_tried_for_ever():
    async def scenario(client, backend):
        began = asyncio.get_running_loop().time()
        reply = await client.send(timeout_ms=200)
        assert reply.reason is Unreached.TIMED_OUT
        assert "200 ms" in reply.detail
        assert asyncio.get_running_loop().time() - began < 3
        # And its connection is not used for another call.
        assert (await client.send()).status == 200
        assert backend.connections == 2

    play(scenario, silent, answers)


def test_no_more_connections_than_are_allowed(monkeypatch):
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 2)
    monkeypatch.setattr(http, "MAX_WAITING", 3)

    async def scenario(client, backend):
        calls = [client.send() for _ in range(6)]
        await asyncio.sleep(0)
        assert calls[5].result().reason is Unreached.OVERLOADED
        replies = await asyncio.gather(*calls[:5])
        assert [reply.status for reply in replies] == [200] * 5
        assert backend.connections == 2

    play(scenario, answers)


def test_who_waits_for_a_connection_waits_no_longer_than_it_may(monkeypatch):
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 1)

    async def scenario(client, backend):
        first = client.send(timeout_ms=600)
        second = client.send(timeout_ms=200)
        assert (await second).reason is Unreached.TIMED_OUT
        assert not first.done()
        third = client.send()
        assert (await first).reason is Unreached.TIMED_OUT
        # Its place is free again, and whom nobody waits for any more is passed over.
        assert (await third).status == 200
        assert len(backend.requests) == 2

    play(scenario, silent, answers)


def test_who_waits_is_told_at_once_when_nobody_listens(monkeypatch):
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 1)

    async def scenario(client, backend):
        del backend
        client.origin = Origin("http", "127.0.0.1", 1)
        replies = await asyncio.gather(*[client.send() for _ in range(3)])
        assert [reply.reason for reply in replies] == [Unreached.REFUSED] * 3

    play(scenario, answers)


def test_nobody_listens():
    async def scenario(client, backend):
        del backend
        client.origin = Origin("http", "127.0.0.1", 1)
        assert (await client.send()).reason is Unreached.REFUSED
        client.origin = Origin("http", "no-such-host.invalid", 80)
        assert (await client.send()).reason is Unreached.DNS

    play(scenario, answers)


def test_tls_is_verified(tmp_path, monkeypatch):
    pem = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    default = ssl.create_default_context

    async def scenario(client, backend):
        del backend
        port = client.origin.port
        client.origin = Origin("https", "localhost", port)
        assert (await client.send()).reason is Unreached.TLS
        client.origin = Origin("https", "localhost", port, verify_tls=False)
        assert (await client.send()).body == b"ok"
        # A certificate that is trusted, but of another host.
        monkeypatch.setattr(ssl, "create_default_context", lambda: default(cafile=str(pem)))
        for host, right in (("localhost", True), ("127.0.0.1", False)):
            other = Client(port, "https", host)
            reply = await other.send()
            assert isinstance(reply, Unreachable) is not right
            other.upstream.close()

    play(scenario, answers, tls=context)


def test_a_plain_backend_behind_https():
    async def scenario(client, backend):
        del backend
        client.origin = Origin("https", "127.0.0.1", client.origin.port)
        assert (await client.send()).reason is Unreached.TLS

    async def speaks_first(backend, reader, writer):
        del backend, reader
        writer.write(OK)
        await writer.drain()

    play(scenario, speaks_first)
