"""One process of one function: started, given events, bounded in time and memory, ended whole."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

from gatelodge.functions import failures
from gatelodge.functions.confinement import Confinement
from gatelodge.functions.environment import Places, environment
from gatelodge.functions.function import Event, Function, Result
from gatelodge.functions.logs import Tail
from gatelodge.functions.machine import Machine
from gatelodge.functions.memory import used_megabytes
from gatelodge.functions.packages import PackageError
from gatelodge.functions.runtime_api import RuntimeApi
from gatelodge.functions.runtimes import RuntimeMissingError

INIT_SECONDS = 10.0
"""How long a process may take until it asks for its first event (AWS: the init phase)."""
_READ = 64 * 1024
_READS_AT_ONCE = 16


class ProcessOverError(Exception):
    """The process ended before it took an event, which can be given to another."""


class Process:
    """A worker process of a function. One event at a time."""

    __slots__ = (
        "_answer",
        "_api",
        "_ended",
        "_line",
        "_log",
        "_machine",
        "_output",
        "_peak",
        "_pid",
        "_places",
        "_ready",
        "_tail",
        "_transport",
        "_uid",
        "function",
        "idle_since",
        "initialized",
        "started",
    )

    def __init__(self, machine: Machine, function: Function) -> None:
        self._machine = machine
        self.function = function
        self._api = RuntimeApi(self, self._accepts)
        self._log = machine.log(function)
        self._tail = Tail()
        self._line = b""
        """What was printed since the last whole line."""
        self._places: Places | None = None
        self._uid: int | None = None
        self._pid: int | None = None
        self._transport: asyncio.SubprocessTransport | None = None
        self._output = -1
        self._ready = asyncio.Event()
        self._ended: asyncio.Future[bytes | int] = machine.loop.create_future()
        """An exit status, or the description of why it could not serve."""
        self._answer: asyncio.Future[Result | None] | None = None
        """None: there is no answer, since the time is up or the process has ended."""
        self._peak = 0
        self.started = machine.loop.time()
        self.initialized = False
        """Whether it has asked for an event at all."""
        self.idle_since = 0.0

    # Its life.

    async def start(self) -> None:
        """Start the process. What hinders that is told to whoever gives it an event."""
        machine, loop = self._machine, self._machine.loop
        try:
            self._places = await loop.run_in_executor(
                machine.executor, machine.prepare, self.function
            )
            runtime = machine.runtime(self.function, self._places)
        except (PackageError, RuntimeMissingError, OSError) as error:
            self._end_with(failures.invalid_entrypoint("", str(error)))
            return
        confinement = await loop.run_in_executor(machine.executor, lambda: machine.confinement)
        self._uid = confinement.claim_user()
        if self._uid is not None:
            os.chown(self._places.scratch, self._uid, self._uid)
        credentials = await loop.run_in_executor(
            machine.executor, machine.credentials, self.function
        )
        await self._spawn(self._places, runtime, credentials, confinement)

    async def _spawn(
        self,
        places: Places,
        runtime: Sequence[str],
        credentials: Mapping[str, str],
        confinement: Confinement,
    ) -> None:
        machine, loop = self._machine, self._machine.loop
        address = await self._api.listen(loop)
        self._output, written = os.pipe()
        os.set_blocking(self._output, False)
        nothing = os.open(os.devnull, os.O_RDONLY)
        stream = datetime.fromtimestamp(time.time(), UTC).strftime("%Y/%m/%d/[")
        stream += f"{self.function.version}]{os.urandom(16).hex()}"
        self._write(f"INIT_START Runtime Version: {self.function.runtime}\n".encode())
        try:
            transport, _ = await loop.subprocess_exec(
                lambda: cast("asyncio.SubprocessProtocol", _Exit(self)),
                *confinement.command(self.function, places, runtime, self._uid),
                stdin=nothing,
                stdout=written,
                stderr=written,
                env=environment(
                    self.function,
                    places,
                    address,
                    stream,
                    credentials,
                    machine.endpoint(self.function),
                ),
                cwd=str(places.task),
                start_new_session=True,
            )
        except OSError as error:
            self._end_with(failures.invalid_entrypoint("", str(error)))
            return
        finally:
            os.close(written)
            os.close(nothing)
        self._transport = transport
        self._pid = self._transport.get_pid()
        loop.add_reader(self._output, self._read_output)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._ended.done()

    def kill(self) -> None:
        """End the process and everything that it started."""
        if self._pid is not None:
            self._machine.confinement.end(self._pid, self._uid)
        self._end_with(-9)

    async def bury(self) -> None:
        """Kill it and give back everything that was its own."""
        self.kill()
        self._api.close()
        if self._output >= 0:
            self._read_output()
            if self._line:
                self._write(b"\n")
            self._machine.loop.remove_reader(self._output)
            os.close(self._output)
            self._output = -1
        if self._transport is not None:
            self._transport.close()
        if self._places is not None:
            await self._machine.loop.run_in_executor(
                self._machine.executor, self._machine.remove, self._places, self._uid
            )

    # One event.

    async def run(self, event: Event) -> Result:
        """Give it one event and wait for the answer, for as long as the function may take.

        Raises ProcessOverError when a process that has served before ends without taking the event.
        """
        loop, function = self._machine.loop, self.function
        began = loop.time()
        cold = not self.initialized
        description = await self._until_ready(
            function.timeout if self.initialized else INIT_SECONDS
        )
        if description is not None:
            if not cold:
                raise ProcessOverError
            return self._failure(description(event.request_id))
        given = loop.time()
        deadline = int((time.time() + function.timeout) * 1000)
        start = f"START RequestId: {event.request_id} Version: {function.version}\n"
        self._write(start.encode(), at_once=False)
        self._answer = loop.create_future()
        self._ready.clear()
        self._api.give(event, deadline)
        expiry = loop.call_later(function.timeout, self._finish, None)
        try:
            result = await self._answer
        except asyncio.CancelledError:
            self.kill()  # it has an event and can take no other
            raise
        finally:
            expiry.cancel()
            self._answer = None
        self._read_output()
        if result is None and self._ended.done():
            result = self._failure(self._why_ended(event.request_id))
        elif result is None:
            result = self._failure(failures.timed_out(event.request_id, function.timeout))
            self.kill()
        self._report(event.request_id, loop.time() - given, given - began if cold else None)
        return Result(result.payload, result.failed, self._tail.take(), function.version)

    def watch(self) -> None:
        """End the process if it uses more memory than its function has."""
        if self._pid is None or self._ended.done() or self._answer is None:
            return
        used = used_megabytes(self._pid, skip=2 if self._machine.confinement.namespaces else 0)
        self._peak = max(self._peak, used)
        if used > self.function.memory:
            self.kill()

    async def _until_ready(self, seconds: float) -> Callable[[str], bytes] | None:
        """Wait until it asks for an event; if it does not, gives what describes that."""
        if self._ready.is_set() and not self._ended.done():
            return None
        waiting = asyncio.ensure_future(self._ready.wait())
        ends: tuple[asyncio.Future[Any], ...] = (waiting, self._ended)
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._ended.done():
            return self._why_ended
        if not self._ready.is_set():
            self.kill()
            return lambda request_id: failures.timed_out(request_id, seconds)
        return None

    def _why_ended(self, request_id: str) -> bytes:
        ended = self._ended.result()
        return ended if isinstance(ended, bytes) else failures.exited(request_id, ended)

    def _failure(self, payload: bytes) -> Result:
        self._read_output()
        return Result(
            payload, failed=True, log_tail=self._tail.take(), version=self.function.version
        )

    def _report(self, request_id: str, took: float, init: float | None) -> None:
        billed = int(took * 1000) + 1
        line = (
            f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\t"
            f"Duration: {took * 1000:.2f} ms\tBilled Duration: {billed} ms\t"
            f"Memory Size: {self.function.memory} MB\tMax Memory Used: {self._peak} MB\t"
        )
        if init is not None:
            line += f"Init Duration: {init * 1000:.2f} ms\t"
        self._write(f"{line}\n".encode())

    # What the Runtime API tells.

    def is_ready(self) -> None:
        """It asks for an event."""
        self.initialized = True
        self._ready.set()

    def has_hung_up(self) -> None:
        """It does not wait for an event any more."""
        self._ready.clear()

    def has_finished(self, payload: bytes, *, failed: bool) -> None:
        """It answered the event that it has."""
        self._finish(Result(payload, failed))

    def answered_too_much(self) -> None:
        """Its answer is larger than an answer may be."""
        self.has_finished(failures.too_large(), failed=True)

    def failed_to_start(self, payload: bytes) -> None:
        """It cannot serve events at all."""
        if not self.initialized:
            self._end_with(payload)

    def _end_with(self, reason: bytes | int) -> None:
        if not self._ended.done():
            self._ended.set_result(reason)
        self._finish(None)

    def _finish(self, result: Result | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(result)

    def _accepts(self, peer: tuple[str, int]) -> bool:
        """Whether a connection comes from this process, as far as users can tell."""
        return self._uid is None or _user_of(peer) == self._uid

    # What it prints.

    def _read_output(self) -> None:
        if self._output < 0:
            return
        with suppress(BlockingIOError):
            for _ in range(_READS_AT_ONCE):
                octets = os.read(self._output, _READ)
                if not octets:
                    self._machine.loop.remove_reader(self._output)
                    return
                self._write(octets)

    def _write(self, octets: bytes, *, at_once: bool = True) -> None:
        """Write to the log; at_once: not only with what comes next."""
        self._tail.add(octets)
        if not at_once:
            self._line += octets
            return
        # By whole lines: other processes of the function write to the same log.
        whole, newline, self._line = (self._line + octets).rpartition(b"\n")
        if len(self._line) > _READ:
            whole, newline, self._line = whole + newline + self._line, b"\n", b""
        if newline:
            with suppress(OSError):  # a full disk costs the log, not the call
                self._log.write(whole + newline)


class _Exit:
    """Tells a Process that it has ended; asyncio.SubprocessProtocol."""

    __slots__ = ("_process", "_transport")

    def __init__(self, process: Process) -> None:
        self._process = process
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, which knows the exit status."""
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Nothing comes this way."""

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Nothing comes this way."""

    def connection_lost(self, exc: Exception | None) -> None:
        """See process_exited."""

    def process_exited(self) -> None:
        """Tell how it ended."""
        status = self._transport.get_returncode()
        self._process._end_with(-9 if status is None else status)  # noqa: SLF001 - a part of it


def _user_of(peer: tuple[str, int]) -> int | None:
    """Find out whose socket is at the other end of a local connection (proc(5), /proc/net/tcp)."""
    host = socket.inet_aton(peer[0])[::-1].hex().upper()
    wanted = f"{host}:{peer[1]:04X}"
    with open("/proc/net/tcp", encoding="ascii") as file:  # noqa: PTH123 - one line of many is wanted
        for line in file:
            fields = line.split()
            if fields[1] == wanted:
                return int(fields[7])
    return None
