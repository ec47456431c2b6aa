"""Answers of Lambda authorizers, kept by the house for all workers (the second level).

One invocation for each identity at a time, whoever asks, and one for each time to live. Failures
are not kept. Reference: lambda-authorizer.md section 7.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor

import orjson

from gatelodge.authorize.authorizer_output import (
    AuthorizerProblem,
    AuthorizerRefused,
    read_output,
)
from gatelodge.authorize.questions import AuthorizerScope, Identity
from gatelodge.integrate.questions import FunctionAnswer, Uninvoked
from gatelodge.world.exhibits import Exhibits

MAX_KEPT = 100_000
MAX_OCTETS = 64 * 1024 * 1024

Invoke = Callable[[AuthorizerScope, bytes], Awaitable[FunctionAnswer | Uninvoked]]


class Kept:
    """One answer."""

    __slots__ = (
        "exhibit", "identity", "latency_ms", "payload", "request_id", "scope", "since", "size",
    )  # fmt: skip

    def __init__(
        self,
        scope: AuthorizerScope,
        identity: str,
        payload: bytes,
        since: float,
        exhibit: str,
        latency_ms: int,
        request_id: str,
    ) -> None:
        self.scope = scope
        self.identity = identity
        """A digest: what a client sent is a secret."""
        self.payload = payload
        self.since = since
        self.exhibit = exhibit
        self.latency_ms = latency_ms
        self.request_id = request_id
        """Of the invocation that brought it."""
        self.size = len(payload) + 512

    def is_live(self, now: float) -> bool:
        """Tell whether it may still be served; a clock that was set back ends it too."""
        return self.since <= now < self.since + self.scope.ttl


Key = tuple[tuple[str, ...], str]
Answer = Kept | AuthorizerRefused


class AuthorizerCache:
    """What the house knows of authorizers' answers."""

    __slots__ = ("_asking", "_executor", "_exhibits", "_invoke", "_kept", "_octets")

    def __init__(self, invoke: Invoke, exhibits: Exhibits, executor: Executor) -> None:
        self._invoke = invoke
        self._exhibits = exhibits
        self._executor = executor
        self._kept: dict[Key, Kept] = {}
        self._octets = 0
        self._asking: dict[Key, asyncio.Task[Answer]] = {}

    async def ask(
        self, scope: AuthorizerScope, identity: Identity | None, event: bytes
    ) -> tuple[Answer, bool]:
        """Give a kept answer or ask the function; tells whether it was asked for this."""
        if identity is None or not scope.ttl:
            return await self._ask_function(scope, "", event), True
        digest = digest_of(identity)
        key = (scope.value, digest)
        kept = self._kept.get(key)
        if kept is not None and kept.is_live(time.time()):
            return kept, False
        asking = self._asking.get(key)
        if asking is not None:
            return await asyncio.shield(asking), False
        asking = asyncio.ensure_future(self._ask_function(scope, digest, event))
        self._asking[key] = asking
        # Whoever asked may be gone by then: what is asked and kept does not hang on it.
        asking.add_done_callback(lambda asked: self._asked(key, asked))
        return await asyncio.shield(asking), True

    def _asked(self, key: Key, asking: "asyncio.Task[Answer]") -> None:
        # A flush in between has taken it away, and then what it brings is not kept.
        if self._asking.get(key) is not asking:
            return
        del self._asking[key]
        if not asking.cancelled() and asking.exception() is None:
            answer = asking.result()
            if isinstance(answer, Kept):
                self._keep(key, answer)

    def flush(self, api_id: str, stage: str) -> None:
        """Forget the answers of all authorizers of a stage."""
        for key in [key for key in self._kept if key[0][:2] == (api_id, stage)]:
            self._octets -= self._kept.pop(key).size
        for key in [key for key in self._asking if key[0][:2] == (api_id, stage)]:
            del self._asking[key]

    def live(self) -> Iterator[Kept]:
        """Give what may be served now."""
        now = time.time()
        return (kept for kept in list(self._kept.values()) if kept.is_live(now))

    def _keep(self, key: Key, answer: Kept) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._octets -= old.size
        self._kept[key] = answer
        self._octets += answer.size
        while len(self._kept) > MAX_KEPT or self._octets > MAX_OCTETS:
            self._octets -= self._kept.pop(next(iter(self._kept))).size

    async def _ask_function(self, scope: AuthorizerScope, digest: str, event: bytes) -> Answer:
        began = time.monotonic()
        answer = await self._invoke(scope, event)
        latency_ms = int((time.monotonic() - began) * 1000)
        since = time.time()
        if isinstance(answer, Uninvoked):
            detail = f"{answer.reason.value}: {answer.detail}"
            return AuthorizerRefused(AuthorizerProblem.UNINVOKED, detail)
        output = read_output(answer.payload, failed=answer.failed)
        if isinstance(output, AuthorizerRefused):
            return output
        exhibit = {"principalId": output.principal_id, "policyDocument": output.policy_document}
        loop = asyncio.get_running_loop()
        name = await loop.run_in_executor(self._executor, self._exhibits.keep, exhibit)
        return Kept(scope, digest, answer.payload, since, name, latency_ms, answer.request_id)


def digest_of(identity: Identity) -> str:
    """Name an identity without telling it."""
    return hashlib.sha256(orjson.dumps(identity)).hexdigest()
