"""The Lambda Runtime API, for one process of one function.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API"; reference: control-plane.md
section 7.4. Knows its states and its wire; knows nothing of processes.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Protocol, cast

import httptools

from gatelodge.functions.function import MAX_RESULT, Event

_PREFIX = "/2018-06-01/runtime/"
MAX_REQUEST = MAX_RESULT
MAX_HEAD = 64 * 1024
MAX_ERROR = 256 * 1024
"""Octets of an error's description that are kept; a longer one is not believed to be one."""
MAX_CONNECTIONS = 8


class Runtime(Protocol):
    """Who is told what the process says."""

    def is_ready(self) -> None:
        """It asks for an event."""

    def has_hung_up(self) -> None:
        """It does not wait for an event any more."""

    def has_finished(self, payload: bytes, *, failed: bool) -> None:
        """It answered the event that it has."""

    def answered_too_much(self) -> None:
        """Its answer is larger than an answer may be."""

    def failed_to_start(self, payload: bytes) -> None:
        """It cannot serve events at all."""


class RuntimeApi:
    """One endpoint: an event goes out, its answer comes back, then the next."""

    __slots__ = ("_accepts", "_connections", "_event", "_runtime", "_server", "_waiting")

    def __init__(self, runtime: Runtime, accepts: Callable[[tuple[str, int]], bool]) -> None:
        self._runtime = runtime
        self._accepts = accepts
        """Says of a peer's address whether it is the function's process."""
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._waiting: _Connection | None = None
        """Who has asked for an event."""
        self._event: Event | None = None
        """What was given out and is not answered."""

    async def listen(self, loop: asyncio.AbstractEventLoop) -> str:
        """Listen on a port of the system's choice; gives AWS_LAMBDA_RUNTIME_API."""
        self._server = await loop.create_server(
            lambda: cast("asyncio.BaseProtocol", _Connection(self)), "127.0.0.1", 0
        )
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()

    def give(self, event: Event, deadline_ms: int) -> None:
        """Give an event to the process, which has asked for one."""
        waiting, self._waiting = self._waiting, None
        if waiting is None or self._event is not None:
            raise RuntimeError("the process has not asked for an event")
        self._event = event
        fields = {
            "Content-Type": "application/json",  # AWS's own clients crash without it
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": event.invoked_arn,
            "Lambda-Runtime-Trace-Id": event.trace_id or _trace_id(event.request_id),
        }
        if event.client_context:
            fields["Lambda-Runtime-Client-Context"] = event.client_context
        waiting.answer(200, event.payload, fields)

    # What connections do.

    def admit(self, connection: "_Connection", peer: tuple[str, int]) -> bool:
        """Count a new connection; False for one that is not wanted."""
        if len(self._connections) >= MAX_CONNECTIONS or not self._accepts(peer):
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: "_Connection") -> None:
        """Stop counting a connection that is gone."""
        self._connections.discard(connection)
        if self._waiting is connection:
            self._waiting = None
            self._runtime.has_hung_up()

    def owes(self, connection: "_Connection") -> bool:
        """Whether a connection is to be given the next event."""
        return self._waiting is connection

    def handle(self, connection: "_Connection", method: str, path: str, body: bytes) -> None:
        """Do what a request asks for."""
        place = path.removeprefix(_PREFIX) if path.startswith(_PREFIX) else None
        match (method, place.split("/") if place is not None else None):
            case ("GET", ["invocation", "next"]):
                self._next(connection)
            case ("POST", ["init", "error"]):
                connection.accepted()
                self._runtime.failed_to_start(body[:MAX_ERROR])
            case ("POST", ["invocation", request_id, "response" | "error" as what]):
                self._finish(connection, request_id, body, failed=what == "error")
            case _:
                connection.refuse(404, "InvalidPath", "there is no such path")

    def too_large(self, connection: "_Connection", path: str) -> None:
        """Refuse an answer beyond the limit; the call has failed by it."""
        connection.refuse(
            413,
            "RequestEntityTooLarge",
            f"Exceeded maximum allowed payload size ({MAX_RESULT} bytes).",
        )
        event = self._event
        if event is not None and path.startswith(f"{_PREFIX}invocation/{event.request_id}/"):
            self._event = None
            self._runtime.answered_too_much()

    def _next(self, connection: "_Connection") -> None:
        if self._event is not None or self._waiting not in (None, connection):
            connection.refuse(403, "InvalidStateTransition", "State transition is not allowed")
            return
        self._waiting = connection
        self._runtime.is_ready()

    def _finish(
        self, connection: "_Connection", request_id: str, body: bytes, *, failed: bool
    ) -> None:
        event = self._event
        if event is None or event.request_id != request_id:
            connection.refuse(400, "InvalidRequestID", "Invalid request ID")
            return
        self._event = None
        connection.accepted()
        self._runtime.has_finished(body[:MAX_ERROR] if failed else body, failed=failed)


