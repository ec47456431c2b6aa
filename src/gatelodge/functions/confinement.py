"""What a function's process is kept from on this machine, found out by trying.

In order of worth: namespaces of its own (it sees no other process, its /tmp is its own, and nothing
it started outlives it), Landlock (it reads what a runtime needs and nothing else), a user of its
own where gatelodge runs as root. What is missing is said in `lacks`, and where nothing keeps a
function from the state directory, functions are trusted code (docs/how-to/functions.md).
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gatelodge.functions.environment import Places
from gatelodge.functions.function import Function
from gatelodge.functions.runtimes import BOOTSTRAPS

LAUNCH = BOOTSTRAPS / "launch.py"
_FIRST_UID, _UIDS = 60_100, 800
_PROBE_SECONDS = 10
_PROBE = "import os,sys;sys.exit(0 if os.getpid() < 3 else 3)"
_IN_A_NAMESPACE = 0
_TMP = "/tmp/"  # noqa: S108 - AWS's place for a function's own files
_BACKSTOP = 1024
"""Megabytes of data beyond its memory at which a process is stopped at once; until then it is
watched (processes.py)."""
_PR_SET_DUMPABLE = 4
_LANDLOCK_CREATE = 444
# What runtimes read. Not all of /etc: it holds secrets too.
_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/sys",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/pki",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl",
)


class Confinement:
    """How processes of functions are confined here."""

    __slots__ = ("_claimed", "_own_user", "landlock", "namespaces")

    def __init__(self) -> None:
        linux = sys.platform == "linux"
        if linux:
            # Nobody of the same user may look into this process: it holds the master key.
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        self._claimed: dict[int, socket.socket] = {}
        self.landlock = linux and _landlock_version() > 0
        self.namespaces = linux and _try(namespaces=True) == _IN_A_NAMESPACE
        self._own_user = False
        if linux and os.geteuid() == 0:
            uid = self.claim_user(wanted=True)
            self._own_user = uid is not None and _try(uid=uid, reads=str(LAUNCH)) is not None
            self.free_user(uid)

    @property
    def lacks(self) -> list[str]:
        """Name what this machine does not offer."""
        offers = {
            "namespaces": self.namespaces,
            "Landlock": self.landlock,
            "a user of its own": self._own_user,
        }
        return [name for name, there in offers.items() if not there]

    @property
    def trusting(self) -> bool:
        """Whether nothing keeps a function from files that gatelodge's user can read."""
        return not self.landlock and not self._own_user

    def claim_user(self, *, wanted: bool | None = None) -> int | None:
        """Take a user that no other function on this machine has; None where that cannot be."""
        if not (self._own_user if wanted is None else wanted):
            return None
        for uid in range(_FIRST_UID, _FIRST_UID + _UIDS):
            if uid in self._claimed:
                continue
            # An abstract name is held as long as this process lives, and by one process only.
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.bind(f"\0gatelodge-user-{uid}")
            except OSError:
                sock.close()
                continue
            self._claimed[uid] = sock
            return uid
        return None

    def free_user(self, uid: int | None) -> None:
        """Give a user back; nothing of it runs any more."""
        if uid is not None:
            self._claimed.pop(uid).close()

    def command(
        self, function: Function, places: Places, runtime: Sequence[str], uid: int | None
    ) -> list[str]:
        """Say what to run so that a runtime is started confined."""
        readable = None
        if self.landlock:
            readable = [*_SYSTEM, *_interpreter(runtime[0]), str(BOOTSTRAPS), str(places.task)]
            readable += [os.path.realpath("/etc/resolv.conf")]
            readable += [str(places.layers)] if places.layers else []
        binds = self._binds(places, runtime)
        writable = [str(places.scratch), "/dev/null", *(place for _, place, _ in binds[-1:])]
        return launch_command(
            {
                "argv": list(runtime),
                "namespaces": self.namespaces,
                "binds": binds,
                "uid": uid,
                "limits": _limits(function, uid),
                "readable": readable,
                "writable": writable,
            }
        )

    def end(self, pid: int, uid: int | None) -> None:
        """End a process with everything that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        if uid is not None and not self.namespaces:
            # What left the process group is still of this user, and nothing else is.
            code = (
                f"import os;os.setresgid({uid},{uid},{uid});os.setresuid({uid},{uid},{uid});"
                "os.kill(-1,9)"
            )
            subprocess.run([sys.executable, "-I", "-S", "-c", code], check=False)  # noqa: S603 - ours

    def _binds(self, places: Places, runtime: Sequence[str]) -> list[tuple[str, str, bool]]:
        """Show the scratch directory as /tmp; in it, read only, what a runtime needs of /tmp."""
        if not self.namespaces:
            return []
        needed = {*_interpreter(runtime[0]), str(places.task), str(BOOTSTRAPS)}
        needed |= {str(places.layers)} if places.layers else set()
        kept = sorted(path for path in map(os.path.realpath, needed) if path.startswith(_TMP))
        inside = [
            (path, f"{places.scratch}/{path.removeprefix(_TMP)}", True)
            for path in kept
            if not any(path.startswith(f"{other}/") for other in kept)
        ]
        return [*inside, (str(places.scratch), _TMP.rstrip("/"), False)]


def launch_command(plan: dict[str, object]) -> list[str]:
    """Say how bootstraps/launch.py is run."""
    return [sys.executable, "-I", "-S", str(LAUNCH), json.dumps(plan)]


def _interpreter(program: str) -> list[str]:
    """Name the directories that a program and our own interpreter live in."""
    directories = {sys.prefix, sys.base_prefix}
    for path in (Path(program), Path(program).resolve()):
        directories.add(str(path.parent.parent if path.parent.name == "bin" else path.parent))
    # A program in /bin would otherwise open everything.
    return sorted(directories - {"/", ""})


def _limits(function: Function, uid: int | None) -> list[tuple[str, int]]:
    limits = [
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 1024),
        ("RLIMIT_DATA", (function.memory + _BACKSTOP) << 20),
        ("RLIMIT_FSIZE", 512 << 20),
    ]
    # Counted over all processes of a user, so it can only be set where the user is the function's.
    return [*limits, ("RLIMIT_NPROC", 1024)] if uid is not None else limits


def _landlock_version() -> int:
    version: int = ctypes.CDLL(None).syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    return version


def _try(*, namespaces: bool = False, uid: int | None = None, reads: str = "") -> int | None:
    """Start a small program confined; gives its exit status, None when that failed."""
    plan = {
        "argv": [sys.executable, "-I", "-S", "-c", f"open({(reads or os.devnull)!r});{_PROBE}"],
        "namespaces": namespaces,
        # On itself, so that nothing is hidden: only to see whether it can be done.
        "binds": [[str(BOOTSTRAPS), str(BOOTSTRAPS), True]] if namespaces else [],
        "uid": uid,
        "limits": [],
        "readable": None,
        "writable": [],
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            launch_command(plan), capture_output=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.returncode if done.returncode in (0, 3) else None
