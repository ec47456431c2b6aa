"""Bodies, and the heads that announce them: llhttp says where a message ends."""

import httptools

from gatelodge.fronts.http1.head import Framing

_MAX_OVERHEAD = 64 * 1024
"""Octets of a chunked body that are not its content: trailers and extensions; and `_PER_OCTET`
for each octet of content, since it may come in chunks of one."""
_PER_OCTET = 8


class TooLargeError(Exception):
    """A body is larger than the bound."""


class BodyReader:
    """Reads the messages of one connection that are more than a plain head, one after another.

    A body is fed in exactly its length, so that a request sent ahead is never parsed before its
    turn. What raises httptools.HttpParserError is no HTTP.
    """

    __slots__ = (
        "_begun",
        "_chunked",
        "_left",
        "_limit",
        "_overhead",
        "_parser",
        "_pieces",
        "_size",
        "closes",
        "complete",
    )

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parser = httptools.HttpRequestParser(self)
        self._begun = 0
        self._chunked = False
        self._left = 0
        self._overhead = 0
        self._pieces: list[bytes] = []
        self._size = 0
        self.complete = False
        self.closes = False
        """Nothing is read after this message."""

    def begin(self, head: bytes, framing: Framing) -> None:
        """Read a head. Raises HttpParserError, and TooLargeError for what the head announces."""
        self._begun = 0
        self._chunked = framing.chunked
        self._left = framing.length
        self._pieces = []
        self._size = self._overhead = 0
        self.complete = False
        self.closes = framing.closes
        try:
            self._parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            # No other protocol is spoken here: the request is answered as it stands (RFC 9110,
            # 7.8), and the parser, which has stopped, is not used again.
            if framing.chunked or framing.length:
                raise httptools.HttpParserError("where this body ends is anybody's guess") from None
            self._parser = httptools.HttpRequestParser(self)
            self.complete = self.closes = True
        if framing.length > self._limit:
            raise TooLargeError

    def feed(self, octets: bytes) -> bytes:
        """Take what belongs to the body; gives the rest. Raises as begin does."""
        if self._chunked:
            piece, rest = octets, b""
        else:
            piece, rest = octets[: self._left], octets[self._left :]
            self._left -= len(piece)
        size = self._size
        self._parser.feed_data(piece)
        self._overhead += len(piece) - (self._size - size)
        if self._size > self._limit:
            raise TooLargeError
        if not self.complete:
            if self._overhead > _MAX_OVERHEAD + _PER_OCTET * self._size:
                raise TooLargeError
        elif self._chunked and self._begun > 1:
            # Where a chunked body ended inside the last piece is the parser's secret; what
            # followed it in there is not answered, and the connection says so by closing.
            self.closes = True
        return rest

    def take(self) -> bytes:
        """Give the body of a message that is complete."""
        body = b"".join(self._pieces)
        self._pieces = []
        return body

    # The parser: called while it is fed.

    def on_message_begin(self) -> None:
        """Count messages: a piece of a chunked body may hold the start of another."""
        self._begun += 1

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._size += len(body)
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Note the end of the message."""
        self.complete = True
