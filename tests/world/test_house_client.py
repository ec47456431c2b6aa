"""A worker's line to the house: answered, late, lost, and found again."""

import asyncio

import pytest
from tests.household import Household

from gatelodge.world import house_client
from gatelodge.world.house_client import Away, HouseClient
from gatelodge.world.house_server import HouseServer
from gatelodge.world.house_wire import listen

WAIT = 10


class Street:
    """A worker's end of the line, and houses at the other."""

    def __init__(self, directory):
        self.directory = directory
        self.master = Household(directory).master
        self.loop = asyncio.get_running_loop()
        self.client = HouseClient(self.loop, directory, self.master)
        self.asked = asyncio.Queue()
        self.socket = None

    async def open_house(self):
        async def echo(head, payload):
            return {"told": head["text"]}, payload

        async def never(head, payload):
            await self.asked.put(head["text"])
            await asyncio.Event().wait()

        self.socket = listen(self.directory)
        server = HouseServer(self.loop, self.master, {"echo": echo, "never": never})
        await server.serve(self.socket)
        return server

    def close_house(self, server):
        """End a house as a killed process ends: nobody listens, every line is cut."""
        server.close()
        (self.directory / "house.sock").unlink()
        self.client._transport.abort()

    def ask(self, kind, text="x", *, seconds=WAIT, repeatable=False, payload=b""):
        told = self.loop.create_future()
        self.client.ask(
            {"kind": kind, "text": text},
            payload,
            lambda head, octets: told.set_result((head, octets)),
            seconds=seconds,
            repeatable=repeatable,
        )
        return told


def play(directory, script):
    async def run():
        street = Street(directory)
        try:
            await asyncio.wait_for(script(street), WAIT)
        finally:
            street.client.close()

    asyncio.run(run())


def test_answers_find_who_asked(tmp_path):
    async def script(street):
        await street.open_house()
        told = [street.ask("echo", str(n), payload=bytes([n])) for n in range(50)]
        for n, (head, octets) in enumerate(await asyncio.gather(*told)):
            assert (head["told"], octets) == (str(n), bytes([n]))

    play(tmp_path, script)


def test_what_is_asked_before_there_is_a_house_waits_for_it(tmp_path):
    async def script(street):
        told = street.ask("echo")
        late = street.ask("echo", seconds=0.05)
        head, _ = await late
        assert isinstance(head, Away)
        assert head.timed_out
        assert not told.done()
        await street.open_house()
        assert (await told)[0]["told"] == "x"

    play(tmp_path, script)


def test_an_answer_that_does_not_come(tmp_path):
    async def script(street):
        await street.open_house()
        head, _ = await street.ask("never", seconds=0.1)
        assert isinstance(head, Away)
        assert head.timed_out

    play(tmp_path, script)


def test_a_house_that_ends_in_the_middle(tmp_path):
    async def script(street):
        server = await street.open_house()
        once = street.ask("never", "once")
        again = street.ask("never", "again", repeatable=True)
        assert {await street.asked.get(), await street.asked.get()} == {"once", "again"}
        street.close_house(server)
        # What may have been acted upon is not asked twice.
        head, _ = await once
        assert isinstance(head, Away)
        assert not head.timed_out
        server = await street.open_house()
        assert await street.asked.get() == "again"
        # Nor is it asked a third time: it may be what ends houses.
        street.close_house(server)
        assert isinstance((await again)[0], Away)
        await street.open_house()
        assert (await street.ask("echo"))[0]["told"] == "x"

    play(tmp_path, script)


def test_questions_under_way_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(house_client, "MAX_UNDER_WAY", 2)

    async def script(street):
        waiting = [street.ask("echo") for _ in range(2)]
        head, _ = await street.ask("echo")
        assert isinstance(head, Away)
        assert "too many" in head.detail
        await street.open_house()
        for told in waiting:
            assert (await told)[0]["told"] == "x"

    play(tmp_path, script)


@pytest.mark.parametrize("octets", [b"\xff" * 8, b"\0\0\0\2\0\0\0\0[]", b"\0\0\0\2\0\0\0\0{}"])
def test_what_is_no_message_ends_the_line(tmp_path, octets):
    async def script(street):
        lines = asyncio.Queue()

        async def mumble(reader, writer):
            await lines.put(writer)
            await reader.read(1)
            writer.write(octets)

        server = await asyncio.start_unix_server(mumble, sock=listen(tmp_path))
        head, _ = await street.ask("echo")
        assert isinstance(head, Away)
        (await lines.get()).close()
        server.close()

    play(tmp_path, script)
