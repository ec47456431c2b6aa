"""HTTP/1.1 backends: connections kept alive per origin, bounded in number, size and time.

An origin that is shown a client certificate is one of its own: its connections serve no other.

Source: RFC 9110 and 9112. The parsing is llhttp's. A request that went out on a kept connection
and found it closed, before anything of a reply arrived, is sent once more on a new one when its
method is idempotent (RFC 9110, 9.2.2); otherwise the caller is told, since the backend may have
acted on it.
"""

import asyncio
import socket
import ssl
from collections import deque
from typing import Any, cast

from gatelodge.integrate.questions import (
    ClientCertificate,
    Origin,
    SendHttp,
    Unreachable,
    Unreached,
)
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.client_certificates import CertificateError, ClientCertificates, tls_context
from gatelodge.world.deadlines import Deadlines
from gatelodge.world.http_connection import Connection
from gatelodge.world.outbox import Outbox

MAX_CONNECTIONS = 256
"""For each origin."""
MAX_WAITING = 1024
"""Calls that wait for a connection, for each origin."""
IDLE_SECONDS = 60.0
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class Waiting:
    """A request that waits for a connection."""

    __slots__ = ("_pool", "deadline", "question", "resume", "retried")

    def __init__(
        self, pool: "Pool", question: SendHttp, resume: Resume, deadline: float, *, retried: bool
    ) -> None:
        self._pool = pool
        self.question = question
        self.resume = resume
        self.deadline = deadline
        self.retried = retried

    def expire(self) -> None:
        """End it, because the time is up."""
        self._pool.waiting.remove(self)
        self._pool.upstream.deadlines.pending.discard(self)
        self.resume(Unreachable(Unreached.TIMED_OUT, f"after {self.question.timeout_ms} ms"))


class Pool:
    """The connections to one origin."""

    __slots__ = ("_context", "_origin", "idle", "open", "upstream", "waiting")

    def __init__(
        self, upstream: "Upstream", origin: Origin, context: ssl.SSLContext | None
    ) -> None:
        self.upstream = upstream
        self._origin = origin
        self._context = context
        self.idle: list[Connection] = []
        """The last one used is used next, so that the others can grow old and be closed."""
        self.open = 0
        """Connections that exist or are being made."""
        self.waiting: deque[Waiting] = deque()

    def retry(self, question: SendHttp, resume: Resume, deadline: float, why: str) -> None:
        """Send once more, where that is safe, what found its kept connection closed."""
        if question.method in _IDEMPOTENT:
            self.send_later(question, resume, deadline, retried=True)
        else:
            resume(Unreachable(Unreached.BROKEN, why))

    def free(self, connection: Connection) -> None:
        """Take back a connection whose reply is complete."""
        if self.waiting:
            self._send_next(connection)
        else:
            connection.deadline = self.upstream.loop.time() + IDLE_SECONDS
            self.idle.append(connection)

    def lost(self, connection: Connection) -> None:
        """Count a connection that is gone, and let a waiting call have its place."""
        self.open -= 1
        self.upstream.deadlines.pending.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)
        self._give_places()

    def _give_places(self) -> None:
        """Connect for those who wait, as far as connections may be made."""
        while self.waiting and self.open < MAX_CONNECTIONS:
            waiting = self._take()
            self.send_later(
                waiting.question, waiting.resume, waiting.deadline, retried=waiting.retried
            )

    def _send_next(self, connection: Connection) -> None:
        """Give a connection to the call that has waited longest."""
        waiting = self._take()
        question, resume, deadline = waiting.question, waiting.resume, waiting.deadline
        if not connection.send(question, resume, deadline, retried=waiting.retried):
            self.send_later(question, resume, deadline, retried=waiting.retried)

    def _take(self) -> Waiting:
        waiting = self.waiting.popleft()
        self.upstream.deadlines.pending.discard(waiting)
        return waiting

    def send_later(
        self, question: SendHttp, resume: Resume, deadline: float, *, retried: bool = False
    ) -> None:
        """Send on a new connection, or when one becomes free."""
        if self.open < MAX_CONNECTIONS:
            self.open += 1
            self.upstream.spawn(self._connect(question, resume, deadline, retried=retried))
        elif len(self.waiting) < MAX_WAITING:
            waiting = Waiting(self, question, resume, deadline, retried=retried)
            self.upstream.deadlines.pending.add(waiting)
            self.waiting.append(waiting)
        else:
            resume(Unreachable(Unreached.OVERLOADED))

    async def _connect(
        self, question: SendHttp, resume: Resume, deadline: float, *, retried: bool
    ) -> None:
        loop = self.upstream.loop
        try:
            async with asyncio.timeout_at(deadline):
                connection = Connection(self)
                await loop.create_connection(
                    lambda: cast("asyncio.BaseProtocol", connection),
                    self._origin.host,
                    self._origin.port,
                    ssl=self._context,
                    server_hostname=self._origin.host if self._context else None,
                )
        except (OSError, TimeoutError) as error:
            self._give_up(resume, _why_unconnected(error), str(error))
            return
        if connection.send(question, resume, deadline, retried=retried):
            self.upstream.deadlines.pending.add(connection)
        else:
            resume(Unreachable(Unreached.BROKEN, "closed early"))

    def _give_up(self, resume: Resume, why: Unreached, detail: str) -> None:
        """Tell that no connection could be made, and let a waiting call try."""
        self.open -= 1
        self._give_places()
        resume(Unreachable(why, detail))


