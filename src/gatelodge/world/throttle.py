"""How fast the calls of throttled methods come, counted in the house for all workers together.

A bucket of tokens for each method (API Gateway Developer Guide, "Throttle requests to your REST
APIs"): it holds as many as the burst limit, the rate limit fills it again, and each call takes one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from gatelodge.authorize.questions import AskTurn
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.house_client import Away, HouseClient
from gatelodge.world.house_wire import Head

TURN = "turn"
MAX_BUCKETS = 100_000
_PATIENCE = 2.0
"""Seconds that a worker waits for the house; longer than the house needs to come again."""
_LONGEST_PAUSE = 1.0
"""Seconds for which a worker refuses by itself at most: limits may be changed."""


class Buckets:
    """The buckets of all methods."""

    __slots__ = ("_buckets", "_clock")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}
        """The tokens of a bucket, and when there were so many; the one used last stands last."""

    def take(self, bucket: tuple[str, ...], burst_limit: int, rate_limit: float) -> float:
        """Take a token: 0 when there was one, else how many seconds it is until the next."""
        now = self._clock()
        tokens, since = self._buckets.pop(bucket, (float(burst_limit), now))
        tokens = min(float(burst_limit), tokens + max(0.0, now - since) * rate_limit)
        admitted = tokens >= 1
        if len(self._buckets) >= MAX_BUCKETS:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[bucket] = (tokens - 1 if admitted else tokens, now)
        if admitted:
            return 0.0
        return (1 - tokens) / rate_limit if rate_limit else _LONGEST_PAUSE

    async def answer(self, head: Mapping[str, Any], payload: bytes) -> tuple[Head, bytes]:
        """Answer a worker, as the house does."""
        del payload
        return {"pause": self.take(tuple(head["bucket"]), head["burst"], head["rate"])}, b""


class Turns:
    """The worker's side of AskTurn."""

    __slots__ = ("_clock", "_house", "_refused_until")

    def __init__(self, house: HouseClient, clock: Callable[[], float]) -> None:
        self._house = house
        self._clock = clock
        self._refused_until: dict[AskTurn, float] = {}

    def ask(self, question: AskTurn, resume: Resume) -> bool | Pending:
        """Ask the house whether a call may come now; while it may not, the house is left alone."""
        until = self._refused_until.get(question)
        if until is not None:
            if self._clock() < until:
                return False
            del self._refused_until[question]

        def tell(head: Mapping[str, Any] | Away, payload: bytes) -> None:
            del payload
            # Without the house nobody counts, and a limit that nobody counts is none.
            if isinstance(head, Away) or head.get("failed"):
                resume(False)
                return
            pause = head["pause"]
            if pause:
                if len(self._refused_until) >= MAX_BUCKETS:
                    self._refused_until.clear()
                self._refused_until[question] = self._clock() + min(pause, _LONGEST_PAUSE)
            resume(not pause)

        head = {
            "kind": TURN,
            "bucket": question.bucket,
            "burst": question.burst_limit,
            "rate": question.rate_limit,
        }
        self._house.ask(head, b"", tell, seconds=_PATIENCE, repeatable=True)
        return PENDING
