"""A worker's line to the house: questions that only the house can answer."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from gatelodge.store import MasterKey
from gatelodge.world.deadlines import Deadlines
from gatelodge.world.house_wire import Messages, WireError, connect, hello, write_message

MAX_UNDER_WAY = 10_000
_RETRY_SECONDS = 0.05


class Away:
    """No answer from the house."""

    __slots__ = ("detail", "timed_out")

    def __init__(self, detail: str, *, timed_out: bool = False) -> None:
        self.detail = detail
        self.timed_out = timed_out


Tell = Callable[[Mapping[str, Any] | Away, bytes], None]
"""Takes the answer's head and payload, or Away."""


class _Asked:
    """One question under way."""

    __slots__ = ("deadline", "head", "house", "payload", "repeatable", "tell")

    def __init__(
        self,
        house: "HouseClient",
        head: dict[str, Any],
        payload: bytes,
        tell: Tell,
        deadline: float,
        *,
        repeatable: bool,
    ) -> None:
        self.house = house
        self.head = head
        self.payload = payload
        self.tell = tell
        self.deadline = deadline
        self.repeatable = repeatable

    def expire(self) -> None:
        """The time is up."""
        self.house.end(self.head["id"], Away("the house did not answer in time", timed_out=True))


class HouseClient:
    """Sends questions over one connection, made anew whenever it is lost.

    A question that may be repeated is sent again when the house went away in the middle; another
    one is given up then, since it may have been acted upon. Not yet sent, each waits for the house.
    """

    __slots__ = (
        "_connecting",
        "_counter",
        "_deadlines",
        "_directory",
        "_loop",
        "_master",
        "_messages",
        "_transport",
        "_under_way",
        "_unsent",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, directory: Path, master: MasterKey) -> None:
        self._loop = loop
        self._master = master
        self._directory = directory
        self._deadlines = Deadlines(loop, 0.02)
        self._under_way: dict[int, _Asked] = {}
        self._unsent: list[_Asked] = []
        self._counter = 0
        self._transport: asyncio.Transport | None = None
        self._messages = Messages()
        self._connecting: asyncio.Task[None] | None = None

    def ask(
        self,
        head: Mapping[str, Any],
        payload: bytes,
        tell: Tell,
        *,
        seconds: float,
        repeatable: bool,
    ) -> None:
        """Send a question; `tell` is called once, later."""
        if len(self._under_way) >= MAX_UNDER_WAY:
            self._loop.call_soon(tell, Away("too many questions wait for the house"), b"")
            return
        self._counter += 1
        asked = _Asked(
            self,
            {**head, "id": self._counter},
            payload,
            tell,
            self._loop.time() + seconds,
            repeatable=repeatable,
        )
        self._under_way[self._counter] = asked
        self._deadlines.pending.add(asked)
        self._send(asked)

    def close(self) -> None:
        """Hang up."""
        self._deadlines.close()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._transport is not None:
            self._transport.abort()

    def end(self, number: int, answer: Mapping[str, Any] | Away, payload: bytes = b"") -> None:
        """Tell whoever asked; only the first word counts."""
        asked = self._under_way.pop(number, None)
        if asked is not None:
            self._deadlines.pending.discard(asked)
            asked.tell(answer, payload)

    def _send(self, asked: _Asked) -> None:
        if self._transport is not None:
            self._transport.write(write_message(asked.head, asked.payload))
            return
        self._unsent.append(asked)
        if self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        while self._unsent:
            try:
                sock = connect(self._directory)
            except OSError:
                await asyncio.sleep(_RETRY_SECONDS)
                self._unsent = [a for a in self._unsent if a.head["id"] in self._under_way]
                continue
            sock.setblocking(False)
            await self._loop.create_unix_connection(
                lambda: cast("asyncio.BaseProtocol", self), sock=sock
            )
            break
        self._connecting = None

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send what has waited."""
        self._transport = cast("asyncio.Transport", transport)
        self._messages = Messages()
        self._transport.write(hello(self._master))
        unsent, self._unsent = self._unsent, []
        for asked in unsent:
            if asked.head["id"] in self._under_way:
                self._send(asked)

    def data_received(self, data: bytes) -> None:
        """Hand out answers."""
        try:
            for head, payload in self._messages.feed(data):
                self.end(head["id"], head, payload)
        except (WireError, ValueError, KeyError):
            if self._transport is not None:
                self._transport.abort()

    def eof_received(self) -> None:
        """Let the transport close."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Ask again what may be asked twice, and give up the rest."""
        del exc
        self._transport = None
        for number, asked in list(self._under_way.items()):
            if asked in self._unsent:
                continue
            if asked.repeatable:
                asked.repeatable = False  # once: a question that ends the house is not kept up
                self._send(asked)
            else:
                self.end(number, Away("the house ended while it was asked"))

    def pause_writing(self) -> None:
        """What is under way is bounded in number."""

    def resume_writing(self) -> None:
        """See pause_writing."""