class CertifiedPool(Pool):
    """The connections to an origin that is shown a client certificate; none is made without it."""

    __slots__ = ("_certificate", "_certificates", "_loading", "_retired")

    def __init__(
        self,
        upstream: "Upstream",
        origin: Origin,
        certificate: ClientCertificate,
        certificates: ClientCertificates | None,
    ) -> None:
        super().__init__(upstream, origin, None)
        self._certificate = certificate
        self._certificates = certificates
        self._loading = asyncio.Lock()
        self._retired = False

    def retire(self) -> None:
        """Keep no connection any more, because the certificate may be another one, or gone."""
        self._retired = True
        for connection in list(self.idle):
            connection.abort()

    def free(self, connection: Connection) -> None:
        """Take back a connection; once retired, only for those who asked before."""
        if self._retired and not self.waiting:
            connection.abort()
        else:
            super().free(connection)

    async def _connect(
        self, question: SendHttp, resume: Resume, deadline: float, *, retried: bool
    ) -> None:
        try:
            async with asyncio.timeout_at(deadline), self._loading:
                if self._context is None:
                    self._context = await self._load()
        except CertificateError as error:
            self._give_up(resume, Unreached.CERTIFICATE, f"{self._certificate.id}: {error}")
        except TimeoutError:
            self._give_up(resume, Unreached.TIMED_OUT, f"after {question.timeout_ms} ms")
        else:
            await super()._connect(question, resume, deadline, retried=retried)

    async def _load(self) -> ssl.SSLContext:
        if self._certificates is None:
            raise CertificateError("there are no client certificates here")
        return await self._certificates.context(
            self._certificate, verify_tls=self._origin.verify_tls
        )


class Upstream:
    """All backends of one process; answers SendHttp."""

    __slots__ = ("_certificates", "_contexts", "_pools", "_tasks", "deadlines", "loop", "outbox")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        outbox: Outbox,
        certificates: ClientCertificates | None = None,
    ) -> None:
        """Prepare; without certificates, what is to be met with one is not met at all."""
        self.loop = loop
        self.outbox = outbox
        self._certificates = certificates
        self.deadlines = Deadlines(loop, 0.02)
        self._pools: dict[Origin, Pool] = {}
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, question: SendHttp, resume: Resume) -> Pending:
        """Send a request; `resume` is called with the Response or with Unreachable."""
        origin = question.origin
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = self._make_pool(origin)
        deadline = self.loop.time() + question.timeout_ms / 1000
        idle = pool.idle
        while idle:
            if idle.pop().send(question, resume, deadline):
                return PENDING
        pool.send_later(question, resume, deadline)
        return PENDING

    def spawn(self, work: Any) -> None:  # noqa: ANN401 - a coroutine
        """Run a coroutine and keep it from being collected before it is done."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Close the kept connections; replies under way are not cut off."""
        for pool in self._pools.values():
            for connection in list(pool.idle):
                connection.abort()
        self.deadlines.close()

    def forget_certificates(self) -> None:
        """Have every client certificate read anew, and keep no connection made with one."""
        for origin, pool in list(self._pools.items()):
            if isinstance(pool, CertifiedPool):
                del self._pools[origin]
                pool.retire()

    def _make_pool(self, origin: Origin) -> Pool:
        if origin.certificate is not None:
            return CertifiedPool(self, origin, origin.certificate, self._certificates)
        context = self._context(origin.verify_tls) if origin.scheme == "https" else None
        return Pool(self, origin, context)

    def _context(self, verify: bool) -> ssl.SSLContext:
        if verify not in self._contexts:
            self._contexts[verify] = tls_context(verify=verify)
        return self._contexts[verify]


def _why_unconnected(error: Exception) -> Unreached:
    if isinstance(error, socket.gaierror):
        return Unreached.DNS
    if isinstance(error, ssl.SSLError):
        return Unreached.TLS
    if isinstance(error, TimeoutError):
        return Unreached.TIMED_OUT
    return Unreached.REFUSED
