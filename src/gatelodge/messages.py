"""HTTP messages as values: what came over the wire, undecoded, and what goes back.

Knows RFC 9110's message parts; knows no sockets, no routes and no AWS rules.
Text is ISO-8859-1: one character for each octet, so nothing is lost or guessed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

Pair = tuple[str, str]

_NAMES_KEPT = 1024
# Field names repeat from message to message: octets → (name as sent, name in lower case).
_names: dict[bytes, Pair] = {}


class Headers:
    """Header fields in the order they came, repeats kept, names compared without case.

    Field values are as sent, without surrounding white space (RFC 9110, 5.5).
    """

    __slots__ = ("index", "lower", "pairs")

    def __init__(self, pairs: Sequence[Pair] = ()) -> None:
        self.pairs = pairs
        self.lower = [name.lower() for name, _ in pairs]
        """The names in lower case, one for each pair."""
        index: dict[str, str] = {}
        for name, pair in zip(self.lower, pairs, strict=True):
            index.setdefault(name, pair[1])
        self.index = index
        """Lower-case name → the first field's value."""

    @classmethod
    def from_octets(cls, fields: Sequence[tuple[bytes, bytes]]) -> "Headers":
        """Make Headers of what a parser gives: names, and values that it has trimmed."""
        headers = cls.__new__(cls)
        pairs: list[Pair] = []
        lower: list[str] = []
        index: dict[str, str] = {}
        for octets, value_octets in fields:
            name = _names.get(octets) or _remember(octets)
            value = value_octets.decode("latin-1").rstrip(" \t")
            pairs.append((name[0], value))
            lower.append(name[1])
            if name[1] not in index:
                index[name[1]] = value
        headers.pairs = pairs
        headers.lower = lower
        headers.index = index
        return headers

    def get(self, name: str) -> str | None:
        """Return the first value of a field, None without one; the name in lower case."""
        return self.index.get(name)

    def all(self, name: str) -> list[str]:
        """Return every value of a field in arrival order; the name in lower case."""
        if name not in self.index:
            return []
        return [pair[1] for key, pair in zip(self.lower, self.pairs, strict=True) if key == name]

    def __contains__(self, name: object) -> bool:
        return name in self.index

    def __repr__(self) -> str:
        return f"Headers({list(self.pairs)!r})"


def _remember(octets: bytes) -> Pair:
    if len(_names) >= _NAMES_KEPT:
        _names.clear()
    name = octets.decode("latin-1")
    _names[octets] = found = (name, name.lower())
    return found


class ClientCert:
    """The certificate of a mutually authenticated TLS client, as the door verified it."""

    __slots__ = ("issuer_dn", "not_after", "not_before", "pem", "serial_number", "subject_dn")

    def __init__(
        self,
        pem: str,
        subject_dn: str,
        issuer_dn: str,
        serial_number: str,
        not_before: str,
        not_after: str,
    ) -> None:
        self.pem = pem
        self.subject_dn = subject_dn
        self.issuer_dn = issuer_dn
        self.serial_number = serial_number
        self.not_before = not_before
        self.not_after = not_after


class Request:
    """One request as a door received it. Never changed once made.

    A plain class with slots: it is made once for every call, and a frozen dataclass costs five
    times as much.
    """

    __slots__ = (
        "body",
        "client_cert",
        "headers",
        "id",
        "method",
        "peer_ip",
        "protocol",
        "raw_path",
        "raw_query",
        "received_at",
        "scheme",
        "source_ip",
    )

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - AWS's word is requestId, and the class gives the rest of it
        method: str,
        raw_path: str,
        raw_query: str,
        headers: Headers,
        body: bytes | None,
        source_ip: str,
        received_at: datetime,
        scheme: str = "http",
        protocol: str = "HTTP/1.1",
        peer_ip: str | None = None,
        client_cert: ClientCert | None = None,
    ) -> None:
        self.id = id
        """Given by the door: the engine draws no random numbers."""
        self.method = method
        self.raw_path = raw_path
        """The path as on the request line; a signature covers this spelling."""
        self.raw_query = raw_query
        """The query as on the request line, without the question mark."""
        self.headers = headers
        self.body = body
        """None: this door did not see the body. Unknown is not empty."""
        self.scheme = scheme
        self.protocol = protocol
        self.client_cert = client_cert
        self.source_ip = source_ip
        """Decided by the door from the peer and the trusted proxies; canonical text."""
        self.peer_ip = peer_ip or source_ip
        """The other end of the connection; the client itself, or a proxy in front."""
        self.received_at = received_at
        """An aware time in UTC: the engine's only clock."""


class Response:
    """One response: status, header fields in order, the whole body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Iterable[Pair] = (), body: bytes = b"") -> None:
        self.status = status
        self.headers: list[Pair] = list(headers)
        self.body = body

    def __repr__(self) -> str:
        return f"Response({self.status}, {self.headers!r}, {self.body!r})"


def one_line(value: str) -> str:
    """Make text fit for a field value: octets, and none that would begin another field."""
    octets = value if max(value, default="") <= "\xff" else value.encode().decode("latin-1")
    return "".join(c for c in octets if c >= " " and c != "\x7f")
