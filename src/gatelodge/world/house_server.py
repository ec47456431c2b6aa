"""The house's end of the line: takes questions of workers, and of commands of the same user."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import structlog

from gatelodge.store import MasterKey
from gatelodge.world.house_wire import Head, Messages, is_hello, write_message

Answer = tuple[Head, bytes]
Handler = Callable[[Mapping[str, Any], bytes], Awaitable[Answer]]
"""Answers one kind of question: (head, payload) → (head, payload)."""
_log = structlog.get_logger()


class HouseServer:
    """Answers each question by the handler of its kind, all at the same time."""

    __slots__ = ("_handlers", "_loop", "_server", "_tasks", "master")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        master: MasterKey,
        handlers: Mapping[str, Handler],
    ) -> None:
        self._loop = loop
        self.master = master
        self._handlers = handlers
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def serve(self, sock: socket.socket) -> None:
        """Accept workers from a listening socket."""
        self._server = await self._loop.create_unix_server(
            lambda: cast("asyncio.BaseProtocol", _Line(self)), sock=sock
        )

    def close(self) -> None:
        """Accept no more."""
        if self._server is not None:
            self._server.close()

    def take(self, line: "_Line", head: Mapping[str, Any], payload: bytes) -> None:
        """Answer a question, whenever that is done."""
        task = self._loop.create_task(self._answer(line, head, payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, line: "_Line", head: Mapping[str, Any], payload: bytes) -> None:
        try:
            answer, octets = await self._handlers[head["kind"]](head, payload)
        except Exception:  # noqa: BLE001 - whoever asked must be told, whatever it was
            _log.exception("the house failed to answer", kind=head.get("kind"))
            answer, octets = {"failed": True}, b""
        line.send({**answer, "id": head["id"]}, octets)


class _Line:
    """One connection; asyncio.Protocol."""

    __slots__ = ("_known", "_messages", "_server", "_transport")

    def __init__(self, server: HouseServer) -> None:
        self._server = server
        self._known = False
        self._messages = Messages()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take questions."""
        try:
            for head, payload in self._messages.feed(data):
                if not self._known:
                    self._known = is_hello(head, payload, self._server.master)
                    if not self._known:
                        self._hang_up()
                        return
                elif "id" in head and "kind" in head:
                    self._server.take(self, head, payload)
        except ValueError:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def send(self, head: Head, payload: bytes) -> None:
        """Send an answer, if anybody is still there."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(write_message(head, payload))

    def eof_received(self) -> None:
        """Let the transport close."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport."""
        del exc
        self._transport = None

    def pause_writing(self) -> None:
        """What a worker asks at once is bounded, and so is what it is answered."""

    def resume_writing(self) -> None:
        """See pause_writing."""