def _trace_id(request_id: str) -> str:
    """Write a trace id that nobody samples."""
    digits = request_id.replace("-", "")[:24].ljust(24, "0")
    return f"Root=1-{int(time.time()):08x}-{digits};Parent={digits[:16]};Sampled=0"


class _Connection:
    """One HTTP/1.1 connection of the function's process."""

    __slots__ = (
        "_api", "_began", "_body", "_held", "_in_head", "_open", "_parser", "_path", "_reading",
        "_size", "_transport",
    )  # fmt: skip

    def __init__(self, api: RuntimeApi) -> None:
        self._api = api
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._open = False
        self._path = b""
        self._body: list[bytes] = []
        self._size = 0
        """Octets of the head or of the body so far."""
        self._in_head = False
        self._began = False
        """Whether a request began in what was read last."""
        self._reading = False
        self._held: list[bytes] = []
        """Answers that wait to be sent together."""

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, if it comes from the function's process."""
        self._transport = cast("asyncio.Transport", transport)
        self._open = self._api.admit(self, transport.get_extra_info("peername"))
        if not self._open:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the process hung up."""
        del exc
        self._open = False
        self._api.forget(self)

    def data_received(self, data: bytes) -> None:
        """Parse what came.

        A process that tells a result and asks for the next event in one piece gets both answers in
        one: so it is woken once for each event.
        """
        if not self._open:
            return
        self._reading = True
        self._began = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()
        self._reading = False
        # Of a head that began before.
        if self._in_head and not self._began:
            self._size += len(data)
            if self._size > MAX_HEAD:
                self.close()
        if self._held and not self._api.owes(self):
            self._send()

    def eof_received(self) -> None:
        """Let the transport close."""

    def pause_writing(self) -> None:
        """Nothing to hold back: an event is written in one piece."""

    def resume_writing(self) -> None:
        """See pause_writing."""

    # httptools

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._path = b""
        self._body = []
        self._size = 0
        self._in_head = self._began = True

    def on_url(self, url: bytes) -> None:
        """Collect the path."""
        self._path += url

    def on_headers_complete(self) -> None:
        """Count the body from here; no field of the head matters."""
        self._in_head = False
        self._size = 0

    def on_body(self, body: bytes) -> None:
        """Collect the body, as far as it may go."""
        self._size += len(body)
        if self._size <= MAX_REQUEST:
            self._body.append(body)
        else:
            self._body.clear()

    def on_message_complete(self) -> None:
        """Act on a whole request."""
        if not self._open:
            return
        path = self._path.decode("latin-1").partition("?")[0]
        body, size = b"".join(self._body), self._size
        self._body = []
        if size > MAX_REQUEST:
            self._api.too_large(self, path)
        else:
            self._api.handle(self, self._parser.get_method().decode("latin-1"), path, body)

    # answers

    def accepted(self) -> None:
        """Say that an answer was taken."""
        self.answer(202, b'{"status":"OK"}\n', {"Content-Type": "application/json"})

    def refuse(self, status: int, error_type: str, message: str) -> None:
        """Say why a request is not honoured."""
        body = json.dumps({"errorMessage": message, "errorType": error_type}).encode()
        self.answer(status, body, {"Content-Type": "application/json"})

    def answer(self, status: int, body: bytes, fields: Mapping[str, str]) -> None:
        """Send an answer."""
        head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Length: {len(body)}\r\n"
        for name, value in fields.items():
            head += f"{name}: {value}\r\n"
        self._held.append(f"{head}\r\n".encode("latin-1") + body)
        if not self._reading:
            self._send()

    def _send(self) -> None:
        octets = b"".join(self._held)
        self._held.clear()
        if self._open and self._transport is not None:
            self._transport.write(octets)

    def close(self) -> None:
        """Hang up."""
        self._open = False
        if self._transport is not None:
            self._transport.abort()


_REASONS = {
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    413: "Payload Too Large",
}
