"""One connection to a backend: writes a request, collects the reply."""

import asyncio
from typing import TYPE_CHECKING, cast

import httptools

from gatelodge.integrate.questions import SendHttp, Unreachable, Unreached
from gatelodge.messages import ReplyLines, Response, read_field
from gatelodge.world.answers import Resume
from gatelodge.world.deadlines import NEVER

if TYPE_CHECKING:
    from gatelodge.world.http import Pool

MAX_BODY = 10 * 1024 * 1024
MAX_HEAD = 64 * 1024
"""Octets of a reply's head."""
_END_OF_HEAD = b"\r\n\r\n"
_WITH_LENGTH = frozenset({"POST", "PUT", "PATCH"})
_WITHOUT_BODY = frozenset({204, 304})
# The starts of status lines whose replies have a body.
_STATUSES = {f"HTTP/1.1 {code} ": code for code in range(200, 600) if code not in _WITHOUT_BODY}
_KEEPS_ALIVE = frozenset({None, "keep-alive"})


class Connection:
    """An asyncio protocol, used for one request at a time.

    llhttp says where a reply's head and body end; the head's lines are relayed as they came.
    """

    __slots__ = (
        "_body",
        "_complete",
        "_head",
        "_head_done",
        "_keep_alive",
        "_known",
        "_lines",
        "_parser",
        "_pool",
        "_question",
        "_received",
        "_resume",
        "_retried",
        "_size",
        "_status",
        "_transport",
        "_used",
        "deadline",
    )

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._question: SendHttp | None = None
        self._resume: Resume | None = None
        """Who is told how it ends; None when nobody waits."""
        self._retried = False
        self._parser = httptools.HttpResponseParser(self)
        self._used = False
        self.deadline = NEVER
        self._head = b""
        """What has arrived of a head."""
        self._known = (b"", 0, 0, ReplyLines(()))
        """Of the last plain reply: head, status, length, field lines. The next is often alike."""
        self._lines: list[str] = []
        """Of a head: the status line, and the fields."""
        self._body: list[bytes] = []
        self._size = 0
        self._status = 0
        self._head_done = False
        self._complete = False
        self._received = False
        self._keep_alive = True

    def send(
        self, question: SendHttp, resume: Resume, deadline: float, *, retried: bool = False
    ) -> bool:
        """Write a request; `resume` is told how it ends. False when the other side has closed."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        self._question = question
        self._resume = resume
        self._retried = retried
        self._received = False
        self.deadline = deadline
        head = f"{question.method} {question.target} HTTP/1.1\r\n{question.fields}"
        body = question.body
        if body or question.method in _WITH_LENGTH:
            head += f"Content-Length: {len(body)}\r\n"
        self._pool.upstream.outbox.write(transport, f"{head}\r\n".encode("latin-1") + body)
        return True

    def expire(self) -> None:
        """Close it: the reply did not come in time, or nobody needed it for a while."""
        question = self._question
        detail = f"after {question.timeout_ms} ms" if question is not None else ""
        self._give_up(Unreached.TIMED_OUT, detail)

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
        if self._resume is None:
            self.abort()  # a reply that nobody asked for
            return
        if not self._received and self._read_whole(data):
            return
        self._received = True
        if not self._head_done:
            self._head = self._head + data if self._head else data
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._give_up(Unreached.MALFORMED, "the backend switched protocols")
            return
        except httptools.HttpParserError as error:
            if not self._complete:
                self._give_up(Unreached.MALFORMED, str(error))
                return
            self._keep_alive = False  # something came after the reply
        if self._complete:
            self._finish_parsed()
        elif not self._head_done and len(self._head) > MAX_HEAD:
            self._give_up(Unreached.TOO_LARGE, "header fields without end")

    def eof_received(self) -> bool:
        """Let the transport close; a body without a length ends here."""
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Finish a body without a length, or tell that the reply broke off."""
        self._transport = None
        resume, question = self._resume, self._question
        if resume is not None and error is None and self._ends_with_connection():
            self._keep_alive = False
            self._finish_parsed()
        elif resume is not None and question is not None:
            self._resume = None
            if self._used and not self._received and not self._retried:
                self._pool.retry(question, resume, self.deadline, str(error or "closed early"))
            else:
                resume(Unreachable(Unreached.BROKEN, str(error or "closed early")))
        self._pool.lost(self)

    def pause_writing(self) -> None:
        """Nothing to hold back: a request is written whole, and is bounded."""

    def resume_writing(self) -> None:
        """As pause_writing."""

    def _ends_with_connection(self) -> bool:
        """Tell whether the reply's body has no other end than the connection's."""
        names = {line.partition(":")[0].lower() for line in self._lines}
        framed = "content-length" in names or "transfer-encoding" in names
        return self._head_done and not framed and self._status not in _WITHOUT_BODY

    # The parser: called while it is fed.

    def on_message_begin(self) -> None:
        """Use the connection no more when something follows the reply."""
        if self._complete:
            self._keep_alive = False

    def on_headers_complete(self) -> None:
        """Take the head's lines, and find out how the body ends."""
        if self._complete:
            return
        parser = self._parser
        self._head_done = True
        self._keep_alive = parser.should_keep_alive()
        self._status = parser.get_status_code()
        head, _, rest = self._head.partition(_END_OF_HEAD)
        self._head = b""
        lines = head.decode("latin-1").split("\r\n")
        # What was relayed with another line end in it, or folded, others could read as more lines.
        if not all(map(_is_plain, lines)):
            self._give_up(Unreached.MALFORMED, "a header field that is not on one line")
            return
        self._lines = lines
        if self._status < 200:
            self._head = rest  # after an interim reply: the start of the next head
            return
        question = self._question
        if question is not None and question.method == "HEAD":
            # Replies to HEAD have no body, whatever they say. The parser waits for one: the next
            # reply gets a new parser.
            self._complete = True
            self._keep_alive = self._keep_alive and not rest
            self._parser = httptools.HttpResponseParser(self)

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, up to the bound; of what follows the reply, nothing."""
        if self._complete:
            return
        self._size += len(body)
        if self._size > MAX_BODY:
            self._give_up(Unreached.TOO_LARGE, "")
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Note the end; an interim reply (1xx) is passed over."""
        if self._status >= 200:
            self._complete = True
        else:
            self._head_done = False

    def _finish_parsed(self) -> None:
        """Finish with what the parser found."""
        reply = Response(self._status, (), b"".join(self._body), self._lines[1:])
        self._body = []
        self._size = 0
        self._head_done = self._complete = False
        self._finish(reply)

    def _finish(self, reply: Response) -> None:
        """Hand over the reply, and the connection back."""
        resume, self._resume = self._resume, None
        if resume is None:
            return  # given up while its last octets were read
        self._used = True
        if self._keep_alive and self._transport is not None:
            self._pool.free(self)
        elif self._transport is not None:
            self._transport.close()
        resume(reply)

    def _read_whole(self, data: bytes) -> bool:
        """Finish with a reply that is all there and can be read in one way only; False for others.

        False as well for a reply whose connection ends with it: that is for llhttp to frame.
        """
        head, _, body = data.partition(_END_OF_HEAD)
        if head != self._known[0]:
            known = _read_plain(head)
            if known is None:
                return False
            self._known = known
        _, status, length, lines = self._known
        if len(body) != length or length > MAX_BODY:
            return False
        self._keep_alive = True
        self._finish(Response(status, (), body, lines))
        return True

    def _give_up(self, reason: Unreached, detail: str) -> None:
        resume, self._resume = self._resume, None
        self.abort()
        if resume is not None:
            resume(Unreachable(reason, detail))


def _read_plain(head: bytes) -> tuple[bytes, int, int, ReplyLines] | None:
    """Read a head that frames its message in one way only; None for any other."""
    lines = head.decode("latin-1").split("\r\n")
    status_line = lines.pop(0)
    status = _STATUSES.get(status_line[:13])
    if status is None or not status_line.isprintable():
        return None
    try:
        index = dict(map(read_field, lines))
    except ValueError:
        return None
    length = index.get("content-length", "")
    if (
        not (length.isascii() and length.isdigit())
        or "transfer-encoding" in index
        or len(index) != len(lines)
        or index.get("connection") not in _KEEPS_ALIVE
    ):
        return None
    return head, status, int(length), ReplyLines(lines)


def _is_plain(line: str) -> bool:
    """Tell whether a line of a head has no line end in it and continues no other."""
    return bool(line) and line[0] not in " \t" and "\n" not in line and "\r" not in line
