"""What an integration may ask of the outside: the complete list."""

from enum import StrEnum
from typing import NamedTuple

import msgspec

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
    CERTIFICATE = "the client certificate of the stage could not be had"


class Unreachable:
    """No reply; `detail` is for the operator."""

    __slots__ = ("detail", "reason")

    def __init__(self, reason: Unreached, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail

    def __repr__(self) -> str:
        return f"Unreachable({self.reason.name}, {self.detail!r})"


class ClientCertificate(NamedTuple):
    """Names a client certificate; its key is for whoever makes the connection."""

    account: str
    region: str
    id: str


class Origin(NamedTuple):
    """Where a backend listens, and as whom it is met. A tuple: it is looked up for every call."""

    scheme: str
    host: str
    port: int
    verify_tls: bool = True
    certificate: ClientCertificate | None = None
    """To be presented in the TLS handshake. No connection made with it serves another origin."""


class ReadClock(Question[float]):
    """Asks for the time on a clock that only goes forward, in seconds; where calls are logged."""

    __slots__ = ()


class SendHttp(msgspec.Struct, Question[Response | Unreachable], eq=False):
    """Send this request to an HTTP backend and bring its whole reply.

    target: path and query as they go on the request line. fields: the header fields as lines
    `Name: value`, each with its CRLF, complete, with Host, without hop-by-hop fields and
    Content-Length. timeout_ms: for the whole exchange, connecting included.
    """

    method: str
    origin: Origin
    target: str
    fields: str
    body: bytes
    timeout_ms: int

    @property
    def uri(self) -> str:
        """Where the request goes, for people."""
        return f"{self.origin.scheme}://{self.origin.host}:{self.origin.port}{self.target}"

    def __repr__(self) -> str:
        return f"SendHttp({self.method} {self.uri})"


class KeptReply:
    """A reply that is kept, and since when (seconds since 1970)."""

    __slots__ = ("response", "since")

    def __init__(self, response: Response, since: float) -> None:
        self.response = response
        self.since = since


class Missing:
    """No reply is kept; `ticket` goes with the one that will be."""

    __slots__ = ("ticket",)

    def __init__(self, ticket: int) -> None:
        self.ticket = ticket


class ReplyKey:
    """What a kept reply is found by: nothing else of a call tells two replies apart."""

    __slots__ = ("deployment", "digest", "stage")

    def __init__(self, stage: tuple[str, str], deployment: str, digest: str) -> None:
        self.stage = stage
        """The API and the stage."""
        self.deployment = deployment
        self.digest = digest
        """Of the values of the cache's parameters: what a client sent is a secret."""

    def __repr__(self) -> str:
        return f"ReplyKey({'/'.join(self.stage)}, {self.deployment}, {self.digest})"


class LookUpReply(Question[KeptReply | Missing | None]):
    """Asks for a kept reply that is not older than so many seconds; None: nobody keeps any now.

    renew: for none, but that what is kept be forgotten.
    """

    __slots__ = ("key", "renew", "ttl")

    def __init__(self, key: ReplyKey, ttl: int, *, renew: bool) -> None:
        self.key = key
        self.ttl = ttl
        self.renew = renew

    def __repr__(self) -> str:
        return f"LookUpReply({self.key})"


class KeepReply(Question[None]):
    """Asks to keep a reply for so many seconds, if that can be done.

    cluster_size: gigabytes of the stage's cache, as AWS counts them.
    """

    __slots__ = ("cluster_size", "key", "response", "ticket", "ttl")

    def __init__(
        self, key: ReplyKey, ticket: int, response: Response, ttl: int, cluster_size: float
    ) -> None:
        self.key = key
        self.ticket = ticket
        self.response = response
        self.ttl = ttl
        self.cluster_size = cluster_size

    def __repr__(self) -> str:
        return f"KeepReply({self.key})"


class UninvokedReason(StrEnum):
    """Why a function was not invoked, or its answer not waited for."""

    NOT_FOUND = "there is no such function"
    NOT_PERMITTED = "API Gateway may not invoke the function"
    THROTTLED = "the function was throttled"
    TIMED_OUT = "the function did not answer in time"
    TOO_LARGE = "the request is larger than an event may be"
    UNAVAILABLE = "the function could not be reached"


class Uninvoked:
    """No answer of a function; `detail` is for the operator."""

    __slots__ = ("detail", "reason")

    def __init__(self, reason: UninvokedReason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail

    def __repr__(self) -> str:
        return f"Uninvoked({self.reason.name}, {self.detail!r})"


class FunctionAnswer:
    """What a function answered."""

    __slots__ = ("failed", "payload", "request_id")

    def __init__(self, payload: bytes, *, failed: bool, request_id: str = "") -> None:
        self.payload = payload
        self.failed = failed
        """The payload describes an error of the function."""
        self.request_id = request_id
        """Of the invocation, as the function's log names it; empty where nobody asks for it."""


class InvokeFunction(Question[FunctionAnswer | Uninvoked]):
    """Invoke a Lambda function and bring its answer.

    function: its ARN, qualifier included. source_arn, source_account: who invokes, for the
    function's policy. credentials: the ARN of the role to do it by, instead.
    """

    __slots__ = ("credentials", "function", "payload", "source_account", "source_arn", "timeout_ms")

    def __init__(
        self,
        function: str,
        payload: bytes,
        *,
        source_arn: str,
        source_account: str,
        credentials: str | None,
        timeout_ms: int,
    ) -> None:
        self.function = function
        self.payload = payload
        self.source_arn = source_arn
        self.source_account = source_account
        self.credentials = credentials
        self.timeout_ms = timeout_ms

    def __repr__(self) -> str:
        return f"InvokeFunction({self.function}, {len(self.payload)} octets)"
