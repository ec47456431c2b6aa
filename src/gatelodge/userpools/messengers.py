"""What is sent while nobody waits: a few threads, and a bounded number of messages before them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

MAX_WAITING = 10_000
"""Messages that wait or are being sent: a mail server that is away must not fill the memory."""


class Messengers:
    """Threads that send messages, one after the other."""

    def __init__(self, threads: int) -> None:
        self._executor = ThreadPoolExecutor(threads)
        self._lock = Lock()
        self._waiting = 0

    @property
    def full(self) -> bool:
        """Whether no more may be submitted. To be asked first, whoever it is for."""
        return self._waiting >= MAX_WAITING

    def submit(self, send: Callable[[], None]) -> None:
        """Send when its turn comes."""
        with self._lock:
            self._waiting += 1
        self._executor.submit(self._send, send)

    def _send(self, send: Callable[[], None]) -> None:
        try:
            send()
        finally:
            with self._lock:
                self._waiting -= 1
