"""What an integration may ask of the outside: the complete list."""

from collections.abc import Sequence
from enum import StrEnum

from gatelodge.asking import Question
from gatelodge.messages import Pair, Response


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


class SendHttp(Question[Response | Unreachable]):
    """Send this request to an HTTP backend and bring its whole reply.

    target: path and query as they go on the request line. headers: complete, with Host, without
    hop-by-hop fields and Content-Length. timeout_ms: for the whole exchange, connecting included.
    """

    __slots__ = (
        "body",
        "headers",
        "host",
        "method",
        "port",
        "scheme",
        "target",
        "timeout_ms",
        "verify_tls",
    )

    def __init__(
        self,
        method: str,
        scheme: str,
        host: str,
        port: int,
        target: str,
        headers: Sequence[Pair],
        body: bytes,
        timeout_ms: int,
        *,
        verify_tls: bool = True,
    ) -> None:
        self.method = method
        self.scheme = scheme
        self.host = host
        self.port = port
        self.target = target
        self.headers = headers
        self.body = body
        self.timeout_ms = timeout_ms
        self.verify_tls = verify_tls

    def __repr__(self) -> str:
        return f"SendHttp({self.method} {self.scheme}://{self.host}:{self.port}{self.target})"
