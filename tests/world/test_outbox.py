"""Writes of one turn of the event loop: together, in their order, and none to who is gone."""

import asyncio

from gatelodge.world.outbox import Outbox


class Transport:
    def __init__(self, notes, name, *, closing=False):
        self.notes = notes
        self.name = name
        self.closing = closing

    def is_closing(self):
        return self.closing

    def write(self, data):
        self.notes.append((self.name, data))

    def close(self):
        self.closing = True
        self.notes.append((self.name, "closed"))


def test_writes_wait_for_the_end_of_the_turn():
    async def run():
        notes = []
        outbox = Outbox(asyncio.get_running_loop())
        a, b = Transport(notes, "a"), Transport(notes, "b")
        gone = Transport(notes, "gone", closing=True)
        outbox.write(a, b"1")
        outbox.write(b, b"2", close=True)
        outbox.write(gone, b"3")
        outbox.write(a, b"4")
        outbox.write(a, b"", close=True)
        assert not notes
        await asyncio.sleep(0)
        assert notes == [("a", b"1"), ("b", b"2"), ("b", "closed"), ("a", b"4"), ("a", "closed")]
        outbox.write(Transport(notes, "c"), b"5")
        await asyncio.sleep(0)
        assert notes[-1] == ("c", b"5")

    asyncio.run(run())
