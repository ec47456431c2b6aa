"""When access keys and roles were last used: noted in memory, written together now and then.

A request costs one entry in a dictionary. What was noted since the last writing is lost with a
process that is killed; it is information for people, no decision depends on it.
"""

import asyncio
from concurrent.futures import Executor
from datetime import datetime

import structlog

from gatelodge.authorize.caller import Caller
from gatelodge.iam import PrincipalKind
from gatelodge.store import LastUse, Store, StoreError

INTERVAL = 5.0
"""Seconds between two writings."""
MAX_NOTED = 20_000

_log = structlog.get_logger()
_Use = tuple[Caller, datetime, str, str]


class Uses:
    """What one process has seen since it last wrote."""

    __slots__ = ("_noted",)

    def __init__(self) -> None:
        self._noted: dict[str, _Use] = {}

    def note(self, caller: Caller, at: datetime, region: str, service: str) -> None:
        """Note a call of somebody whose signature was right."""
        if len(self._noted) < MAX_NOTED or caller.access_key_id in self._noted:
            self._noted[caller.access_key_id] = (caller, at, region, service)

    async def keep_writing(self, store: Store, executor: Executor) -> None:
        """Write what was noted, again and again, until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            await self.write(store, executor)

    async def write(self, store: Store, executor: Executor) -> None:
        """Write what was noted, off the event loop; with the store away it is dropped."""
        if not self._noted:
            return
        noted, self._noted = self._noted, {}
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(executor, store.note_uses, _uses(noted))
        except StoreError as error:
            _log.warning("last uses were not written", error=str(error))


def _uses(noted: dict[str, _Use]) -> list[LastUse]:
    # In order of time, so that of a role's several sessions the latest is written last.
    ordered = sorted(noted.values(), key=lambda use: use[1])
    return [
        LastUse(
            id=_used_id(caller),
            used=at.isoformat(timespec="seconds"),
            region=region,
            service=service,
        )
        for caller, at, region, service in ordered
    ]


def _used_id(caller: Caller) -> str:
    """Give the access key; of a role session, the role."""
    if caller.principal.kind is PrincipalKind.ROLE_SESSION:
        return (caller.principal.user_id or "").partition(":")[0]
    return caller.access_key_id
