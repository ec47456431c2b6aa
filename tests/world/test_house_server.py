"""The house answers whom it knows, each question by its kind, and whatever goes wrong."""

import asyncio
from contextlib import suppress

import pytest
from tests.household import Household

from gatelodge.world.house_server import HouseServer
from gatelodge.world.house_wire import Messages, connect, hello, listen, write_message


async def double(head, payload):
    return {"told": head["text"] * 2}, payload * 2


async def broken(head, payload):
    raise ZeroDivisionError


async def slow(head, payload):
    await asyncio.sleep(0.2)
    return {"told": "slow"}, b""


def talk(directory, pieces, answers, master=None):
    """Send pieces on one line; gives so many answers, or None when the house hung up."""
    household = Household(directory)

    async def run():
        loop = asyncio.get_running_loop()
        handlers = {"double": double, "broken": broken, "slow": slow}
        server = HouseServer(loop, household.master, handlers)
        await server.serve(listen(directory))
        reader, writer = await asyncio.open_unix_connection(sock=connect(directory))
        writer.write(hello(master or household.master) if master is not False else b"")
        for piece in pieces:
            writer.write(piece)
        messages, got = Messages(), []
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                while len(got) < answers:
                    data = await reader.read(65_536)
                    if not data:
                        break
                    got += messages.feed(data)
        writer.close()
        server.close()
        return got if len(got) == answers else None

    return asyncio.run(run())


DOUBLE = write_message({"id": 7, "kind": "double", "text": "a"}, b"x")


def test_a_question(tmp_path):
    assert talk(tmp_path, [DOUBLE], 1) == [({"told": "aa", "id": 7}, b"xx")]


def test_questions_do_not_wait_for_each_other(tmp_path):
    asked = [write_message({"id": 1, "kind": "slow"}), DOUBLE]
    assert [head["id"] for head, _ in talk(tmp_path, asked, 2)] == [7, 1]


@pytest.mark.parametrize("kind", ["broken", "unknown"])
def test_whoever_asked_is_told_that_it_failed(tmp_path, kind):
    asked = [write_message({"id": 3, "kind": kind}), DOUBLE]
    got = {head["id"]: head for head, _ in talk(tmp_path, asked, 2)}
    assert got[3] == {"failed": True, "id": 3}
    assert got[7]["told"] == "aa"


def test_strangers_are_hung_up_on(tmp_path):
    other = Household(tmp_path / "other").master
    assert talk(tmp_path, [DOUBLE], 1, master=other) is None
    assert talk(tmp_path, [DOUBLE], 1, master=False) is None


@pytest.mark.parametrize("octets", [b"\xff" * 8, b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_message_ends_the_line(tmp_path, octets):
    assert talk(tmp_path, [octets], 1) is None
