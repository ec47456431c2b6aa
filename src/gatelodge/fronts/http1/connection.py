"""One client connection: requests in, one at a time and in order; responses out.

An asyncio protocol without its base class. The lines of a head are read here; llhttp reads every
head that is not plain as well, and frames the bodies. A body is fed in exactly its length, so that
a request sent ahead is never parsed before its turn.
"""

import asyncio
from typing import TYPE_CHECKING, cast

import httptools

from gatelodge.fronts.http1.addresses import canonical
from gatelodge.fronts.http1.head import (
    NO_BODY,
    Framing,
    bad_octets_so_far,
    read_framing,
    split_absolute,
)
from gatelodge.fronts.http1.writing import written
from gatelodge.messages import Headers, Request, Response
from gatelodge.respond.gateway_responses import built_in
from gatelodge.world.deadlines import NEVER

if TYPE_CHECKING:
    from gatelodge.fronts.http1.door import Door

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_CARRIAGE_RETURN = 13
_MAX_OVERHEAD = 64 * 1024
"""Octets of a chunked body that are not its content: trailers and extensions; and `_PER_OCTET`
for each octet of content, since it may come in chunks of one."""
_PER_OCTET = 8


class Connection:
    """The state of one connection; at most one request is being answered."""

    __slots__ = (
        "_answering",
        "_begun",
        "_body",
        "_body_left",
        "_buffer",
        "_chunked",
        "_close_after",
        "_closing",
        "_complete",
        "_door",
        "_ended",
        "_head_begun",
        "_is_head",
        "_max_head",
        "_overhead",
        "_parser",
        "_paused_reading",
        "_pending",
        "_size",
        "_transport",
        "_trusted",
        "_write_paused",
        "deadline",
        "peer",
    )

    def __init__(self, door: "Door") -> None:
        self._door = door
        self._max_head = door.limits.head
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        """What has arrived and was not looked at yet."""
        self._answering = False
        self._begun = 0
        self._pending: Request | None = None
        """The head of a request whose body is still arriving."""
        self._body: list[bytes] = []
        self._size = 0
        self._overhead = 0
        self._body_left = 0
        self._chunked = False
        self._complete = False
        self._close_after = False
        self._closing = False
        """The last answer is on its way: nothing more is read."""
        self._ended = False
        """The client has closed its side and sends nothing more."""
        self._head_begun = False
        """Part of a head is there, and the time for the rest of it runs."""
        self._is_head = False
        self._paused_reading = False
        self._write_paused = False
        self._trusted = False
        self._parser = httptools.HttpRequestParser(self)
        self.peer = ""
        self.deadline = 0.0

    # The protocol: called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accept a client, or turn it away when there are too many."""
        self._transport = cast("asyncio.Transport", transport)
        name = transport.get_extra_info("peername")
        self.peer = (canonical(name[0]) or name[0]) if isinstance(name, tuple) else "127.0.0.1"
        self._trusted = self._door.addresses.trusts(self.peer)
        if not self._door.admit(self):
            self._transport.abort()
            return
        self._wait(self._door.limits.idle_time)

    def data_received(self, data: bytes) -> None:
        """Take what arrived; more than a client may send ahead is not read."""
        if not (
            self._buffer
            or self._answering
            or self._pending
            or self._closing
            or self._write_paused
            or data.find(_END_OF_HEAD) != len(data) - 4
            or len(data) > self._max_head
            or data[0] == _CARRIAGE_RETURN
        ):
            # The everyday case: one whole head and nothing else.
            self._parse_head(data)
            return
        if self._closing:
            return
        self._buffer = self._buffer + data if self._buffer else data
        if self._answering or self._write_paused:
            if len(self._buffer) > self._door.limits.pipelined and not self._paused_reading:
                self._paused_reading = True
                if self._transport is not None:
                    self._transport.pause_reading()
            return
        self._advance()

    def eof_received(self) -> bool:
        """Stay open while answers are due: a client may close its side after asking."""
        self._ended = True
        if not (self._answering or self._write_paused) and self._transport is not None:
            self._close(self._transport)  # after what was answered and is not written yet
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client; an answer that is still being made is thrown away when it comes."""
        del error
        self._transport = None
        self._buffer = b""
        self._door.forget(self)

    def pause_writing(self) -> None:
        """Note that the client reads slower than it is answered."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Go on with what the client sent ahead."""
        self._write_paused = False
        if not self._answering:
            self._advance()

    def expire(self) -> None:
        """Close: the client was too slow or has nothing more to say."""
        if not self._closing and (self._pending is not None or self._buffer):
            self._refuse(408, "RequestTimeoutException", "Request Timeout")
        elif self._transport is not None:
            self._transport.abort()

    # The parser: called while it is fed.

    def on_message_begin(self) -> None:
        """Count messages: a piece of a chunked body may hold the start of another."""
        self._begun += 1

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._size += len(body)
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Note the end of the message."""
        self._complete = True

    # From here on: the story of one request.

    def _advance(self) -> None:
        """Read as far as one complete request, and hand it over."""
        while self._transport and not (self._answering or self._write_paused or self._closing):
            if self._pending is None:
                if not self._buffer or not self._read_head():
                    break
            elif not self._read_body():
                break
        if self._ended and not self._answering and self._transport is not None:
            self._close(self._transport)  # what is missing will not come
        self._resume_reading()

    def _read_head(self) -> bool:
        """Read a head from the buffer; False when more must arrive or nothing can follow."""
        limits = self._door.limits
        # Clients may end a body with an empty line too many (RFC 9112, 2.2).
        if self._buffer[:2] == b"\r\n":
            self._buffer = self._buffer[2:]
        end = self._buffer.find(_END_OF_HEAD, 0, limits.head + 4)
        if end < 0:
            if len(self._buffer) > limits.head:
                self._refuse(
                    431, "RequestHeaderFieldsTooLargeException", "Request Header Fields Too Large"
                )
            elif bad_octets_so_far(self._buffer):
                self._bad_request()
            elif not self._head_begun:
                # From its first octet: one more now and then does not make it last.
                self._head_begun = True
                self._wait(limits.head_time)
            return False
        head, self._buffer = self._buffer[: end + 4], self._buffer[end + 4 :]
        return self._parse_head(head)

    def _parse_head(self, head: bytes) -> bool:
        """Read a whole head; False when it is refused."""
        self._head_begun = False
        lines = head.decode("latin-1").split("\r\n")
        try:
            method, target, version = lines[0].split(" ")
            headers = Headers((), lines[1:-2])
        except ValueError:
            return self._bad_request()
        self._is_head = method == "HEAD"
        framing = read_framing(method, target, version, headers)
        if framing is NO_BODY:
            self._complete = True
        elif framing is None or not self._frame(head, framing):
            return self._bad_request()
        return self._accept(method, target, version, headers, framing)

    def _frame(self, head: bytes, framing: Framing) -> bool:
        """Have llhttp read a head that says more about its message; False when it is none."""
        self._complete = False
        self._begun = 0
        try:
            self._parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            # No other protocol is spoken here: the request is answered as it stands (RFC 9110,
            # 7.8), and the parser, which has stopped, is not used again.
            self._parser = httptools.HttpRequestParser(self)
            self._complete = True
            self._close_after = True
            if framing.chunked or framing.length:
                return False  # where that body ends is anybody's guess
        except httptools.HttpParserError:
            return False
        self._close_after = self._close_after or framing.closes
        return True

    def _accept(
        self, method: str, target: str, version: str, headers: Headers, framing: Framing
    ) -> bool:
        """Make the request, and wait for its body if it has one."""
        door = self._door
        path, _, query = target.partition("?")
        if target[0] != "/":
            path, query = split_absolute(target)
        source, scheme = self.peer, door.scheme
        if self._trusted:
            forwarded = ",".join(headers.all("x-forwarded-for"))
            if forwarded:
                source = door.addresses.source(self.peer, forwarded)
            scheme = "https" if headers.get("x-forwarded-proto") == "https" else scheme
        request = Request(
            door.next_id(),
            method,
            path,
            query,
            headers,
            b"",
            source,
            door.now(),
            scheme,
            version,
            self.peer,
        )
        if self._complete:
            self._answering = True
            self.deadline = NEVER
            door.handle(request, self)
            return True
        return self._await_body(request, framing)

    def _await_body(self, request: Request, framing: Framing) -> bool:
        if framing.length > self._door.limits.body:
            return self._too_large()
        self._pending = request
        self._size = self._overhead = 0
        self._chunked = framing.chunked
        self._body_left = framing.length
        self._wait(self._door.limits.body_time)
        if framing.expects_continue and not self._buffer and self._transport is not None:
            self._transport.write(_CONTINUE)
        return True

    def _read_body(self) -> bool:
        """Feed what belongs to the body; False when more must arrive."""
        if not self._buffer:
            return False
        if self._chunked:
            piece, self._buffer = self._buffer, b""
        else:
            piece, self._buffer = self._buffer[: self._body_left], self._buffer[self._body_left :]
            self._body_left -= len(piece)
        size = self._size
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserError:
            return self._bad_request()
        self._overhead += len(piece) - (self._size - size)
        if self._size > self._door.limits.body:
            return self._too_large()
        if not self._complete:
            if self._overhead > _MAX_OVERHEAD + _PER_OCTET * self._size:
                return self._too_large()
            return not self._chunked and bool(self._buffer)
        request, self._pending = self._pending, None
        if self._chunked:
            # Where a chunked body ended inside the last piece is the parser's secret; what
            # followed it in there is not answered, and the connection says so by closing.
            self._close_after = self._close_after or self._begun > 1
        body, self._body = self._body, []
        if request is not None:
            request.body = b"".join(body)
            self._answering = True
            self.deadline = NEVER
            self._door.handle(request, self)
        return True

    def respond(self, response: Response) -> None:
        """Send the answer to the request that was handed over; called once for each."""
        self._answering = False
        transport = self._transport
        if transport is None:
            return  # the client did not wait
        door = self._door
        closing = self._close_after or door.draining or (self._ended and not self._buffer)
        octets = written(response, door.date, head=self._is_head, close=closing)
        self.deadline = door.idle_until
        door.outbox.write(transport, octets, close=closing)
        if closing:
            self._closing = True
        elif self._buffer:
            # Not from here: a client that pipelines would make the stack grow.
            door.loop.call_soon(self._advance)

    def _resume_reading(self) -> None:
        """Read on, once what was sent ahead is answered and read."""
        if (
            self._paused_reading
            and not self._write_paused
            and len(self._buffer) <= self._door.limits.pipelined
            and self._transport is not None
        ):
            self._paused_reading = False
            self._transport.resume_reading()

    def close_when_done(self) -> None:
        """End the connection: now when it is idle, else after the answer under way."""
        self._close_after = True
        if not self._answering and self._pending is None and self._transport is not None:
            self._close(self._transport)

    def _close(self, transport: asyncio.Transport) -> None:
        """Close after what was written before."""
        self._closing = True
        self._door.outbox.write(transport, b"", close=True)

    def _wait(self, seconds: float) -> None:
        """Set the time by which the client must have acted."""
        self.deadline = self._door.loop.time() + seconds

    def _bad_request(self) -> bool:
        """Refuse what is no request; False, as what called it has to give."""
        self._refuse(400, "BadRequestException", "Bad Request")
        return False

    def _too_large(self) -> bool:
        """Refuse a body beyond the bound; False, as what called it has to give."""
        message = f"HTTP content length exceeded {self._door.limits.body} bytes"
        self._refuse(413, "RequestTooLargeException", message)
        return False

    def _refuse(self, status: int, error_type: str, message: str) -> None:
        """Answer what cannot be a request, and close."""
        self._close_after = True
        self._is_head = False
        self._pending = None
        self._buffer = b""
        self._body = []
        self.respond(built_in(status, error_type, message))
