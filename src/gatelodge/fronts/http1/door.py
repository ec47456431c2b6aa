"""The door of one worker: its listening socket, its connections, its clock and its limits."""

import asyncio
import itertools
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import cast

from gatelodge.fronts.http1.addresses import Addresses
from gatelodge.fronts.http1.connection import Connection
from gatelodge.fronts.http1.limits import Limits
from gatelodge.fronts.http1.writing import date_line
from gatelodge.messages import Request
from gatelodge.world.deadlines import Deadlines
from gatelodge.world.outbox import Outbox

_TICK = 0.25
"""Seconds."""
Handle = Callable[[Request, Connection], None]
"""Takes a request; calls connection.respond once, at once or later on the loop."""


class Door:
    """Accepts connections and hands over requests."""

    __slots__ = (
        "_connections",
        "_deadlines",
        "_drained",
        "_server",
        "_ticking",
        "addresses",
        "date",
        "draining",
        "handle",
        "idle_until",
        "limits",
        "loop",
        "next_id",
        "now",
        "outbox",
        "scheme",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        handle: Handle,
        addresses: Addresses,
        outbox: Outbox,
        limits: Limits | None = None,
        scheme: str = "http",
    ) -> None:
        self.loop = loop
        self.handle = handle
        self.addresses = addresses
        self.outbox = outbox
        self.limits = limits or Limits()
        self.scheme = scheme
        self.draining = False
        self._deadlines = Deadlines(loop, 0.25)
        self._connections: set[Connection] = set()
        self.now = partial(datetime.now, UTC)  # noqa: TID251 - this is the door's clock
        """Reads the clock."""
        self._server: asyncio.Server | None = None
        self._drained = asyncio.Event()
        # Request ids are no secrets: a random prefix for each process, then a counter.
        bits = secrets.token_hex(10)
        form = f"{bits[:8]}-{bits[8:12]}-4{bits[12:15]}-8{bits[15:18]}-%012x"
        # Of twelve digits for longer than a process lives.
        count = itertools.count(2**44 + int.from_bytes(secrets.token_bytes(4), "big"))
        self.next_id: Callable[[], str] = map(form.__mod__, count).__next__
        """Gives the next request id, in the form of a UUID."""
        self._tick()

    async def listen(self, sock: socket.socket) -> None:
        """Accept connections from a bound socket."""
        self._server = await self.loop.create_server(
            lambda: cast("asyncio.BaseProtocol", Connection(self)), sock=sock
        )

    def _tick(self) -> None:
        """Keep up to date what answers need of the clock."""
        self.date = date_line(time.time())
        self.idle_until = self.loop.time() + self.limits.idle_time + _TICK
        self._ticking = self.loop.call_later(_TICK, self._tick)

    def admit(self, connection: Connection) -> bool:
        """Count a new connection; False when there are too many."""
        if len(self._connections) >= self.limits.connections or self.draining:
            return False
        self._connections.add(connection)
        self._deadlines.pending.add(connection)
        return True

    def forget(self, connection: Connection) -> None:
        """Stop counting a connection that is gone."""
        self._connections.discard(connection)
        self._deadlines.pending.discard(connection)
        if self.draining and not self._connections:
            self._drained.set()

    async def drain(self, seconds: float) -> None:
        """Accept nothing more, and let what is under way finish, for so long at most."""
        self.draining = True
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close_when_done()
        if self._connections:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._drained.wait(), seconds)
        self._deadlines.close()
        self._ticking.cancel()
