"""What all function processes of one house share: packages, scratch room, logs, confinement."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path

from gatelodge.functions.confinement import Confinement
from gatelodge.functions.environment import Places
from gatelodge.functions.function import Function
from gatelodge.functions.logs import Log
from gatelodge.functions.packages import Packages
from gatelodge.functions.runtimes import BOOTSTRAPS, command

Credentials = Callable[[Function], Mapping[str, str]]
"""Gives the AWS variables of a function's execution role; none when it has no usable role."""
Command = Callable[[Function, Places], Sequence[str]]
_WORK = "functions-work"
_LASTING_ROOM = "/var/tmp"  # noqa: S108 - not /tmp, which a function's own is shown as


class Machine:
    """The ground that functions run on.

    Packages are unpacked outside of the state directory, which functions must not see; the
    directory is named in the state, so that what a killed house leaves is removed by the next.
    """

    __slots__ = (
        "_command",
        "_confinement",
        "_credentials",
        "_endpoint",
        "_lock",
        "_logs",
        "_scratches",
        "_work",
        "executor",
        "loop",
        "packages",
        "state",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        executor: Executor,
        state: Path,
        credentials: Credentials,
        *,
        endpoint: str | None = None,
        command: Command = command,
    ) -> None:
        self.loop = loop
        self.executor = executor
        self.state = state
        self.packages = Packages(state / "functions")
        self._credentials = credentials
        self._endpoint = endpoint
        self._command = command
        self._logs: dict[str, Log] = {}
        self._work: Path | None = None
        self._confinement: Confinement | None = None
        self._scratches = 0
        self._lock = threading.Lock()
        """Many threads prepare at once, and what they share is made once."""

    @property
    def confinement(self) -> Confinement:
        """How processes are confined here; found out when it is first asked."""
        with self._lock:
            if self._confinement is None:
                self._confinement = Confinement()
            return self._confinement

    def prepare(self, function: Function) -> Places:
        """Unpack what a function needs and make it a scratch directory. Blocks.

        Raises PackageError.
        """
        with self._lock:
            if self._work is None:
                self._work = self._make_work_directory()
            work = self._work
            self._scratches += 1
            scratch = work / "scratch" / str(self._scratches)
        task = work / "task" / function.code
        self.packages.unpack([function.code], task)
        layers = None
        if function.layers:
            name = hashlib.sha256("".join(function.layers).encode()).hexdigest()
            layers = work / "layers" / name
            self.packages.unpack(function.layers, layers)
        scratch.mkdir(mode=0o700)
        return Places(task, layers, scratch, BOOTSTRAPS)

    def credentials(self, function: Function) -> Mapping[str, str]:
        """Give the AWS variables of a function. Blocks."""
        return self._credentials(function)

    def endpoint(self, function: Function) -> str | None:
        """Say where a function finds AWS's operations; None for Amazon's own endpoints."""
        return None if function.operator_credentials else self._endpoint

    def runtime(self, function: Function, places: Places) -> Sequence[str]:
        """Say what runs a function. Raises RuntimeMissing."""
        return self._command(function, places)

    def log(self, function: Function) -> Log:
        """Give the log of a function."""
        log = self._logs.get(function.arn)
        if log is None:
            directory = self.state / "logs"
            log = Log(directory, function.account, function.region, function.name)
            self._logs[function.arn] = log
        return log

    def remove(self, places: Places, uid: int | None) -> None:
        """Remove a scratch directory. Blocks."""
        shutil.rmtree(places.scratch, ignore_errors=True)
        self.confinement.free_user(uid)

    def close(self) -> None:
        """Remove everything that was unpacked, and close the logs."""
        if self._work is not None:
            shutil.rmtree(self._work, ignore_errors=True)
        for log in self._logs.values():
            log.close()

    def sweep(self) -> None:
        """Remove what a house that was killed has left. Blocks."""
        with self._lock:
            if self._work is None:
                self._remove_old()

    def _remove_old(self) -> None:
        with suppress(OSError):
            old = Path((self.state / "run" / _WORK).read_text("utf-8"))
            if old.name.startswith("gatelodge-"):
                shutil.rmtree(old, ignore_errors=True)

    def _make_work_directory(self) -> Path:
        self._remove_old()
        note = self.state / "run" / _WORK
        note.parent.mkdir(mode=0o700, exist_ok=True)
        room = _LASTING_ROOM if os.access(_LASTING_ROOM, os.W_OK) else None
        work = Path(tempfile.mkdtemp(prefix="gatelodge-", dir=room))
        note.write_text(str(work), "utf-8")
        # Others may go through to what is theirs, and list nothing.
        work.chmod(0o711)
        for name in ("task", "layers", "scratch"):
            (work / name).mkdir(mode=0o711)
            (work / name).chmod(0o711)
        return work
