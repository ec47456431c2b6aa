"""Time-outs for many things at once: one sweep for all of them instead of a timer for each."""

import asyncio
from typing import Protocol

NEVER = float("inf")
"""The deadline of what may take any time."""


class Expiring(Protocol):
    """Something that must be over by a time."""

    deadline: float
    """On the loop's clock, in seconds."""

    def expire(self) -> None:
        """The time is up; called once for each deadline, which is over then."""


class Deadlines:
    """A set of things to be over in time, for as long as they exist; a deadline is an attribute."""

    __slots__ = ("_interval", "_loop", "_timer", "pending")

    def __init__(self, loop: asyncio.AbstractEventLoop, interval: float) -> None:
        self._loop = loop
        self._interval = interval
        """Seconds between sweeps: by so much a time-out can be late."""
        self.pending: set[Expiring] = set()
        self._timer = loop.call_later(interval, self._sweep)

    def _sweep(self) -> None:
        now = self._loop.time()
        late = [item for item in self.pending if item.deadline <= now]
        for item in late:
            item.deadline = NEVER
            item.expire()
        self._timer = self._loop.call_later(self._interval, self._sweep)

    def close(self) -> None:
        """Stop sweeping."""
        self._timer.cancel()
