"""What is to be written, kept until everything that has arrived was read.

Each write to a peer that sleeps wakes it, which costs more than the write. Written together, at the
end of a turn of the event loop, most find their peer awake.
"""

import asyncio


class Outbox:
    """The writes of one turn of the event loop, in their order."""

    __slots__ = ("_loop", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[tuple[asyncio.Transport, bytes, bool]] = []

    def write(self, transport: asyncio.Transport, data: bytes, *, close: bool = False) -> None:
        """Write to a transport when this turn is over; close it afterwards if asked."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append((transport, data, close))

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for transport, data, close in waiting:
            if data and not transport.is_closing():
                transport.write(data)
            if close:
                transport.close()
