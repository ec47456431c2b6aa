"""All function processes of a house: kept warm, started when needed, and never too many.

A function's reserved concurrency is AWS's: one call more is refused at once. How many processes the
machine runs is the operator's: one call more waits its turn.
"""

import asyncio
from collections import deque

from gatelodge.functions.function import Event, Function, Result, Throttled
from gatelodge.functions.machine import Machine
from gatelodge.functions.process import Process, ProcessOverError

IDLE_SECONDS = 300.0
OLD_SECONDS = 6 * 3600.0
"""Well before the credentials of a process expire."""
MAX_WAITING = 1000
_WATCH_SECONDS = 0.1
_RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded"
_UNRESERVED = "ConcurrentInvocationLimitExceeded"

_Key = tuple[str, str, str]


class Fleet:
    """Runs functions. Everything happens on one event loop."""

    __slots__ = (
        "_funerals",
        "_idle",
        "_limit",
        "_machine",
        "_processes",
        "_running",
        "_waiting",
        "_watching",
    )

    def __init__(self, machine: Machine, limit: int) -> None:
        self._machine = machine
        self._limit = limit
        """How many processes at once."""
        self._idle: dict[_Key, list[Process]] = {}
        self._processes: set[Process] = set()
        self._running: dict[str, int] = {}
        """Function ARN → calls that run or wait for a process."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._funerals: set[asyncio.Task[None]] = set()
        self._watching = asyncio.ensure_future(self._watch())

    async def invoke(self, function: Function, event: Event) -> Result | Throttled:
        """Run a function on one event."""
        running = self._running.get(function.arn, 0)
        if function.reserved is not None and running >= function.reserved:
            return Throttled(_RESERVED)
        if len(self._waiting) >= MAX_WAITING:
            return Throttled(_UNRESERVED)
        self._running[function.arn] = running + 1
        try:
            while True:
                process = await self._take(function)
                try:
                    return await process.run(event)
                except ProcessOverError:
                    continue  # it ended while it was idle: another one takes the event
                finally:
                    self._give_back(process)
        finally:
            left = self._running[function.arn] - 1
            if left:
                self._running[function.arn] = left
            else:
                del self._running[function.arn]

    async def close(self) -> None:
        """End every process."""
        self._watching.cancel()
        for process in list(self._processes):
            self._bury(process)
        while self._funerals:
            await asyncio.wait(self._funerals)

    async def _take(self, function: Function) -> Process:
        """Find an idle process of this very version, or start one, or wait until that can be."""
        key = _key(function)
        while True:
            idle = self._idle.get(key)
            while idle:
                process = idle.pop()
                if not process.over:
                    return process
                self._bury(process)
            if len(self._processes) >= self._limit:
                self._end_longest_idle()
            if len(self._processes) < self._limit:
                break
            turn = self._machine.loop.create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next_turn()  # it was ours and goes to the next one
                raise
        self._retire(function)
        process = Process(self._machine, function)
        self._processes.add(process)
        try:
            await process.start()
        except BaseException:
            self._give_back(process)
            raise
        return process

    def _give_back(self, process: Process) -> None:
        """Keep a process for the next call, or end it."""
        age = self._machine.loop.time() - process.started
        if process.over or not process.initialized or age > OLD_SECONDS:
            self._bury(process)
            return
        process.idle_since = self._machine.loop.time()
        self._idle.setdefault(_key(process.function), []).append(process)
        self._next_turn()

    def _next_turn(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _bury(self, process: Process) -> None:
        if process not in self._processes:
            return
        self._processes.discard(process)
        task = asyncio.ensure_future(process.bury())
        self._funerals.add(task)
        task.add_done_callback(self._funerals.discard)
        self._next_turn()

    def _end_longest_idle(self) -> None:
        """Make room by ending the process that was idle for the longest time."""
        idle = [process for processes in self._idle.values() for process in processes]
        if idle:
            self._end_idle(min(idle, key=lambda process: process.idle_since))

    def _end_idle(self, process: Process) -> None:
        key = _key(process.function)
        self._idle[key].remove(process)
        if not self._idle[key]:
            del self._idle[key]
        self._bury(process)

    def _retire(self, function: Function) -> None:
        """End idle processes of what this function was before it was changed."""
        new = _key(function)
        for key in [key for key in self._idle if key[:2] == new[:2] and key != new]:
            for process in list(self._idle[key]):
                self._end_idle(process)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            idle = {process for processes in self._idle.values() for process in processes}
            for process in self._processes - idle:
                process.watch()
            before = self._machine.loop.time() - IDLE_SECONDS
            for process in idle:
                if process.over or process.idle_since < before:
                    self._end_idle(process)


def _key(function: Function) -> _Key:
    return (function.arn, function.version, function.revision)
