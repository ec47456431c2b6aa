"""What functions print: one bounded log for each, and the tail of a single call."""

import os
from contextlib import suppress
from pathlib import Path

MAX_LOG = 4 * 1024 * 1024
"""Octets; when a log is full it becomes the old one, and one old one is kept."""
TAIL = 4096
_NAME = str.maketrans({"/": "_", ":": "_", "$": "_"})


class Log:
    """The log of one function."""

    __slots__ = ("_descriptor", "_path", "_written")

    def __init__(self, directory: Path, account: str, region: str, name: str) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = log_path(directory, account, region, name)
        self._open()

    def write(self, octets: bytes) -> None:
        """Append to the log."""
        if self._written + len(octets) > MAX_LOG:
            self._turn()
        self._written += os.write(self._descriptor, octets)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _turn(self) -> None:
        """Begin anew. Where that cannot be, the full log is written on."""
        full = self._descriptor
        with suppress(OSError):
            with suppress(FileNotFoundError):
                self._path.replace(self._path.with_suffix(".old"))
            self._open()
            # Not before: its number would be that of whatever is opened next.
            os.close(full)

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = os.open(self._path, flags, 0o600)
        self._written = os.fstat(self._descriptor).st_size


def log_path(directory: Path, account: str, region: str, name: str) -> Path:
    """Say where the log of a function is."""
    return directory / f"{account}-{region}-{name.translate(_NAME)}.log"


class Tail:
    """The last octets of what one call printed."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept = b""

    def add(self, octets: bytes) -> None:
        """Add what was printed just now."""
        self._kept = (self._kept + octets)[-TAIL:]

    def take(self) -> bytes:
        """Give what is kept and forget it."""
        kept, self._kept = self._kept, b""
        return kept
