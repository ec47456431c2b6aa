"""The AWS endpoint's side of a connection: h11's, and limits for how long a client may take."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 60.0
"""From connecting, or from the end of the answer before, to a whole head."""
UNREAD_SECONDS = 60.0
"""For a client that takes nothing of its answer."""


class BoundedProtocol(H11Protocol):
    """Closes a connection whose next head does not come in time, or whose answer nobody reads."""

    _waiting: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._late)

    def handle_events(self) -> None:
        """Wait no more once a head is there."""
        super().handle_events()
        under_way = self.cycle is not None and not self.cycle.response_complete
        if under_way and self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def on_response_complete(self) -> None:
        """Begin to wait for the next head."""
        super().on_response_complete()
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for a client that reads more slowly than is written."""
        super().pause_writing()
        self._wait_for_reader(self.transport.get_write_buffer_size() + 1)

    def resume_writing(self) -> None:
        """Wait no more: it reads."""
        super().resume_writing()
        self._is_read()

    def _wait_for_reader(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left >= before:
            self.transport.abort()
            return
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._wait_for_reader, left)

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _late(self) -> None:
        self._waiting = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
