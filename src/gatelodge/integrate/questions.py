"""What an integration may ask of the outside: the complete list."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from gatelodge.asking import Question
from gatelodge.messages import Response


class Unreached(StrEnum):
    """Why a backend gave no usable reply."""

    REFUSED = "the connection was refused"
    DNS = "the host name could not be resolved"
    TLS = "the TLS handshake failed"
    BROKEN = "the connection broke before the reply was complete"
    TIMED_OUT = "the backend did not answer in time"
    MALFORMED = "the reply was not valid HTTP"
    TOO_LARGE = "the reply was larger than 10 MB"
    OVERLOADED = "too many calls to this backend are waiting"


class Unreachable:
    """No reply; `detail` is for the operator."""

    __slots__ = ("detail", "reason")

    def __init__(self, reason: Unreached, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail

    def __repr__(self) -> str:
        return f"Unreachable({self.reason.name}, {self.detail!r})"


class Origin(NamedTuple):
    """Where a backend listens. A tuple, since it is looked up for every call."""

    scheme: str
    host: str
    port: int
    verify_tls: bool = True


class SendHttp(Question[Response | Unreachable]):
    """Send this request to an HTTP backend and bring its whole reply.

    target: path and query as they go on the request line. lines: the header fields as lines
    `Name: value`, complete, with Host, without hop-by-hop fields and Content-Length. timeout_ms:
    for the whole exchange, connecting included.
    """

    __slots__ = ("body", "lines", "method", "origin", "target", "timeout_ms")

    def __init__(
        self,
        method: str,
        origin: Origin,
        target: str,
        lines: Sequence[str],
        body: bytes,
        timeout_ms: int,
    ) -> None:
        self.method = method
        self.origin = origin
        self.target = target
        self.lines = lines
        self.body = body
        self.timeout_ms = timeout_ms

    @property
    def uri(self) -> str:
        """Where the request goes, for people."""
        return f"{self.origin.scheme}://{self.origin.host}:{self.origin.port}{self.target}"

    def __repr__(self) -> str:
        return f"SendHttp({self.method} {self.uri})"
