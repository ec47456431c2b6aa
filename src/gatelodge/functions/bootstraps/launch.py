"""Confine this process, then become the runtime of a function.

The first argument is a JSON object, written by functions/confinement.py:

    argv       what to become
    namespaces whether to try for a PID and mount namespace of its own
    binds      [[source, place, read only]]: what to show at a place as well, in the mount namespace
    uid        user and group to become, null to stay
    limits     [[RLIMIT name, number]]
    readable   directories that may be read, with Landlock; null to go without
    writable   directories that may be written as well

What the system does not offer is left out: what it does offer, confinement.py has tried before.
Source: unshare(2), prctl(2), capabilities(7), landlock(7).
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
# Access rights to the file system, by the version of Landlock that brought them.
_EXECUTE, _WRITE, _READ, _READ_DIRECTORY = 1, 2, 4, 8
_READING = _EXECUTE | _READ | _READ_DIRECTORY
_ALL_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_IOCTL_DEVICE = 1 << 15
_ON_FILES = _EXECUTE | _WRITE | _READ | (1 << 14) | _IOCTL_DEVICE
_SCOPES = 3  # abstract Unix sockets and signals, from version 6 on

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Do it all; ends by becoming the runtime."""
    plan = json.loads(sys.argv[1])
    # Whatever else the house had open: a function gets its output and nothing more.
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    if sys.platform == "linux":
        if plan["namespaces"]:
            _own_namespaces(plan["binds"])
        _become_user(plan["uid"])
        die_with_parent()  # after the change of user, which forgets it
        _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _drop_capabilities()
    for name, number in plan["limits"]:
        with suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (number, number))
    if plan["readable"] is not None:
        restrict(plan["readable"], plan["writable"])
    try:
        os.execv(plan["argv"][0], plan["argv"])  # noqa: S606 - that is what this program is for
    except OSError as error:
        print(f"{plan['argv'][0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - into the function's log
        sys.exit(127)


def _own_namespaces(binds: Sequence[tuple[str, str, bool]]) -> None:
    """Go on inside namespaces of our own, as the second process of the first one in there.

    That one, like the first process of a system, takes everything with it when it ends; and this
    one waits outside and ends as the function's process did.
    """
    uid, gid = os.getuid(), os.getgid()
    if _libc.unshare(CLONE_NEWNS | CLONE_NEWPID | (CLONE_NEWUSER if uid else 0)) != 0:
        return
    if uid:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - a start that is quick
                file.write(text)
    _libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    for source, place, read_only in binds:
        _bind(source, place, read_only=read_only)
    told, tell = os.pipe()
    die_with_parent()
    first = os.fork()
    if first:
        os.close(tell)
        _, status = os.waitpid(first, 0)
        _end_like(int(os.read(told, 16) or status))
    die_with_parent()
    _libc.mount(b"proc", b"/proc", b"proc", 0, None)
    runtime = os.fork()
    if runtime:
        ended = 0
        while ended != runtime:
            ended, status = os.wait()
        os.write(tell, str(status).encode())
        os._exit(0)
    os.close(told)
    os.close(tell)


def _bind(source: str, place: str, *, read_only: bool) -> None:
    """Show a directory or a file at a place as well; ends this process if that cannot be."""
    if not os.path.exists(place):  # noqa: PTH110 - a start that is quick
        os.makedirs(place)  # noqa: PTH103 - as above
    at = os.fsencode(place)
    done = _libc.mount(os.fsencode(source), at, None, MS_BIND | MS_REC, None) == 0
    if done and read_only:
        # Flags of the original that must stay are among these; those of access times stay anyway.
        flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV
        done = _libc.mount(None, at, None, flags, None) == 0
    if not done:
        print(f"{place}: {os.strerror(ctypes.get_errno())}", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(126)


def die_with_parent() -> None:
    """See to it that this process ends when its parent does, however that happens."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _end_like(status: int) -> NoReturn:
    """End as the process did whose wait status this is."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError, ValueError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _become_user(uid: int | None) -> None:
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _drop_capabilities() -> None:
    """Give up every capability: what is left of root is that its files are its own."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    _libc.capset(header, none)


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def restrict(readable: Sequence[str], writable: Sequence[str]) -> bool:
    """Leave this process only these directories; False where the system has no Landlock."""
    version = _libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = _ALL_BY_VERSION[min(version, 3)] | (_IOCTL_DEVICE if version >= 5 else 0)
    attributes = (ctypes.c_uint64 * 3)(handled, 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    for paths, access in ((readable, _READING), (writable, handled)):
        for path in paths:
            _allow(ruleset, path, access & handled)
    restricted: bool = _libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return restricted


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there, so nothing to be allowed
    if not os.path.isdir(path):  # noqa: PTH112 - a start that is quick
        access &= _ON_FILES
    rule = _PathRule(access, descriptor)
    _libc.syscall(LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0)
    os.close(descriptor)


if __name__ == "__main__":
    main()
