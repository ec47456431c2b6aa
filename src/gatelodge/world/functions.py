"""Invokes functions for whoever may: finds the function, judges the permission, runs it.

The house's part. What was found and compiled is kept until something changes in the store.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from typing import Any

import structlog

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.asking import Question
from gatelodge.functions.documents import find_function, find_policy, is_drawn
from gatelodge.functions.fleet import Fleet
from gatelodge.functions.function import MAX_PAYLOAD, Event, Function, Result, Throttled
from gatelodge.integrate.questions import FunctionAnswer, Uninvoked, UninvokedReason
from gatelodge.store import MasterKey, SealError, Store, StoreError
from gatelodge.world.function_policies import compile_policy
from gatelodge.world.identities import IdentityError
from gatelodge.world.service_roles import (
    API_GATEWAY,
    TimedKeys,
    assumed_by,
    service_keys,
    service_principal,
)

MAX_KEPT = 10_000
MAX_LATER = 1_000
"""Events that wait to be run."""
_PAUSES = (60.0, 120.0)
"""Seconds until an event that failed is tried again (AWS Lambda Developer Guide)."""
_PATIENCE = 30.0
"""Seconds beyond a function's own time: for its start, and for its turn."""
_INVOKE = "lambda:InvokeFunction"
_SESSION = "BackplaneAssumeRoleSession"
_log = structlog.get_logger()

_Judged = tuple[str | None, bool]
"""Why somebody may not invoke, None when they may; and whether that may be otherwise later."""
RunRemote = Callable[[Function, Event, float], Awaitable["Result | Throttled | Uninvoked"]]
"""Runs a function that is elsewhere: (function, event, seconds)."""


class RunFunction(Question["Result | Uninvoked"]):
    """Run a function for whoever was allowed to; later: its answer is not waited for."""

    __slots__ = ("client_context", "function", "invoked_arn", "later", "payload")

    def __init__(
        self,
        function: Function,
        payload: bytes,
        invoked_arn: str,
        client_context: str,
        *,
        later: bool,
    ) -> None:
        self.function = function
        self.payload = payload
        self.invoked_arn = invoked_arn
        self.client_context = client_context
        self.later = later


class FunctionName:
    """A function's ARN taken apart."""

    __slots__ = ("account", "name", "qualifier", "region")

    def __init__(self, arn: str) -> None:
        """Raises ValueError for what is no ARN of a function."""
        pieces = arn.split(":")
        if len(pieces) not in (7, 8) or pieces[2] != "lambda" or pieces[5] != "function":
            raise ValueError(f"{arn!r} is no ARN of a function")
        self.region, self.account, self.name = pieces[3], pieces[4], pieces[6]
        self.qualifier = pieces[7] if len(pieces) == 8 else None


class _Permissions:
    """A function's own policy, compiled; None where it has none."""

    __slots__ = ("account", "arn", "policy")

    def __init__(self, arn: str, account: str, body: Mapping[str, Any] | None) -> None:
        """Raises iam.PolicyError."""
        self.arn = arn
        self.account = account
        self.policy = None if body is None else compile_policy(body)

    def admits(self, principal: iam.Principal, keys: TimedKeys, identity: iam.Policies) -> bool:
        """Judge lambda:InvokeFunction."""
        query = iam.Query(_INVOKE, self.arn, principal, keys, self.account)
        return iam.evaluate(query, identity).verdict is iam.Verdict.ALLOWED


