"""HTTP messages as values: what came over the wire, undecoded, and what goes back.

Knows RFC 9110's message parts; knows no sockets, no routes and no AWS rules.
Text is ISO-8859-1: one character for each octet, so nothing is lost or guessed.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

Pair = tuple[str, str]
T = TypeVar("T")

# RFC 9110, 5.1 and 5.5: a token, and a value without control characters.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_SECRET = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "set-cookie2",
        "x-amz-security-token",
        "x-api-key",
    }
)
_TEXTS_KEPT = 1024
_LONGEST_KEPT = 256


class _FieldNames(dict[str, tuple[str, bool]]):
    """Names as they were sent → in lower case, and whether the value is a secret."""

    def __missing__(self, name: str) -> tuple[str, bool]:
        if _NAME.fullmatch(name) is None:
            raise ValueError("not a field line")
        lower = name.lower()
        return _keep(self, name, (lower, lower in _SECRET))


_read_name = _FieldNames().__getitem__


class _FieldLines(dict[str, Pair]):
    """Field lines → name in lower case, value: peers say the same in message after message."""

    def __missing__(self, line: str) -> Pair:
        name, colon, value = line.partition(":")
        # The everyday value is printable ASCII, which is told faster than by an expression.
        plain = value.isascii() and value.isprintable()
        if not colon or not (plain or _VALUE.fullmatch(value)):
            raise ValueError("not a field line")
        lower, secret = _read_name(name)
        field = (lower, value.strip(" \t"))
        return field if secret else _keep(self, line, field)


def _keep(kept: dict[str, T], text: str, value: T) -> T:
    """Remember what a text comes to; few and short ones are."""
    if len(text) <= _LONGEST_KEPT:
        if len(kept) >= _TEXTS_KEPT:
            kept.clear()
        kept[text] = value
    return value


read_field: Callable[[str], Pair] = _FieldLines().__getitem__
"""Takes a field line apart: name in lower case, value. Raises ValueError for what is none."""


class Headers:
    """Header fields in the order they came, repeats kept, names compared without case.

    Field values are as sent, without surrounding white space (RFC 9110, 5.5).
    """

    __slots__ = ("index", "lines", "repeated", "sent")

    def __init__(self, pairs: Sequence[Pair] = (), lines: Sequence[str] | None = None) -> None:
        """Keep pairs of name and value, or read field lines without their line ends.

        Raises ValueError for a line that is none.
        """
        if lines is None:
            fields = [(name.lower(), value) for name, value in pairs]
            lines = [f"{name}: {value}" for name, value in pairs]
        else:
            fields = [*map(read_field, lines)]
        self.lines = lines
        """The fields as lines `Name: value`, as they were sent."""
        index = dict(fields)
        self.repeated: Sequence[Pair] = ()
        """All fields, names in lower case, when a name is there twice; else nothing."""
        if len(index) != len(fields):
            self.repeated = fields
            index = dict(reversed(fields))
        self.index = index
        """Lower-case name → the first field's value."""
        self.sent: tuple[Hashable, str] | None = None
        """What was sent on of these fields the last time, and under which circumstances."""

    @property
    def lower(self) -> list[str]:
        """The names in lower case, one for each line."""
        return [name for name, _ in self.repeated or self.index.items()]

    @property
    def pairs(self) -> list[Pair]:
        """The fields as pairs, names as they were sent."""
        fields = self.repeated or self.index.items()
        return [
            (line[: len(name)], value)
            for line, (name, value) in zip(self.lines, fields, strict=True)
        ]

    def get(self, name: str) -> str | None:
        """Return the first value of a field, None without one; the name in lower case."""
        return self.index.get(name)

    def all(self, name: str) -> list[str]:
        """Return every value of a field in arrival order; the name in lower case."""
        if name not in self.index:
            return []
        if not self.repeated:
            return [self.index[name]]
        return [value for key, value in self.repeated if key == name]

    def __contains__(self, name: object) -> bool:
        return name in self.index

    def __repr__(self) -> str:
        return f"Headers({self.pairs!r})"


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


class Request(msgspec.Struct, eq=False):
    """One request as a door received it. Never changed once made.

    A Struct, as are other values that are made for every call: a class with an `__init__` of its
    own takes two to three times as long to make.
    """

    id: str
    """Given by the door: the engine draws no random numbers."""
    method: str
    raw_path: str
    """The path as on the request line; a signature covers this spelling."""
    raw_query: str
    """The query as on the request line, without the question mark."""
    headers: Headers
    body: bytes | None
    """None: this door did not see the body. Unknown is not empty."""
    source_ip: str
    """Decided by the door from the peer and the trusted proxies; canonical text."""
    peer_ip: str
    """The other end of the connection; the client itself, or a proxy in front."""
    received_at: datetime
    """An aware time in UTC: the engine's only clock."""
    scheme: str = "http"
    protocol: str = "HTTP/1.1"
    client_cert: ClientCert | None = None

    def __repr__(self) -> str:
        # Fields may be secrets.
        return f"Request({self.method} {self.raw_path})"


class ReplyLines(list[str]):
    """The field lines of a backend's reply; never changed, since replies with one head share them.

    relayed: what goes to clients of these lines, once somebody has worked it out.
    """

    __slots__ = ("relayed",)

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__(lines)
        self.relayed: list[str] | None = None


class Response:
    """One response: status, header fields in order, the whole body."""

    __slots__ = ("body", "lines", "status")

    def __init__(
        self,
        status: int,
        headers: Iterable[Pair] = (),
        body: bytes = b"",
        lines: list[str] | None = None,
    ) -> None:
        self.status = status
        self.lines = [f"{name}: {value}" for name, value in headers] if lines is None else lines
        """The fields as lines `Name: value`, fit for the wire: what a backend sends is relayed
        without being taken apart."""
        self.body = body

    @property
    def headers(self) -> tuple[Pair, ...]:
        """The fields as pairs, for reading."""
        return tuple(read_pairs(self.lines))

    def add(self, name: str, value: str) -> None:
        """Add a field whose value is fit for the wire."""
        self.lines.append(f"{name}: {value}")

    def __repr__(self) -> str:
        return f"Response({self.status}, {self.headers!r}, {self.body!r})"


def read_pairs(lines: Iterable[str]) -> list[Pair]:
    """Take field lines apart that are known to be good."""
    parts = [line.partition(":") for line in lines]
    return [(name, value.strip(" \t")) for name, _, value in parts]


def one_line(value: str) -> str:
    """Make text fit for a field value: octets, and none that would begin another field."""
    octets = value if max(value, default="") <= "\xff" else value.encode().decode("latin-1")
    return "".join(c for c in octets if c >= " " and c != "\x7f")
