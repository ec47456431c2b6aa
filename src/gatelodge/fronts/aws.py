"""The AWS endpoint's door (ASGI): requests into values, values into responses.

Bounds what comes in before anybody looks at it; knows no operation. The server underneath bounds
header fields and idle time, and sends Date.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any

import structlog

from gatelodge.messages import Headers, Request, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Answer = Callable[[Request], Response]

MAX_BODY = 10 * 1024 * 1024
MAX_CODE_BODY = 70_167_211
"""Octets: packages of functions come in base64 (AWS's limit for CreateFunction)."""
MAX_LARGE = 4
"""Bodies larger than the usual that come at the same time."""
_CODE_PATHS = (b"/2015-03-31/functions", b"/2018-10-31/layers")
MAX_UNSIGNED_BODY = 1024 * 1024
"""Octets: nobody who does not even claim to be somebody needs more."""
BODY_SECONDS = 60.0
_log = structlog.get_logger()


class AwsDoor:
    """The ASGI application."""

    __slots__ = ("_answer", "_executor", "_large")

    def __init__(self, answer: Answer, executor: Executor) -> None:
        self._answer = answer
        """Blocks."""
        self._executor = executor
        self._large = 0
        """How many large bodies are coming in."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"no {scope['type']} here")
        response = await self._respond(scope, receive)
        if response is None:
            return
        fields = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers
        ]
        if scope["method"] == "HEAD" or response.status == 204:
            response.body = b""
        if response.status != 204:
            fields.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": fields})
        await send({"type": "http.response.body", "body": response.body})

    async def _respond(self, scope: Scope, receive: Receive) -> Response | None:
        headers = Headers(
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        )
        signed = "authorization" in headers or b"X-Amz-Signature" in scope["query_string"]
        limit = MAX_BODY if signed else MAX_UNSIGNED_BODY
        large = signed and _brings_code(scope["raw_path"], headers)
        if large:
            limit = MAX_CODE_BODY
        if large and self._large >= MAX_LARGE:
            return _refused(429, "TooManyRequestsException", "Too many large requests at once")
        self._large += large
        try:
            return await self._read_and_answer(scope, receive, headers, limit)
        finally:
            self._large -= large  # not before: until it is answered, its body is kept

    async def _read_and_answer(
        self, scope: Scope, receive: Receive, headers: Headers, limit: int
    ) -> Response | None:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(headers, receive, limit)
        except TimeoutError:
            return _refused(408, "RequestTimeout", "The body did not come in time")
        if body is None:
            return None
        if isinstance(body, Response):
            return body
        peer = (scope.get("client") or [""])[0]
        request = Request(
            id=str(uuid.uuid4()),
            method=scope["method"],
            raw_path=scope["raw_path"].decode("latin-1"),
            raw_query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            source_ip=peer,
            peer_ip=peer,
            received_at=datetime.fromtimestamp(time.time(), UTC),
            scheme=scope["scheme"],
        )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._answer, request)


def _brings_code(raw_path: bytes, headers: Headers) -> bool:
    """Tell whether a body is a function's package, which may be larger than all others."""
    length = headers.get("content-length") or "0"
    return raw_path.startswith(_CODE_PATHS) and length.isdigit() and int(length) > MAX_BODY


async def _body(headers: Headers, receive: Receive, limit: int) -> bytes | Response | None:
    """Read a body; None when the client went away."""
    too_large = _refused(
        413, "RequestEntityTooLargeException", f"Request must be smaller than {limit} bytes"
    )
    length = headers.get("content-length")
    if length is not None and int(length) > limit:
        return too_large
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            return too_large
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _refused(status: int, code: str, message: str) -> Response:
    fields = [
        ("x-amzn-ErrorType", code),
        ("Content-Type", "application/json"),
        ("Connection", "close"),
    ]
    return Response(status, fields, f'{{"message":"{message}"}}'.encode())
