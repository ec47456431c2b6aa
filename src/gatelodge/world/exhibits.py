"""The documents behind decisions, kept by their digest so that a decision can be replayed."""

import hashlib
import json
import os
from pathlib import Path

from gatelodge.authorize.exhibit import Exhibit

MAX_EXHIBITS = 10_000


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
        if path.exists():
            os.utime(path)
            return digest
        made = path.with_suffix(f".{os.getpid()}.new")
        made.write_bytes(text)
        made.replace(path)
        self._kept += 1
        if self._kept % 1000 == 1:
            self._remove_oldest()
        return digest

    def find(self, digest: str) -> Exhibit | None:
        """Read an exhibit; None when it is no longer kept."""
        try:
            exhibit: Exhibit = json.loads(self._path(digest).read_bytes())
        except OSError:
            return None
        return exhibit

    def _path(self, digest: str) -> Path:
        return self._directory / f"{digest}.json"

    def _remove_oldest(self) -> None:
        files = sorted(self._directory.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MAX_EXHIBITS]:
            path.unlink(missing_ok=True)
