"""Connections to the AWS endpoint: none may hold its place without ever asking something."""

import asyncio
from contextlib import suppress

import pytest
import uvicorn

from gatelodge.fronts import aws_protocol
from gatelodge.fronts.aws_protocol import BoundedProtocol

LARGE = 16_000_000


async def answer(scope, receive, send):
    if scope["path"] == "/large":
        length = (b"content-length", str(LARGE).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": bytes(LARGE)})
        return
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def talk(pieces, before_reading=0.0):
    """Send pieces to a server; gives what came before it closed the connection."""
    config = uvicorn.Config(
        answer, port=0, http=BoundedProtocol, ws="none", lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.02)
        await asyncio.sleep(before_reading)
        came = []
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                while piece := await reader.read(65_536):
                    came.append(piece)
        return b"".join(came)
    finally:
        with suppress(ConnectionError):
            writer.close()
        server.should_exit = True
        await serving


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "answers"),
    [
        ([], 0),
        ([b"GET / HT"], 0),
        ([b"GET / HTTP/1.1\r\n", *[b"X: y\r\n"] * 40], 0),
        ([HEAD], 1),
        ([HEAD, b"GET "], 1),
        ([HEAD + HEAD, b"GET "], 2),
    ],
)
def test_a_head_that_does_not_come(monkeypatch, pieces, answers):
    monkeypatch.setattr(aws_protocol, "HEAD_SECONDS", 0.4)
    assert asyncio.run(talk(pieces)).count(b"204 No Content") == answers


def test_a_head_that_is_too_large():
    """More than h11 keeps: the connection is over, with a word or without."""
    got = asyncio.run(talk([b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000]))
    assert got == b"" or got.startswith(b"HTTP/1.1 4")


def test_an_answer_that_nobody_reads(monkeypatch):
    monkeypatch.setattr(aws_protocol, "UNREAD_SECONDS", 0.2)
    large = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert len(asyncio.run(talk([large], before_reading=1.0))) < LARGE
    assert len(asyncio.run(talk([large]))) > LARGE
