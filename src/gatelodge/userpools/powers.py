"""Modular powers, computed in processes of their own: they take milliseconds of a whole core.

What is waiting is bounded: more than that is refused at once, so that nobody can make others wait
without end.
"""

import multiprocessing
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from gatelodge import srp
from gatelodge.userpools.refusal import Refused

T = TypeVar("T")
MAX_WAITING = 12
"""Fewer than the endpoint has threads: the others are left for what takes no time."""
_PRIVATE_BITS = 256


class Powers:
    """The processes. Started with the first question; they end with the one that asks."""

    __slots__ = ("_changing", "_executor", "_processes", "_slots")

    def __init__(self, processes: int | None = None) -> None:
        self._processes = processes or max(1, min(4, (os.cpu_count() or 1) // 2))
        self._executor = self._start()
        self._changing = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_WAITING)

    def verifier(self, pool_name: str, user_id: str, password: str, salt: int) -> int:
        """Derive the verifier of a password. Blocks."""
        return self._run(srp.verifier, pool_name, user_id, password, salt)

    def answer_client(self, public: int, verifier: int) -> tuple[int, bytes] | None:
        """Answer a client's public value: the server's, and the key. Blocks."""
        return self._run(_answer_client, public, verifier, secrets.randbits(_PRIVATE_BITS))

    def close(self) -> None:
        """End the processes."""
        self._executor.shutdown(cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._processes,
            multiprocessing.get_context("spawn"),
            initializer=_end_with_parent,
        )

    def _run(self, function: Callable[..., T], *arguments: object) -> T:
        if not self._slots.acquire(blocking=False):
            raise Refused("TooManyRequestsException", "Too many requests")
        try:
            executor = self._executor
            try:
                return executor.submit(function, *arguments).result()
            except BrokenProcessPool:
                # A process died, and with it all of them: others take their place, once.
                return self._replaced(executor).submit(function, *arguments).result()
        finally:
            self._slots.release()

    def _replaced(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        with self._changing:
            if self._executor is broken:
                self._executor = self._start()
            return self._executor


def new_salt() -> int:
    """Draw a salt."""
    return srp.whole_salt(secrets.randbits(srp.SALT_BITS))


def _answer_client(public: int, verifier: int, private: int) -> tuple[int, bytes] | None:
    challenge = srp.answer_client(public, verifier, private)
    return None if challenge is None else (challenge.public, challenge.key)


def _end_with_parent() -> None:
    """End when the process that started this one is gone: nobody else would tell."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
