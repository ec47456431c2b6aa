"""The door of the AWS endpoint: what comes in is bounded before anybody looks at it."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatelodge.fronts import aws
from gatelodge.fronts.aws import AwsDoor
from gatelodge.messages import Response

SIGNED = [(b"authorization", b"AWS4-HMAC-SHA256 Credential=x")]
CODE = "/2015-03-31/functions"


def call(door, pieces=(b"",), *, fields=(), method="POST", path="/", query=b"", wait=0.0):
    """One request as ASGI has it; gives (status, fields, body), or None when nothing was sent."""
    return asyncio.run(_call(door, pieces, fields, method, path, query, wait))


async def _call(door, pieces, fields, method, path, query, wait):
    sent = []
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]

    async def receive():
        await asyncio.sleep(wait)
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(fields),
        "client": ("192.0.2.7", 1),
        "scheme": "http",
    }
    await door(scope, receive, send)
    if not sent:
        return None
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


@pytest.fixture
def door():
    """A door behind which stands whoever counts octets."""

    def answer(request):
        text = f"{request.method} {request.raw_path} {len(request.body)} {request.source_ip}"
        return Response(200, [("X-Id", request.id)], text.encode())

    with ThreadPoolExecutor(4) as executor:
        yield AwsDoor(answer, executor)


def test_a_request_and_its_answer(door):
    status, fields, body = call(door, [b"ab", b"c"], path="/restapis")
    assert (status, body) == (200, b"POST /restapis 3 192.0.2.7")
    assert fields[b"content-length"] == str(len(body)).encode()
    assert len(fields[b"X-Id"]) == 36


def test_head_and_204_have_no_body(door):
    assert call(door, method="HEAD")[2] == b""
    door._answer = lambda _: Response(204, (), b"")
    status, fields, body = call(door)
    assert (status, body) == (204, b"")
    assert b"content-length" not in fields


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(
    ("fields", "query", "limit"),
    [
        ((), b"", aws.MAX_UNSIGNED_BODY),
        (SIGNED, b"", aws.MAX_BODY),
        ((), b"X-Amz-Signature=x", aws.MAX_BODY),
    ],
)
def test_bodies_are_bounded(door, told, fields, query, limit):
    for size, status in ((limit, 200), (limit + 1, 413)):
        length = [(b"content-length", str(size).encode())] if told else []
        got = call(door, [b"a" * size], fields=[*fields, *length], query=query)
        assert got[0] == status


def test_a_body_that_does_not_come(door, monkeypatch):
    monkeypatch.setattr(aws, "BODY_SECONDS", 0.05)
    status, fields, _ = call(door, wait=1.0)
    assert status == 408
    assert fields[b"Connection"] == b"close"


def test_a_client_that_leaves_is_not_answered(door):
    assert call(door, []) is None


def test_large_packages_are_counted_until_they_are_answered(monkeypatch):
    monkeypatch.setattr(aws, "MAX_LARGE", 1)
    working, go_on = threading.Event(), threading.Event()

    def answer(_):
        working.set()
        assert go_on.wait(10)
        return Response(200)

    async def both(door):
        def package():
            length = (b"content-length", str(aws.MAX_BODY + 1).encode())
            return _call(door, [b"{}"], [*SIGNED, length], "POST", CODE, b"", 0)

        first = asyncio.ensure_future(package())
        while not working.is_set():  # noqa: ASYNC110 - it is set in a thread
            await asyncio.sleep(0.01)
        second = await package()
        go_on.set()
        first = await first
        third = await package()
        return first[0], second[0], third[0]

    with ThreadPoolExecutor(4) as executor:
        assert asyncio.run(both(AwsDoor(answer, executor))) == (200, 429, 200)
