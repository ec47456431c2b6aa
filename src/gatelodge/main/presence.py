"""Whether the store is there, and how long a worker may go on without it."""

import time
from collections.abc import Callable

SILENCE = 5.0
"""Seconds without a word after which the store counts as away, though no read has failed yet."""


class Presence:
    """What one process knows of its store."""

    __slots__ = ("_clock", "_failed", "_last", "stale_seconds")

    def __init__(self, stale_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._failed = False
        self.stale_seconds = stale_seconds
        """For how long what is known is served without the store."""

    def answered(self) -> None:
        """Note that the store was there just now, and everything known is still true."""
        self._last = self._clock()
        self._failed = False

    def failed(self) -> None:
        """Note that the store did not answer."""
        self._failed = True

    def away_seconds(self) -> float | None:
        """Tell for how long the store has not answered; None while it does."""
        silent = self._clock() - self._last
        return silent if self._failed or silent > SILENCE else None

    def is_stale(self) -> bool:
        """Tell whether the store is away for longer than what is known may be served."""
        away = self.away_seconds()
        return away is not None and away > self.stale_seconds
