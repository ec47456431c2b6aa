"""How much memory the processes of a function use (proc(5))."""

from pathlib import Path


def used_megabytes(pid: int, skip: int = 0) -> int:
    """Add up the memory of a process and everything below it that nobody else shares.

    skip: how many generations from the top are not counted. 0 where the system does not tell.
    """
    total = 0
    waiting = [(pid, 0)]
    while waiting:
        process, depth = waiting.pop()
        if depth >= skip:
            total += _own_kilobytes(process)
        waiting += ((child, depth + 1) for child in _children(process))
    return total >> 10


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _own_kilobytes(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    return sum(
        int(line.split()[1])
        for line in status.splitlines()
        if line.startswith(("RssAnon:", "RssShmem:"))
    )
