"""Replies to the calls of methods that cache, kept in the house for all workers together.

In memory and nowhere else. Bounded for each stage by the size of its cache, and for all of them;
what was used longest ago goes first. Whoever finds nothing gets a ticket: a reply that was asked
for before a flush, or before a newer one, is not kept; nor is one of a worker that does not act by
the newest flush yet, since the stage may have had another backend before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gatelodge.world.house_wire import Head

LOOK_UP, KEEP = "look up reply", "keep reply"
MAX_OCTETS = 256 * 1024 * 1024
"""Of all stages together."""
_GIGABYTE = 1024 * 1024 * 1024
_SHARE = 16
"""AWS's sizes are of machines of their own; a stage has a sixteenth of its here."""
_OVERHEAD = 512
_SWEEP_SECONDS = 60.0

StageKey = tuple[str, str]
"""API and stage."""
ReplyKey = tuple[str, str]
"""Deployment and digest."""


class Kept:
    """One reply."""

    __slots__ = ("fields", "payload", "since", "status", "ticket", "ttl")

    def __init__(
        self, status: int, fields: int, payload: bytes, ttl: int, since: float, ticket: int
    ) -> None:
        self.status = status
        self.fields = fields
        """Octets of the payload that are its fields."""
        self.payload = payload
        self.ttl = ttl
        self.since = since
        self.ticket = ticket

    @property
    def size(self) -> int:
        """What it counts, in octets."""
        return len(self.payload) + _OVERHEAD

    def is_live(self, now: float, ttl: int) -> bool:
        """Tell whether it may be served; a clock that was set back ends it too."""
        return self.since <= now < self.since + min(ttl, self.ttl)


class _Stage:
    """The replies of one stage."""

    __slots__ = ("octets", "replies")

    def __init__(self) -> None:
        self.replies: dict[ReplyKey, Kept] = {}
        """The one used last stands last."""
        self.octets = 0

    def put(self, key: ReplyKey, kept: Kept) -> None:
        self.replies[key] = kept
        self.octets += kept.size

    def take(self, key: ReplyKey) -> Kept | None:
        kept = self.replies.pop(key, None)
        if kept is not None:
            self.octets -= kept.size
        return kept

    def shrink(self, octets: int) -> None:
        """Forget what was used longest ago, until what is left has so many octets at most."""
        while self.octets > octets:
            self.take(next(iter(self.replies)))


class ReplyCache:
    """The replies of all stages."""

    __slots__ = ("_catch_up", "_change", "_clock", "_flushed", "_octets", "_stages", "_ticket")

    def __init__(
        self,
        clock: Callable[[], float],
        catch_up: Callable[[int], Awaitable[None]],
        change: int,
    ) -> None:
        """Keep nothing yet.

        clock: seconds since 1970. catch_up: as the house's, by a change. change: the last there is.
        """
        self._clock = clock
        self._catch_up = catch_up
        self._change = change
        """Of the newest flush, or of when this house began."""
        self._stages: dict[StageKey, _Stage] = {}
        """The one used last stands last."""
        self._octets = 0
        # Tickets of a house that is gone are older than all of this one's.
        self._ticket = self._flushed = int(clock() * 1_000_000)

    def look_up(
        self, stage: StageKey, key: ReplyKey, ttl: int, *, acts_by: int, renew: bool
    ) -> Kept | int:
        """Give a reply that may be served, or a ticket for the one that will be.

        acts_by: the last change by which the worker acts that asks.
        """
        found = self._use(stage)
        if found is not None:
            kept = found.take(key)
            if kept is not None and not renew and kept.is_live(self._clock(), ttl):
                found.put(key, kept)
                return kept
            self._octets -= kept.size if kept is not None else 0
        if acts_by < self._change:
            return self._flushed
        self._ticket += 1
        return self._ticket

    def keep(self, stage: StageKey, key: ReplyKey, kept: Kept, cluster_size: float) -> None:
        """Keep a reply, unless something newer has happened since its ticket was given."""
        if kept.ticket <= self._flushed:
            return
        found = self._use(stage)
        if found is None:
            found = self._stages[stage] = _Stage()
        self._octets -= found.octets
        known = found.take(key)
        found.put(key, kept if known is None or known.ticket < kept.ticket else known)
        found.shrink(min(MAX_OCTETS, int(cluster_size * _GIGABYTE / _SHARE)))
        self._octets += found.octets
        while self._octets > MAX_OCTETS:
            name, oldest = next(iter(self._stages.items()))
            self._octets -= oldest.octets
            oldest.shrink(max(0, MAX_OCTETS - self._octets))
            self._octets += oldest.octets
            if not oldest.replies:
                del self._stages[name]

    def flush(self, api_id: str, stage: str, change: int) -> None:
        """Forget the replies of a stage, and what is being asked for now.

        change: the last that is read, the flush among what came before or with it.
        """
        self._flushed, self._change = self._ticket, change
        found = self._stages.pop((api_id, stage), None)
        self._octets -= found.octets if found is not None else 0

    def _use(self, stage: StageKey) -> _Stage | None:
        """Find a stage's replies, and put them last."""
        found = self._stages.pop(stage, None)
        if found is not None:
            self._stages[stage] = found
        return found

    async def keep_sweeping(self) -> None:
        """Forget what is too old, again and again, until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            for stage in list(self._stages):
                self.sweep(stage)
                await asyncio.sleep(0)

    def sweep(self, stage: StageKey) -> None:
        """Forget what is too old of a stage."""
        found = self._stages.get(stage)
        if found is None:
            return
        now = self._clock()
        self._octets -= found.octets
        for key in [k for k, kept in found.replies.items() if not kept.is_live(now, kept.ttl)]:
            found.take(key)
        self._octets += found.octets
        if not found.replies:
            del self._stages[stage]

    async def answer_look_up(self, head: Mapping[str, Any], payload: bytes) -> tuple[Head, bytes]:
        """Answer a worker, as the house does."""
        del payload
        await self._catch_up(head["change"])
        stage, key = _keys(head)
        found = self.look_up(stage, key, head["ttl"], acts_by=head["acts_by"], renew=head["renew"])
        if isinstance(found, int):
            return {"ticket": found}, b""
        told = {"status": found.status, "fields": found.fields, "since": found.since}
        return told, found.payload

    async def answer_keep(self, head: Mapping[str, Any], payload: bytes) -> tuple[Head, bytes]:
        """Keep what a worker brings."""
        await self._catch_up(head["change"])
        stage, key = _keys(head)
        since = self._clock()
        kept = Kept(head["status"], head["fields"], payload, head["ttl"], since, head["ticket"])
        self.keep(stage, key, kept, head["size"])
        return {}, b""


def _keys(head: Mapping[str, Any]) -> tuple[StageKey, ReplyKey]:
    api_id, stage = head["stage"]
    return (api_id, stage), (head["deployment"], head["digest"])
