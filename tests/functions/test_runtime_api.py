"""The states and the wire of the Runtime API, spoken by hand."""

import asyncio
import json

import pytest

from gatelodge.functions.function import MAX_RESULT, Event
from gatelodge.functions.runtime_api import RuntimeApi

EVENT = Event("11111111-2222-4333-8444-555555555555", b'{"a":1}', "arn:f:LIVE", "{}", "Root=1")


class Runtime:
    def __init__(self):
        self.told = []
        self.ready = asyncio.Event()

    def is_ready(self):
        self.ready.set()

    def has_hung_up(self):
        self.ready.clear()

    def has_finished(self, payload, *, failed):
        self.told.append((payload, failed))

    def answered_too_much(self):
        self.told.append("too much")

    def failed_to_start(self, payload):
        self.told.append(("start", payload))


class Client:
    def __init__(self, address):
        self.host, _, port = address.partition(":")
        self.port = int(port)

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    def send(self, method, path, body=b"", chunked=False):
        head = f"{method} /2018-06-01/runtime{path} HTTP/1.1\r\nHost: x\r\n"
        if chunked:
            head += "Transfer-Encoding: chunked\r\n\r\n"
            body = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        else:
            head += f"Content-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)

    async def answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:-2])
        body = await self.reader.readexactly(int(fields["Content-Length"]))
        return int(head[0].split()[1]), fields, body

    async def ask(self, *arguments, **more):
        self.send(*arguments, **more)
        return await self.answer()


def play(script, accepts=lambda _: True):
    async def run():
        runtime = Runtime()
        api = RuntimeApi(runtime, accepts)
        address = await api.listen(asyncio.get_running_loop())
        try:
            await asyncio.wait_for(script(api, runtime, address), 10)
        finally:
            api.close()

    asyncio.run(run())


def test_one_event_after_the_other():
    async def script(api, runtime, address):
        client = await Client(address).open()
        for turn in (1, 2):
            client.send("GET", "/invocation/next")
            await runtime.ready.wait()
            runtime.ready.clear()
            api.give(EVENT, 1234)
            status, fields, body = await client.answer()
            assert (status, body) == (200, EVENT.payload)
            fields = {name.lower(): value for name, value in fields.items()}
            assert fields["lambda-runtime-aws-request-id"] == EVENT.request_id
            assert fields["lambda-runtime-deadline-ms"] == "1234"
            assert fields["lambda-runtime-invoked-function-arn"] == "arn:f:LIVE"
            assert fields["lambda-runtime-trace-id"] == "Root=1"
            assert fields["lambda-runtime-client-context"] == "{}"
            place = f"/invocation/{EVENT.request_id}/response"
            status, _, body = await client.ask("POST", place, b"[1]", chunked=turn == 2)
            assert (status, json.loads(body)) == (202, {"status": "OK"})
        assert runtime.told == [(b"[1]", False)] * 2

    play(script)


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("POST", "/invocation/other/response", 400, "InvalidRequestID"),
        ("POST", f"/invocation/{EVENT.request_id}/response", 400, "InvalidRequestID"),
        ("POST", "/invocation/other/error", 400, "InvalidRequestID"),
        ("GET", "/invocation", 404, "InvalidPath"),
        ("POST", "/invocation/next", 404, "InvalidPath"),
        ("GET", "/../../etc/passwd", 404, "InvalidPath"),
        ("DELETE", "/invocation/a/b/c", 404, "InvalidPath"),
    ],
)
def test_what_makes_no_sense_before_an_event(method, path, status, error):
    async def script(_, runtime, address):
        client = await Client(address).open()
        got, _, body = await client.ask(method, path, b"x")
        assert (got, json.loads(body)["errorType"]) == (status, error)
        assert runtime.told == []

    play(script)


