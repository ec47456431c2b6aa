"""One connection to a backend: writes a request, collects the reply."""

import asyncio
from typing import TYPE_CHECKING, cast

import httptools

from gatelodge.integrate.questions import SendHttp, Unreached
from gatelodge.messages import Pair, Response

if TYPE_CHECKING:
    from gatelodge.world.http import Exchange, Origin

MAX_BODY = 10 * 1024 * 1024
MAX_HEAD = 64 * 1024
"""Octets of a reply's header fields, names and values."""


class Connection:
    """An asyncio protocol, used for one request at a time."""

    __slots__ = (
        "_body",
        "_complete",
        "_exchange",
        "_fields",
        "_head_done",
        "_head_size",
        "_keep_alive",
        "_origin",
        "_parser",
        "_received",
        "_size",
        "_status",
        "_transport",
        "_used",
        "deadline",
    )

    def __init__(self, origin: "Origin") -> None:
        self._origin = origin
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._used = False
        self.deadline = 0.0
        self._fields: list[Pair] = []
        self._body: list[bytes] = []
        self._size = 0
        self._status = 0
        self._head_size = 0
        self._head_done = False
        self._complete = False
        self._received = False
        self._keep_alive = True

    def send(self, exchange: "Exchange") -> None:
        """Write a request; its exchange is told how it ends."""
        self._origin.upstream.deadlines.pending.discard(self)
        self._exchange = exchange
        exchange.connection = self
        self._reset()
        if self._transport is not None:
            self._origin.upstream.outbox.write(self._transport, _written(exchange.question))

    def usable(self) -> bool:
        """Tell whether the other side has not closed it yet."""
        return self._transport is not None and not self._transport.is_closing()

    def expire(self) -> None:
        """Close it, because nobody needed it for a while."""
        self.abort()

    def abort(self) -> None:
        """Close it at once."""
        if self._transport is not None:
            self._transport.abort()

    # The protocol: called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what it finds comes back through the on_… methods."""
        if self._exchange is None:
            self.abort()  # a reply that nobody asked for
            return
        self._received = True
        if not self._head_done:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._give_up(Unreached.MALFORMED, "the backend switched protocols")
            return
        except httptools.HttpParserError as error:
            if self._exchange is not None and not self._complete:
                self._give_up(Unreached.MALFORMED, str(error))
            else:
                self.abort()
        if self._complete:
            self._finish()
        elif not self._head_done and self._head_size > MAX_HEAD:
            self._give_up(Unreached.TOO_LARGE, "header fields without end")

    def eof_received(self) -> bool:
        """Let the transport close; a body without a length ends here."""
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Finish a body without a length, or tell that the reply broke off."""
        self._transport = None
        self._origin.upstream.deadlines.pending.discard(self)
        exchange = self._exchange
        if (
            exchange is not None
            and self._head_done
            and error is None
            and self._ends_with_connection()
        ):
            self._complete = True
            self._keep_alive = False
            self._finish()
        elif exchange is not None:
            self._exchange = None
            exchange.connection = None
            untouched = self._used and not self._received
            exchange.fail(Unreached.BROKEN, str(error or "closed early"), untouched=untouched)
        self._origin.lost(self)

    def pause_writing(self) -> None:
        """Nothing to hold back: a request is written whole, and is bounded."""

    def resume_writing(self) -> None:
        """As pause_writing."""

    def _ends_with_connection(self) -> bool:
        """Tell whether the reply's body has no other end than the connection's."""
        names = {name.lower() for name, _ in self._fields}
        framed = "content-length" in names or "transfer-encoding" in names
        return not framed and self._status not in (204, 304)

    # The parser: called while it is fed.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a field."""
        self._fields.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Find out how the body ends; replies to HEAD have none, whatever they say."""
        self._head_done = True
        self._keep_alive = self._parser.should_keep_alive()
        status = self._status = self._parser.get_status_code()
        exchange = self._exchange
        if exchange is not None and exchange.question.method == "HEAD" and status >= 200:
            self._complete = True
            # The parser waits for a body that does not come: the next reply gets a new one.
            self._parser = httptools.HttpResponseParser(self)
            return

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, up to the bound."""
        self._size += len(body)
        if self._size > MAX_BODY:
            self._give_up(Unreached.TOO_LARGE, "")
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Note the end; an interim reply (1xx) is passed over."""
        if self._complete or self._exchange is None:
            return
        if self._status < 200:
            self._reset()
            self._received = True
        else:
            self._complete = True

    def _reset(self) -> None:
        self._fields = []
        self._body = []
        self._size = 0
        self._status = 0
        self._head_size = 0
        self._head_done = False
        self._complete = False
        self._received = False
        self._keep_alive = True

    def _finish(self) -> None:
        """Hand over the reply, and the connection back."""
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            return
        exchange.connection = None
        response = Response(self._status, self._fields, b"".join(self._body))
        self._used = True
        if self._keep_alive and self.usable():
            self._origin.free(self)
        elif self._transport is not None:
            self._transport.close()
        exchange.finish(response)

    def _give_up(self, reason: Unreached, detail: str) -> None:
        exchange, self._exchange = self._exchange, None
        self.abort()
        if exchange is not None:
            exchange.connection = None
            exchange.fail(reason, detail, untouched=False)


def _written(question: SendHttp) -> bytes:
    """Write a request in one piece."""
    lines = [f"{question.method} {question.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in question.headers]
    body = question.body
    if body or question.method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1") + body
