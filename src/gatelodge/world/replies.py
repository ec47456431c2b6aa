"""Answers LookUpReply and KeepReply: the worker's side of the replies that the house keeps.

Without the house nothing is kept, and every call goes to its integration.
"""

from collections.abc import Callable, Mapping
from typing import Any

from gatelodge.integrate.questions import KeepReply, KeptReply, LookUpReply, Missing, ReplyKey
from gatelodge.messages import Response
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.house_client import Away, HouseClient
from gatelodge.world.house_wire import Head
from gatelodge.world.reply_cache import KEEP, LOOK_UP

MAX_UNDER_WAY = 32 * 1024 * 1024
"""Octets of replies on their way to the house; more are not kept."""
MAX_LOOK_UPS = 256
"""Replies that are looked up at once: so many may come from the house together."""
_PATIENCE = 1.0
_PAUSE = 1.0
"""Seconds for which a house that did not answer is left alone."""
_CRLF = "\r\n"


Key = tuple[str | int, ...]


class Replies:
    """The replies that the house keeps, as one worker asks for them."""

    __slots__ = (
        "_acts_by",
        "_asking",
        "_clock",
        "_house",
        "_known",
        "_paused_until",
        "_under_way",
    )

    def __init__(
        self,
        house: HouseClient,
        known: Callable[[], int],
        acts_by: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        """Prepare; known, acts_by: the last change that this process knows of, and acts by."""
        self._house = house
        self._known = known
        self._acts_by = acts_by
        self._clock = clock
        self._paused_until = 0.0
        self._under_way = 0
        self._asking: dict[Key, list[Resume]] = {}
        """Calls that wait for one reply."""

    def look_up(self, question: LookUpReply, resume: Resume) -> Pending | None:
        """Ask the house for a reply, and resume with it."""
        if self._clock() < self._paused_until:
            return None
        key = self._key(question)
        waiting = self._asking.get(key)
        if waiting is not None and not question.renew:
            waiting.append(resume)
            return PENDING
        if len(self._asking) >= MAX_LOOK_UPS and not question.renew:
            return None
        waiting = self._asking[key] = [resume]

        def tell(head: Mapping[str, Any] | Away, payload: bytes) -> None:
            if self._asking.get(key) is waiting:
                del self._asking[key]
            if isinstance(head, Away) or head.get("failed"):
                self._paused_until = self._clock() + _PAUSE
                head = {}
            for told in waiting:
                told(_read(head, payload))

        head = {
            **self._head(LOOK_UP, question.key),
            "ttl": question.ttl,
            "renew": question.renew,
            "acts_by": self._acts_by(),
        }
        self._house.ask(head, b"", tell, seconds=_PATIENCE, repeatable=True)
        return PENDING

    def _key(self, question: LookUpReply) -> Key:
        """Name what is looked up: whoever knows of a flush does not wait for what was before."""
        key = question.key
        changes = (self._known(), self._acts_by())
        return (*key.stage, key.deployment, key.digest, question.ttl, *changes)

    def keep(self, question: KeepReply, resume: Resume) -> Pending | None:
        """Bring the house a reply, unless too many are on their way; resume when it is there.

        Whoever has got a reply finds it kept, by whichever worker.
        """
        response = question.response
        fields = _CRLF.join(response.lines).encode("latin-1")
        payload = fields + response.body
        if self._under_way + len(payload) > MAX_UNDER_WAY:
            return None
        self._under_way += len(payload)

        def tell(head: Mapping[str, Any] | Away, _: bytes) -> None:
            del head
            self._under_way -= len(payload)
            resume(None)

        head = {
            **self._head(KEEP, question.key),
            "ticket": question.ticket,
            "ttl": question.ttl,
            "size": question.cluster_size,
            "status": response.status,
            "fields": len(fields),
        }
        self._house.ask(head, payload, tell, seconds=_PATIENCE, repeatable=False)
        return PENDING

    def _head(self, kind: str, key: ReplyKey) -> Head:
        return {
            "kind": kind,
            "stage": key.stage,
            "deployment": key.deployment,
            "digest": key.digest,
            "change": self._known(),
        }


def _read(head: Mapping[str, Any], payload: bytes) -> KeptReply | Missing | None:
    """Read the house's answer, anew for each call: what is added to a reply is of one alone."""
    if not head:
        return None
    if "ticket" in head:
        return Missing(head["ticket"])
    fields = payload[: head["fields"]].decode("latin-1")
    lines = fields.split(_CRLF) if fields else []
    body = payload[head["fields"] :]
    return KeptReply(Response(head["status"], body=body, lines=lines), head["since"])
