"""The documents behind decisions, kept by their digest so that a decision can be replayed."""

import hashlib
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from gatelodge.authorize.exhibit import Exhibit

MAX_EXHIBITS = 10_000
TIDIED_EVERY = 1_000


class Exhibits:
    """A directory of JSON files named by SHA-256. The oldest go when there are too many."""

    __slots__ = ("_directory", "_kept")

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._kept = 0

    def keep(self, exhibit: Exhibit) -> str:
        """Keep an exhibit; gives its digest."""
        text = json.dumps(exhibit, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(text).hexdigest()
        path = self._path(digest)
        try:
            # Asked for again: not among the oldest any more.
            os.utime(path)
        except FileNotFoundError:
            self._write(path, text)
        return digest

    def find(self, digest: str) -> Exhibit | None:
        """Read an exhibit; None when it is no longer kept whole."""
        try:
            text = self._path(digest).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(text).hexdigest() != digest:
            return None
        exhibit: Exhibit = json.loads(text)
        return exhibit

    def _write(self, path: Path, text: bytes) -> None:
        # Other threads and processes may be writing the same: each has a file of its own.
        made = path.with_name(f"{secrets.token_hex(8)}.new")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
        made.replace(path)
        self._kept += 1
        if self._kept % TIDIED_EVERY == 1:
            self._remove_oldest()

    def _path(self, digest: str) -> Path:
        return self._directory / f"{digest}.json"

    def _remove_oldest(self) -> None:
        ages = []
        for path in self._directory.glob("*.json"):
            # Another worker may be tidying up as well.
            with suppress(FileNotFoundError):
                ages.append((path.stat().st_mtime, path))
        for _, path in sorted(ages)[:-MAX_EXHIBITS]:
            path.unlink(missing_ok=True)
