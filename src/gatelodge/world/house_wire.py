"""What workers and the house say to each other: messages over a Unix socket.

    4 octets   length of the head
    4 octets   length of the payload
    head       a JSON object; `id` ties an answer to its question
    payload    octets, as they are

Both ends are processes of one gatelodge: the first message on a line proves it by the master key,
which a function that got at the socket does not have. Lengths are bounded all the same.
"""

import os
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from gatelodge.store import MasterKey, SealError

SOCKET = "house.sock"
MAX_HEAD = 256 * 1024
MAX_PAYLOAD = 16 * 1024 * 1024
_LENGTHS = struct.Struct("!II")
_MAX_ADDRESS = 100
_PATIENCE = 10.0

Head = Mapping[str, Any]
HELLO = "hello"
_BELONGS_TO = "house socket"


class WireError(ValueError):
    """What came is no message."""


def write_message(head: Head, payload: bytes = b"") -> bytes:
    """Write one message."""
    written = orjson.dumps(head)
    return _LENGTHS.pack(len(written), len(payload)) + written + payload


def hello(master: MasterKey) -> bytes:
    """Write the first message of a line."""
    return write_message({"id": 0, "kind": HELLO}, master.seal(os.urandom(16), _BELONGS_TO))


def is_hello(head: Head, payload: bytes, master: MasterKey) -> bool:
    """Tell whether a first message proves that its sender has the master key."""
    try:
        master.open(payload, _BELONGS_TO)
    except SealError:
        return False
    return head.get("kind") == HELLO


class Messages:
    """Puts messages together from what arrives in pieces."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Take what arrived; gives every message that is whole. Raises WireError."""
        self._buffer += data
        while len(self._buffer) >= _LENGTHS.size:
            head, payload = _LENGTHS.unpack_from(self._buffer)
            if head > MAX_HEAD or payload > MAX_PAYLOAD:
                raise WireError(f"a message of {head} and {payload} octets")
            end = _LENGTHS.size + head + payload
            if len(self._buffer) < end:
                return
            start = _LENGTHS.size + head
            value = orjson.loads(self._buffer[_LENGTHS.size : start])
            octets = bytes(self._buffer[start:end])
            del self._buffer[:end]
            yield value, octets


def listen(directory: Path) -> socket.socket:
    """Bind the house's socket, for nobody but its own user."""
    sock = socket.socket(socket.AF_UNIX)
    path = directory / SOCKET
    path.unlink(missing_ok=True)
    # From its first moment on, not only after a chmod.
    mask = os.umask(0o177)
    try:
        with _Short(path) as address:
            sock.bind(address)
    finally:
        os.umask(mask)
    sock.listen(128)
    return sock


def connect(directory: Path) -> socket.socket:
    """Connect to the house. Raises OSError."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        with _Short(directory / SOCKET) as address:
            sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock


def ask_once(directory: Path, master: MasterKey, head: Head) -> Head:
    """Put one question and wait for its answer. Blocks. Raises OSError and WireError."""
    sock = connect(directory)
    with sock:
        sock.settimeout(_PATIENCE)
        sock.sendall(hello(master) + write_message({**head, "id": 1}))
        messages = Messages()
        while data := sock.recv(65_536):
            for answer, _ in messages.feed(data):
                return answer
    raise WireError("the house hung up")


class _Short:
    """A name for a path that fits into a socket address: some 100 octets (unix(7))."""

    __slots__ = ("_descriptor", "_path")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) <= _MAX_ADDRESS:
            return str(self._path)
        self._descriptor = os.open(self._path.parent, os.O_RDONLY)
        return f"/proc/self/fd/{self._descriptor}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
