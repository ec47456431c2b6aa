"""Follows the store's feed of changes, and lets writers wait until every worker has theirs."""

import asyncio
import os
import struct
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path

import structlog

from gatelodge.store import Store, StoreError

INTERVAL = 0.1
"""Seconds between looks at the feed, when nobody wakes the follower."""
PATIENCE = 1.0
"""How long a writer waits for the workers, in seconds."""
_SEEN = struct.Struct("<qq")
_BELL = ".bell"
FLUSHED = "authorizers "
FLUSHED_REPLIES = "replies "
_FORGETTING_SECONDS = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.01
"""Seconds between a writer's looks at what the workers have seen."""
_log = structlog.get_logger()


class Follower:
    """Tells one process what changed."""

    __slots__ = (
        "_bell",
        "_changed",
        "_executor",
        "_file",
        "_looking",
        "_seen",
        "_status",
        "_store",
        "known",
    )

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
        self._bell = _hang_bell(_bell_of(progress))
        self._looking = asyncio.Lock()
        self._seen = 0
        self.known = 0
        """The last change that was read, though it may not be taken over yet."""

    @property
    def taken_over(self) -> int:
        """The last change by which this process acts."""
        return self._seen

    def start_from(self, seq: int) -> None:
        """Say that everything up to a change is known already."""
        self._seen = self.known = seq
        self._note()

    async def follow(self) -> None:
        """Look at the feed again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        loop.add_reader(self._bell, self._hear, rung)
        while True:
            rung.clear()
            await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await rung.wait()

    def _hear(self, rung: asyncio.Event) -> None:
        with suppress(BlockingIOError):
            os.read(self._bell, 4096)
        rung.set()

    async def catch_up(self, change: int) -> None:
        """See to it that a change is taken over, which somebody else knows of already."""
        if self._seen < change:
            await self._look()

    async def _look(self) -> None:
        async with self._looking:
            loop = asyncio.get_running_loop()
            try:
                changes = await loop.run_in_executor(
                    self._executor, self._store.changes_since, self._seen
                )
                if changes:
                    self.known = changes[-1][0]
                    await self._changed([what for _, what in changes])
                    self._seen = self.known
                    self._note()
            except StoreError as error:
                _log.warning("the store does not answer", error=str(error))
                self._status(False)
                return
            self._status(True)

    def _note(self) -> None:
        os.pwrite(self._file, _SEEN.pack(os.getpid(), self._seen), 0)


async def keep_forgetting(store: Store, executor: Executor, directory: Path) -> None:
    """Take the changes that everybody has away from the feed, again and again, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_FORGETTING_SECONDS)
        try:
            await loop.run_in_executor(executor, forget_followed, store, directory)
        except StoreError as error:
            _log.warning("the feed of changes was not shortened", error=str(error))


def forget_followed(store: Store, directory: Path) -> None:
    """Take away the changes that every live worker has taken over. Blocks. Raises StoreError."""
    positions = [_position(path) for path in _workers(directory)]
    seen = [seen for pid, seen in filter(None, positions) if _alive(pid)]
    if seen:
        store.forget_changes(min(seen))


def flush_authorizers(store: Store, api_id: str, stage: str) -> None:
    """Have every process forget the answers of a stage's authorizers (the cache's flush)."""
    store.note_change(f"{FLUSHED}{api_id} {stage}")


def flush_replies(store: Store, api_id: str, stage: str) -> None:
    """Have the house forget the replies that it keeps for a stage."""
    store.note_change(f"{FLUSHED_REPLIES}{api_id} {stage}")


def flushed_stages(what: Sequence[str], kind: str = FLUSHED) -> list[tuple[str, str]]:
    """Name the stages, (API, stage), of which something is to be forgotten.

    kind: FLUSHED for authorizers' answers, FLUSHED_REPLIES for replies.
    """
    found = []
    for change in what:
        if change.startswith(kind):
            api_id, _, stage = change.removeprefix(kind).partition(" ")
            found.append((api_id, stage))
    return found


def wait_until_followed(store: Store, directory: Path) -> bool:
    """Wait until every live worker has what is written, for a second at most; False if not all."""
    target = store.last_change()
    behind = [path for path in _workers(directory) if not _has_seen(path, target)]
    for path in behind:
        _ring(_bell_of(path))
    end, pause = time.monotonic() + PATIENCE, _FIRST_PAUSE
    while behind:
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        behind = [path for path in behind if not _has_seen(path, target)]
    return True


def _bell_of(progress: Path) -> Path:
    return progress.with_suffix(_BELL)


def _hang_bell(path: Path) -> int:
    """Make the named pipe that wakes a follower: a byte in it means that something changed."""
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    # For writing too, so that it does not end with each writer that goes.
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)


def _ring(path: Path) -> None:
    # Nobody listens, or the bell rings already: the follower looks by itself too.
    with suppress(OSError):
        bell = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(bell, b"!")
        finally:
            os.close(bell)


def _workers(directory: Path) -> list[Path]:
    return [path for path in directory.glob("worker-*") if path.suffix != _BELL]


def _has_seen(path: Path, target: int) -> bool:
    position = _position(path)
    return position is None or position[1] >= target or not _alive(position[0])


def _position(path: Path) -> tuple[int, int] | None:
    """Read who follows and how far; None when nobody does."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        # Left by workers that are gone, and tidied up meanwhile.
        return None
    if len(data) != _SEEN.size:
        return None
    pid, seen = _SEEN.unpack(data)
    return int(pid), int(seen)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
