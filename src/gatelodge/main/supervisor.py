"""The supervisor: holds the sockets, forks the processes, forks again what dies.

One house process for the AWS endpoint, and the data workers. SIGTERM drains. The master key is
inherited in memory, never on a command line.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from gatelodge.settings import Settings
from gatelodge.store import MasterKey, Store
from gatelodge.world.house_wire import listen

ENDPOINTS_FILE = "endpoints.json"
_RESTART_PAUSE = 0.2
_READY = b"r"
_CLAIM_SECONDS = 10.0
"""How long a gateway waits for another one that starts on the same port."""
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StartError(RuntimeError):
    """The gateway cannot start; the message says why, with every problem on its own line."""


class Listening:
    """The sockets that outlive the processes which use them."""

    __slots__ = ("_claim", "aws", "data", "house")

    def __init__(self, settings: Settings) -> None:
        self._claim: socket.socket | None = None
        try:
            self._bind_all(settings)
        except StartError:
            self.served()
            raise

    def _bind_all(self, settings: Settings) -> None:
        if hasattr(socket, "SO_REUSEPORT") and sys.platform == "linux":
            port = settings.data_port or _free_port(settings.host)
            self._claim = _claim(port)
            first = _bind(settings.host, port, "--data-port")
            family, address = first.family, first.getsockname()
            # The first bind found the port free; now one socket for each worker.
            first.close()
            self.data = [_share(family, address) for _ in range(settings.workers)]
        else:
            first = _bind(settings.host, settings.data_port, "--data-port")
            self.data = [first] * settings.workers
        self.house = _bind(settings.host, settings.aws_port, "--aws-port")
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.aws = f"http://{host}:{self.house.getsockname()[1]}"

    def served(self) -> None:
        """Give the claim to the port up: workers listen, and the port can be seen to be taken."""
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def data_url(self, host: str) -> str:
        """Give the URL of the data plane."""
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.data[0].getsockname()[1]}"


class Supervisor:
    """Forks the processes, and forks them again when they die."""

    def __init__(
        self, settings: Settings, master: MasterKey, listening: Listening, region: str
    ) -> None:
        self._settings = settings
        self._master = master
        self._listening = listening
        self._region = region
        self._children: dict[int, int] = {}
        """Process id → number; 0 is the house, workers count from 1."""
        self._stopping = False
        run = settings.state / "run"
        run.mkdir(mode=0o700, exist_ok=True)
        self._line = listen(run)
        """Where the house is asked; it is kept while the house is started again."""
        self._lifeline = os.pipe()
        """Ends when the supervisor does, however that happens: nobody else can write to it."""

    def run(self) -> int:
        """Start everything, announce it, and watch over it."""
        for directory in ("run", "book"):
            (self._settings.state / directory).mkdir(mode=0o700, exist_ok=True)
        for stale in (self._settings.state / "run").glob("worker-*"):
            stale.unlink()
        for signal_number in _STOP_SIGNALS:
            signal.signal(signal_number, self._stop)
        ready, children_end = os.pipe()
        for number in range(self._settings.workers + 1):
            self._fork(number, children_end)
        for _ in range(self._settings.workers + 1):
            if not self._await_ready(ready):
                asked = self._stopping
                self._stop()
                self._watch()
                return 0 if asked else 1
        self._listening.served()
        self._announce()
        self._watch()
        return 0

    def _await_ready(self, pipe: int) -> bool:
        """Wait until one more process serves; False when one died or all are to stop."""
        os.set_blocking(pipe, False)
        while not self._stopping:
            try:
                if os.read(pipe, 1) == _READY:
                    return True
            except BlockingIOError:
                pass
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid:
                self._children.pop(pid, None)
                return False
            time.sleep(0.01)
        return False

    def _fork(self, number: int, ready: int | None) -> None:
        """Start one process. Signals wait meanwhile: none is lost between two handlers."""
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        try:
            pid = 0 if self._stopping else os.fork()
            if pid:
                self._children[pid] = number
            elif not self._stopping:
                self._become(number, ready)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)

    def _become(self, number: int, ready: int | None) -> NoReturn:
        """Be the house or a worker, in the forked process."""
        status = 1
        try:
            for signal_number in _STOP_SIGNALS:
                signal.signal(signal_number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
            os.close(self._lifeline[1])
            self._listening.served()  # the claim is the supervisor's alone
            tell_ready = _teller(ready)
            if number == 0:
                from gatelodge.main import house  # noqa: PLC0415 - only this process needs it

                house.main(
                    self._settings,
                    self._master,
                    self._listening.aws,
                    self._listening.house,
                    self._line,
                    self._lifeline[0],
                    tell_ready,
                )
            else:
                from gatelodge.main import worker  # noqa: PLC0415 - only this process needs it

                sock = self._listening.data[number - 1]
                worker.main(
                    number,
                    self._settings,
                    self._master,
                    sock,
                    self._listening.aws,
                    self._lifeline[0],
                    tell_ready,
                )
            status = 0
        except KeyboardInterrupt:
            status = 0
        except BaseException:  # noqa: BLE001 - a child never returns into its parent's code
            import traceback  # noqa: PLC0415 - the last words of a dying process

            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _announce(self) -> None:
        """Tell people and scripts where to find it."""
        settings = self._settings
        data = self._listening.data_url(settings.host)
        endpoints = {
            "data": data,
            "aws": self._listening.aws,
            "region": self._region,
            "account": settings.account,
        }
        path = settings.state / ENDPOINTS_FILE
        made = path.with_suffix(".new")
        made.write_text(json.dumps(endpoints) + "\n", "utf-8")
        made.replace(path)
        lines = ["gatelodge is ready", f"  API traffic   {data}"]
        lines += [
            f"    {api} stage {json.loads(body)['name']}: "
            f"{data}/_aws/execute-api/{api}/{json.loads(body)['name']}/"
            for api, _, body in Store(settings.state / "store.db").stages()
        ]
        lines.append(f"  AWS endpoint  {self._listening.aws}")
        lines.append(f"  state         {settings.state}")
        print("\n".join(lines), flush=True)  # noqa: T201 - this is the command's output

    def _watch(self) -> None:
        """Fork again what dies, until told to stop and all have gone."""
        while self._children:
            try:
                pid, status = os.waitpid(-1, 0)
            except InterruptedError:
                continue
            except ChildProcessError:
                return
            number = self._children.pop(pid, None)
            if number is None or self._stopping:
                continue
            who = f"worker {number}" if number else "the house"
            code = os.waitstatus_to_exitcode(status)
            print(f"{who} ended with {code}; starting it again", file=sys.stderr)  # noqa: T201 - as above
            time.sleep(_RESTART_PAUSE)
            self._fork(number, None)

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for pid in list(self._children):
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                self._children.pop(pid, None)


def _teller(pipe: int | None) -> Callable[[], None]:
    def tell() -> None:
        if pipe is not None:
            os.write(pipe, _READY)

    return tell


def _free_port(host: str) -> int:
    """Let the system choose a port. Raises StartError."""
    with _bind(host, 0, "--data-port") as chosen:
        return int(chosen.getsockname()[1])


def _claim(port: int) -> socket.socket:
    """Be the only gateway that is about to serve a port. Raises StartError.

    Sockets that share a port can be bound by everyone as long as nobody listens. The name of a
    socket without a file (unix(7)) belongs to one process, as long as that lives.
    """
    claim = socket.socket(socket.AF_UNIX)
    end = time.monotonic() + _CLAIM_SECONDS
    while True:
        try:
            claim.bind(f"\0gatelodge/{port}")
        except OSError as error:
            if time.monotonic() > end:
                claim.close()
                raise StartError(
                    f"another gatelodge is about to listen on port {port}; choose another with "
                    "--data-port"
                ) from error
            time.sleep(0.02)
        else:
            return claim


def _bind(host: str, port: int, option: str) -> socket.socket:
    """Bind and listen. Raises StartError: in use, not permitted, no such address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(1024)
    except OSError as error:
        sock.close()
        raise StartError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another with {option}"
        ) from error
    return sock


def _share(family: int, address: tuple[str, int]) -> socket.socket:
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(address)
    # Listening starts in the worker: a socket that nobody serves yet takes no connections.
    return sock
