"""The door: how many it lets in, the ids it gives, and how it closes."""

import asyncio
import uuid

import pytest
from tests.fronts.http1.doors import play, until

from gatelodge.messages import Response

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"


def test_no_more_connections_than_are_allowed():
    async def scenario(connect, door):
        first, second = await connect(), await connect()
        first.send(GET)
        second.send(GET)
        await first.answer()
        await second.answer()
        third = await connect()
        third.send(GET)
        assert await third.rest() == b""
        first.writer.transport.abort()
        await asyncio.sleep(0.1)
        fourth = await connect()
        fourth.send(GET)
        return (await fourth.answer())[0]

    assert play(scenario, connections=2).startswith(b"HTTP/1.1 200 ")


def test_ids_are_uuids_and_none_comes_twice():
    async def scenario(connect, door):
        return [door.next_id() for _ in range(1000)]

    ids = play(scenario)
    assert len(set(ids)) == 1000
    assert all(uuid.UUID(text).version == 4 for text in ids)
    assert all(str(uuid.UUID(text)) == text for text in ids)


def test_draining_lets_what_is_under_way_finish():
    kept = []

    async def scenario(connect, door):
        idle, asking = await connect(), await connect()
        asking.send(GET)
        await until(lambda: kept)
        draining = asyncio.ensure_future(door.drain(10))
        assert await idle.rest() == b""
        assert not draining.done()
        kept[0].respond(Response(200, (), b"done"))
        answer = await asking.rest()
        await draining
        assert b"Connection: close" in answer
        with pytest.raises(OSError, match="Connect call failed"):
            await connect()
        return answer

    def handle(request, connection):
        kept.append(connection)

    assert play(scenario, handle).endswith(b"done")


def test_draining_waits_no_longer_than_it_may():
    async def scenario(connect, door):
        client = await connect()
        client.send(GET)
        await asyncio.sleep(0.1)
        began = asyncio.get_running_loop().time()
        await door.drain(0.3)
        return asyncio.get_running_loop().time() - began

    assert 0.2 < play(scenario, lambda *_: None) < 5
