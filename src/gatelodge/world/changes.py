"""Follows the store's feed of changes, and lets writers wait until every worker has theirs."""

import asyncio
import os
import struct
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

import structlog

from gatelodge.store import Store, StoreError

INTERVAL = 0.1
"""Seconds between looks at the feed."""
PATIENCE = 1.0
"""How long a writer waits for the workers, in seconds."""
_SEEN = struct.Struct("<qq")
_log = structlog.get_logger()


class Follower:
    """Tells one process what changed."""

    __slots__ = ("_changed", "_executor", "_file", "_seen", "_status", "_store")

    def __init__(
        self,
        store: Store,
        executor: Executor,
        progress: Path,
        changed: Callable[[Sequence[str]], Awaitable[None]],
        status: Callable[[bool], None],
    ) -> None:
        self._store = store
        self._executor = executor
        self._changed = changed
        """Takes over what changed; only then is the writer let go."""
        self._status = status
        """Called after every look: whether the store answered."""
        self._file = os.open(progress, os.O_RDWR | os.O_CREAT, 0o600)
        self._seen = 0

    def start_from(self, seq: int) -> None:
        """Say that everything up to a change is known already."""
        self._seen = seq
        self._note()

    async def follow(self) -> None:
        """Look at the feed again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                changes = await loop.run_in_executor(
                    self._executor, self._store.changes_since, self._seen
                )
            except StoreError as error:
                _log.warning("the store does not answer", error=str(error))
                self._status(False)
            else:
                if changes:
                    await self._changed([what for _, what in changes])
                    self._seen = changes[-1][0]
                    self._note()
                self._status(True)
            await asyncio.sleep(INTERVAL)

    def _note(self) -> None:
        os.pwrite(self._file, _SEEN.pack(os.getpid(), self._seen), 0)


def wait_until_followed(store: Store, directory: Path) -> bool:
    """Wait until every live worker has what is written, for a second at most; False if not all."""
    target = store.last_change()
    end = time.monotonic() + PATIENCE
    while True:
        if all(_has_seen(path, target) for path in directory.glob("worker-*")):
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.01)


def _has_seen(path: Path, target: int) -> bool:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        # Left by workers that are gone, and tidied up meanwhile.
        return True
    if len(data) != _SEEN.size:
        return True
    pid, seen = _SEEN.unpack(data)
    return seen >= target or not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
