"""One client connection: requests in, one at a time and in order; responses out.

An asyncio protocol without its base class. The lines of a head are read here; heads that are not
plain, and bodies, are read by llhttp as well (body.py).
"""

import asyncio
from typing import TYPE_CHECKING, cast

import httptools

from gatelodge.fronts.http1.addresses import canonical
from gatelodge.fronts.http1.body import BodyReader, TooLargeError
from gatelodge.fronts.http1.head import (
    HTTP_1_1,
    VERBS,
    Framing,
    bad_octets_so_far,
    has_plain_fields,
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
_LONGEST_KEPT = 4096


class Connection:
    """The state of one connection; at most one request is being answered."""

    __slots__ = (
        "_answering",
        "_buffer",
        "_close_after",
        "_closing",
        "_door",
        "_ended",
        "_fields",
        "_head_begun",
        "_headers",
        "_is_head",
        "_max_head",
        "_paused_reading",
        "_pending",
        "_plain",
        "_reader",
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
        self._pending: Request | None = None
        """The head of a request whose body is still arriving."""
        self._fields = b""
        """The field lines of the last head, as octets, and as they were read."""
        self._headers = Headers()
        self._plain = False
        self._reader: BodyReader | None = None
        """Made when it is needed: most clients send nothing but plain heads."""
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
        line, _, fields = head.partition(b"\r\n")
        try:
            method, target, version = line.decode("latin-1").split(" ")
            if fields != self._fields:
                self._read_fields(fields)
        except ValueError:
            return self._bad_request()
        self._is_head = method == "HEAD"
        headers = self._headers
        # A plain head can be read in one way only: no parser need see it.
        if (
            self._plain
            and version == HTTP_1_1
            and method in VERBS
            and target[:1] == "/"
            and target.isascii()
            and target.isprintable()
        ):
            return self._accept(method, target, version, headers)
        framing = read_framing(method, target, version, headers)
        if framing is None:
            return self._bad_request()
        reader = self._reader = self._reader or BodyReader(self._door.limits.body)
        try:
            reader.begin(head, framing)
        except httptools.HttpParserError:
            return self._bad_request()
        except TooLargeError:
            return self._too_large()
        if reader.complete:
            self._close_after = self._close_after or reader.closes
            return self._accept(method, target, version, headers)
        return self._accept(method, target, version, headers, framing)

    def _read_fields(self, fields: bytes) -> None:
        """Read the field lines of a head. Clients say the same again and again, mostly."""
        self._headers = Headers((), fields.decode("latin-1").split("\r\n")[:-2])
        self._plain = has_plain_fields(self._headers)
        # Not what is long: it is kept for as long as the connection lasts.
        self._fields = fields if len(fields) <= _LONGEST_KEPT else b""

    def _accept(
        self,
        method: str,
        target: str,
        version: str,
        headers: Headers,
        framing: Framing | None = None,
    ) -> bool:
        """Make the request, and hand it over; or wait for the body that a framing announces."""
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
            self.peer,
            door.now(),
            scheme,
            version,
        )
        if framing is None:
            self._answering = True
            self.deadline = NEVER
            door.handle(request, self)
            return True
        self._pending = request
        self._wait(door.limits.body_time)
        if framing.expects_continue and not self._buffer and self._transport is not None:
            self._transport.write(_CONTINUE)
        return True

    def _read_body(self) -> bool:
        """Feed what belongs to the body; False when more must arrive."""
        reader, request = self._reader, self._pending
        if not self._buffer or reader is None or request is None:
            return False
        try:
            self._buffer = reader.feed(self._buffer)
        except httptools.HttpParserError:
            return self._bad_request()
        except TooLargeError:
            return self._too_large()
        if not reader.complete:
            return bool(self._buffer)
        self._pending = None
        self._close_after = self._close_after or reader.closes
        request.body = reader.take()
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
        self.respond(built_in(status, error_type, message))
