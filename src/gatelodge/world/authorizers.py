"""Answers AskAuthorizer: from what this worker keeps, or from the house (the first level).

What is kept is the compiled policy, which is judged anew for every method.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from gatelodge.authorize.authorizer_output import (
    AuthorizerProblem,
    AuthorizerRefused,
    read_output,
)
from gatelodge.authorize.questions import AskAuthorizer, AuthorizerSays, Identity
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.authorizer_cache import Kept
from gatelodge.world.house_client import Away, HouseClient
from gatelodge.world.house_questions import AUTHORIZER_SECONDS, authorizer_head

MAX_KEPT = 20_000

Answer = AuthorizerSays | AuthorizerRefused
Key = tuple[tuple[str, ...], Identity | None]


class Authorizers:
    """Authorizers' answers of one process."""

    __slots__ = ("_asking", "_house", "_kept", "_known")

    def __init__(self, house: HouseClient, known: Callable[[], int]) -> None:
        self._house = house
        self._known = known
        """The last change that this process knows of: the house must not know less."""
        self._kept: dict[Key, AuthorizerSays] = {}
        self._asking: dict[Key, list[Resume]] = {}
        """Callers that wait for one answer."""

    def ask(self, question: AskAuthorizer, resume: Resume) -> Answer | Pending:
        """Answer from what is kept, or ask the house and resume."""
        scope, identity = question.scope, question.identity
        if identity is None:
            self._ask_house(question, [resume])
            return PENDING
        key = (scope.value, identity)
        kept = self._kept.get(key)
        if kept is not None:
            since = kept.since
            if since <= time.time() < since + scope.ttl:
                return kept
            del self._kept[key]
        waiting = self._asking.get(key)
        if waiting is not None:
            waiting.append(resume)
            return PENDING
        waiting = self._asking[key] = [resume]
        self._ask_house(question, waiting)
        return PENDING

    def flush(self, api_id: str, stage: str) -> None:
        """Forget the answers of all authorizers of a stage."""
        for kept in (self._kept, self._asking):
            for key in [key for key in kept if key[0][:2] == (api_id, stage)]:
                del kept[key]

    def _ask_house(self, question: AskAuthorizer, waiting: list[Resume]) -> None:
        def tell(head: Mapping[str, Any] | Away, payload: bytes) -> None:
            answer, fresh = _read(head, payload)
            if self._asking.get(question.key) is waiting:
                del self._asking[question.key]
                if isinstance(answer, AuthorizerSays) and question.scope.ttl:
                    self._keep(question, answer)
            told = answer
            for resume in waiting:
                resume(told)
                if fresh is not None:
                    told, fresh = fresh, None  # the others are served what one of them asked for

        self._house.ask(
            authorizer_head(question.scope, question.identity, self._known()),
            question.event(),
            tell,
            seconds=AUTHORIZER_SECONDS + 1,
            repeatable=True,
        )

    def _keep(self, question: AskAuthorizer, answer: AuthorizerSays) -> None:
        if len(self._kept) >= MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        # Only for later calls: it is not fresh for them, and cost them no time.
        self._kept[question.key] = _as_kept(answer)


def _read(head: Mapping[str, Any] | Away, payload: bytes) -> tuple[Answer, AuthorizerSays | None]:
    """Read the house's answer; the second form is for those who only waited along."""
    if isinstance(head, Away):
        return AuthorizerRefused(AuthorizerProblem.UNINVOKED, head.detail), None
    if head.get("failed"):
        return AuthorizerRefused(AuthorizerProblem.UNINVOKED, "an error in the house"), None
    if "refused" in head:
        return AuthorizerRefused(AuthorizerProblem[head["refused"]], head["detail"]), None
    said = _said(
        payload,
        head["since"],
        head["exhibit"],
        head["latency"],
        head["request"],
        fresh=head["fresh"],
    )
    if isinstance(said, AuthorizerRefused):
        return said, None
    return said, _as_kept(said) if said.fresh else None


def read_kept(kept: Kept, *, fresh: bool) -> Answer:
    """Read an answer of the house's own cache."""
    return _said(
        kept.payload, kept.since, kept.exhibit, kept.latency_ms, kept.request_id, fresh=fresh
    )


def _said(
    payload: bytes, since: float, exhibit: str, latency_ms: int, request_id: str, *, fresh: bool
) -> Answer:
    output = read_output(payload, failed=False)
    if isinstance(output, AuthorizerRefused):
        return output
    if not fresh:
        return AuthorizerSays(output, since, exhibit, fresh=False, latency_ms=0)
    return AuthorizerSays(
        output, since, exhibit, fresh=True, latency_ms=latency_ms, request_id=request_id
    )


def _as_kept(answer: AuthorizerSays) -> AuthorizerSays:
    if not answer.fresh:
        return answer
    return AuthorizerSays(answer.output, answer.since, answer.exhibit, fresh=False, latency_ms=0)