class Functions:
    """All functions of one house."""

    __slots__ = (
        "_executor",
        "_fleet",
        "_found",
        "_later",
        "_master",
        "_permitted",
        "_remote",
        "_store",
    )

    def __init__(
        self, store: Store, master: MasterKey, executor: Executor, fleet: Fleet, remote: RunRemote
    ) -> None:
        self._store = store
        self._master = master
        self._executor = executor
        self._fleet = fleet
        self._remote = remote
        self._found: dict[str, Function] = {}
        self._permitted: set[tuple[str, str, str, str | None]] = set()
        self._later: set[asyncio.Task[None]] = set()

    def forget(self) -> None:
        """Drop everything kept, because something changed."""
        self._found = {}
        self._permitted = set()

    async def invoke_for_api(
        self,
        arn: str,
        payload: bytes,
        *,
        source_arn: str,
        source_account: str,
        credentials: str | None,
        seconds: float,
        asker_gives_up: bool = False,
    ) -> FunctionAnswer | Uninvoked:
        """Invoke a function as API Gateway does, if it may.

        seconds: how long to wait for it; asker_gives_up: whoever asked sees to that.
        """
        if len(payload) > MAX_PAYLOAD:
            return Uninvoked(UninvokedReason.TOO_LARGE, f"{len(payload)} octets")
        permission = (arn, source_arn, source_account, credentials)
        function = self._found.get(arn)
        if function is None or permission not in self._permitted:
            found, permitted = self._found, self._permitted
            looked_up = await self._look_up(permission)
            if isinstance(looked_up, Uninvoked):
                return looked_up
            function, lasts = looked_up
            if len(permitted) >= MAX_KEPT:
                permitted.clear()
                found.clear()
            # What was read before a change is put where nobody looks any more.
            if lasts:
                found[arn] = function
                permitted.add(permission)
        event = Event(_request_id(), payload, arn)
        outcome: Result | Throttled | Uninvoked
        if asker_gives_up and function.remote is None:
            outcome = await self._fleet.invoke(function, event)
        else:
            outcome = await self.run(function, event, seconds)
        match outcome:
            case Result():
                return FunctionAnswer(
                    outcome.payload, failed=outcome.failed, request_id=event.request_id
                )
            case Throttled():
                return Uninvoked(UninvokedReason.THROTTLED, outcome.reason)
            case _:
                return outcome

    async def answer(self, question: RunFunction) -> Result | Uninvoked:
        """Run what an operation asks to be run."""
        function = question.function
        event = Event(
            _request_id(), question.payload, question.invoked_arn, question.client_context
        )
        if question.later:
            return await self._run_later(function, event)
        outcome = await self.run(function, event, function.timeout + _PATIENCE)
        if isinstance(outcome, Throttled):
            return Uninvoked(UninvokedReason.THROTTLED, outcome.reason)
        return outcome

    async def _run_later(self, function: Function, event: Event) -> Result | Uninvoked:
        """Accept an event, and run it when that can be: two more times if it fails."""
        if len(self._later) >= MAX_LATER:
            return Uninvoked(UninvokedReason.THROTTLED, "the queue of events is full")

        async def work() -> None:
            for pause in (*_PAUSES, None):
                outcome = await self.run(function, event, function.timeout + _PATIENCE)
                if (isinstance(outcome, Result) and not outcome.failed) or pause is None:
                    return
                await asyncio.sleep(pause)

        task = asyncio.ensure_future(work())
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return Result(b"", version=function.version)

    async def run(
        self, function: Function, event: Event, seconds: float
    ) -> Result | Throttled | Uninvoked:
        """Run a function. It runs on when nobody waits for it any more, as Lambda's do."""
        if function.remote is not None:
            return await self._remote(function, event, seconds)
        loop = asyncio.get_running_loop()
        running = loop.create_task(self._fleet.invoke(function, event))
        waiting = loop.create_future()

        def end(_: object = None) -> None:
            if not waiting.done():
                waiting.set_result(None)

        running.add_done_callback(end)
        expiry = loop.call_later(seconds, end)
        try:
            await waiting
        finally:
            expiry.cancel()
        return running.result() if running.done() else Uninvoked(UninvokedReason.TIMED_OUT)

    async def _look_up(
        self, permission: tuple[str, str, str, str | None]
    ) -> tuple[Function, bool] | Uninvoked:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, self._find, *permission)
        except (StoreError, SealError, IdentityError, iam.PolicyError) as error:
            _log.error("function unavailable", function=permission[0], error=str(error))
            return Uninvoked(UninvokedReason.UNAVAILABLE, str(error))

    def _find(
        self, arn: str, source_arn: str, source_account: str, credentials: str | None
    ) -> tuple[Function, bool] | Uninvoked:
        """Find a function and judge whether API Gateway may invoke it. Blocks.

        Tells too whether the next call runs the same: an alias may draw a version for each, and a
        permission may be for a time.
        """
        try:
            named = FunctionName(arn)
        except ValueError as error:
            return Uninvoked(UninvokedReason.NOT_FOUND, str(error))
        where = (named.account, named.region, named.name, named.qualifier)
        with self._store.snapshot():
            function = find_function(self._store, self._master, *where)
            if function is None:
                return Uninvoked(UninvokedReason.NOT_FOUND, arn)
            lasts = not is_drawn(self._store, *where)
            permissions = _Permissions(arn, named.account, find_policy(self._store, *where))
            if credentials is None:
                judged = _refused_to_service(permissions, source_arn, source_account)
            else:
                judged = self._refused_to_role(permissions, credentials, source_arn, source_account)
        refusal, timely = judged
        if refusal is not None:
            return Uninvoked(UninvokedReason.NOT_PERMITTED, refusal)
        return function, lasts and not timely

    def _refused_to_role(
        self, permissions: _Permissions, role: str, source_arn: str, source_account: str
    ) -> _Judged:
        arn, now = Arn.parse(role), int(time.time())
        if arn is None or arn.account != source_account:
            return f"{role} is no role of the API's own account {source_account}", False
        trusted = service_keys(API_GATEWAY, now, {"aws:sourcearn": source_arn})
        caller = assumed_by(self._store, role, API_GATEWAY, _SESSION, trusted, now)
        if caller is None:
            refusal = f"{role} does not exist, or its trust policy does not name {API_GATEWAY}"
            return refusal, trusted.asked_time
        policies = caller.policies
        applying = iam.Policies(
            policies.identity, policies.boundary, policies.session, resource=permissions.policy
        )
        keys = TimedKeys(caller.principal.keys, now)
        admitted = permissions.admits(caller.principal, keys, applying)
        timely = trusted.asked_time or keys.asked_time
        return None if admitted else f"{role} is not allowed {_INVOKE} on {permissions.arn}", timely


def _request_id() -> str:
    """Draw a UUID, version 4 (RFC 9562, 5.4), in less time than the uuid module takes."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _refused_to_service(permissions: _Permissions, source_arn: str, source_account: str) -> _Judged:
    given = {"aws:sourcearn": source_arn, "aws:sourceaccount": source_account}
    keys = service_keys(API_GATEWAY, int(time.time()), given)
    applying = iam.Policies(iam.PolicySet([]), resource=permissions.policy)
    principal = service_principal(API_GATEWAY)
    if permissions.policy is not None and permissions.admits(principal, keys, applying):
        return None, keys.asked_time
    refusal = (
        f"the policy of {permissions.arn} does not let {API_GATEWAY} invoke it for {source_arn}; "
        "add that with AddPermission"
    )
    return refusal, keys.asked_time