def test_no_second_event_before_the_first_is_answered():
    async def script(api, runtime, address):
        client, other = await Client(address).open(), await Client(address).open()
        client.send("GET", "/invocation/next")
        await runtime.ready.wait()
        # Somebody else asks while the first one waits, and while the event is out.
        assert (await other.ask("GET", "/invocation/next"))[0] == 403
        api.give(EVENT, 1)
        await client.answer()
        assert (await other.ask("GET", "/invocation/next"))[0] == 403
        place = f"/invocation/{EVENT.request_id}"
        assert (await client.ask("POST", f"{place}/error", b'{"errorType":"E"}'))[0] == 202
        assert (await client.ask("POST", f"{place}/response", b"2"))[0] == 400
        assert runtime.told == [(b'{"errorType":"E"}', True)]

    play(script)


def test_an_answer_beyond_the_limit():
    async def script(api, runtime, address):
        client = await Client(address).open()
        client.send("GET", "/invocation/next")
        await runtime.ready.wait()
        api.give(EVENT, 1)
        await client.answer()
        place = f"/invocation/{EVENT.request_id}/response"
        assert (await client.ask("POST", place, b"x" * (MAX_RESULT + 1)))[0] == 413
        assert runtime.told == ["too much"]

    play(script)


def test_an_answer_of_exactly_the_limit():
    async def script(api, runtime, address):
        client = await Client(address).open()
        client.send("GET", "/invocation/next")
        await runtime.ready.wait()
        api.give(EVENT, 1)
        await client.answer()
        place = f"/invocation/{EVENT.request_id}/response"
        assert (await client.ask("POST", place, b"x" * MAX_RESULT))[0] == 202
        assert runtime.told == [(b"x" * MAX_RESULT, False)]

    play(script)


def test_a_start_that_failed():
    async def script(_, runtime, address):
        client = await Client(address).open()
        assert (await client.ask("POST", "/init/error", b'{"errorType":"E"}'))[0] == 202
        assert runtime.told == [("start", b'{"errorType":"E"}')]

    play(script)


def test_whoever_is_not_the_function_is_hung_up_on():
    async def script(_, runtime, address):
        client = await Client(address).open()
        client.send("GET", "/invocation/next")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await client.answer()
        assert not runtime.ready.is_set()

    play(script, accepts=lambda _: False)


def test_who_hangs_up_while_waiting_is_forgotten():
    async def script(_, runtime, address):
        client = await Client(address).open()
        client.send("GET", "/invocation/next")
        await runtime.ready.wait()
        client.writer.close()
        while runtime.ready.is_set():  # noqa: ASYNC110 - it is cleared, not set
            await asyncio.sleep(0.01)
        again = await Client(address).open()
        while not runtime.ready.is_set():
            again.send("GET", "/invocation/next")
            await asyncio.sleep(0.01)

    play(script)


def test_a_result_and_the_next_request_in_one_piece_are_answered_in_one():
    async def script(api, runtime, address):
        client = await Client(address).open()
        client.send("GET", "/invocation/next")
        await runtime.ready.wait()
        runtime.ready.clear()
        api.give(EVENT, 1)
        await client.answer()
        client.send("POST", f"/invocation/{EVENT.request_id}/response", b"1" * 300_000)
        client.send("GET", "/invocation/next")
        await runtime.ready.wait()
        assert runtime.told == [(b"1" * 300_000, False)]
        with pytest.raises(TimeoutError):  # it need not be woken before there is an event
            await asyncio.wait_for(client.reader.readexactly(1), 0.05)
        api.give(EVENT, 2)
        assert (await client.answer())[0] == 202
        assert (await client.answer())[1]["Lambda-Runtime-Deadline-Ms"] == "2"

    play(script)


def test_a_head_is_bounded():
    async def write_for_ever(writer):
        writer.write(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n")
        while True:
            writer.write(b"X: " + b"x" * 8_000 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)  # so that it does not come in one piece

    async def script(_, runtime, address):
        client = await Client(address).open()
        with pytest.raises(ConnectionError):
            await write_for_ever(client.writer)
        assert not runtime.ready.is_set()

    play(script)
