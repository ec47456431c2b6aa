"""The house's part in functions: their processes, the authorizers' answers, the workers' line."""

import asyncio
import os
import socket
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import Executor
from typing import Any

from gatelodge.authorize.authorizer_output import AuthorizerRefused
from gatelodge.authorize.questions import AskAuthorizer, AuthorizerScope
from gatelodge.functions.fleet import Fleet
from gatelodge.functions.function import Function
from gatelodge.functions.machine import Machine
from gatelodge.integrate.questions import FunctionAnswer, InvokeFunction, Uninvoked
from gatelodge.settings import Settings
from gatelodge.store import MasterKey, Store
from gatelodge.world.answers import PENDING, Answers, Pending, Resume
from gatelodge.world.authorizer_cache import AuthorizerCache
from gatelodge.world.authorizers import read_kept
from gatelodge.world.changes import FLUSHED_REPLIES, Follower, flushed_stages
from gatelodge.world.client_certificates import certificates_changed
from gatelodge.world.exhibits import Exhibits
from gatelodge.world.function_credentials import function_credentials
from gatelodge.world.functions import Functions, RunFunction
from gatelodge.world.functions_remote import RemoteFunctions
from gatelodge.world.house_answers import handlers
from gatelodge.world.house_questions import AUTHORIZER_SECONDS
from gatelodge.world.house_server import HouseServer
from gatelodge.world.http import Upstream
from gatelodge.world.reply_cache import KEEP, LOOK_UP, ReplyCache
from gatelodge.world.throttle import TURN, Buckets

_PROGRESS = "worker-0"
"""The house follows changes as workers do, and writers wait for it as for them."""


_OPERATORS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class FunctionsFloor:
    """Everything that runs functions in this house."""

    __slots__ = (
        "_fleet",
        "_follower",
        "_following",
        "_machine",
        "_server",
        "_sweeping",
        "_tasks",
        "_upstream",
        "cache",
        "functions",
        "replies",
    )

    def __init__(
        self,
        settings: Settings,
        store: Store,
        master: MasterKey,
        exhibits: Exhibits,
        executor: Executor,
        upstream: Upstream,
        url: str,
    ) -> None:
        loop = asyncio.get_running_loop()

        def credentials(function: Function) -> dict[str, str]:
            if function.operator_credentials:
                return {name: os.environ[name] for name in _OPERATORS if name in os.environ}
            return dict(function_credentials(store, master, function))

        self._upstream = upstream
        self._machine = Machine(loop, executor, settings.state, credentials, endpoint=url)
        loop.run_in_executor(executor, self._machine.sweep)
        self._fleet = Fleet(self._machine, settings.function_processes)
        remote = RemoteFunctions(loop, upstream, os.environ)
        self.functions = Functions(store, master, executor, self._fleet, remote.run)
        self.cache = AuthorizerCache(self._ask_function, exhibits, executor)
        self._follower = Follower(
            store, executor, settings.state / "run" / _PROGRESS, self._changed, lambda _: None
        )
        self._follower.start_from(store.last_change())
        catch_up = self._follower.catch_up
        self.replies = ReplyCache(time.time, catch_up, self._follower.known)
        answers = {
            **handlers(self.functions, self.cache, catch_up),
            TURN: Buckets(time.monotonic).answer,
            LOOK_UP: self.replies.answer_look_up,
            KEEP: self.replies.answer_keep,
        }
        self._server = HouseServer(loop, master, answers)
        self._tasks: set[asyncio.Task[None]] = set()
        self._following = asyncio.ensure_future(self._follower.follow())
        self._sweeping = asyncio.ensure_future(self.replies.keep_sweeping())

    async def serve(self, line: socket.socket) -> None:
        """Let workers ask."""
        await self._server.serve(line)

    def answers(self) -> Answers:
        """Give what this house answers by itself, for operations that try a method."""
        return {
            AskAuthorizer: self._answer_authorizer,
            InvokeFunction: self._answer_invocation,
            RunFunction: self._answer_run,
        }

    def _answer_run(self, question: RunFunction, resume: Resume) -> Pending:
        async def answer() -> None:
            resume(await self.functions.answer(question))

        self._spawn(answer())
        return PENDING

    def _answer_authorizer(self, question: AskAuthorizer, resume: Resume) -> Pending:
        async def answer() -> None:
            kept, fresh = await self.cache.ask(question.scope, None, question.event())
            resume(kept if isinstance(kept, AuthorizerRefused) else read_kept(kept, fresh=fresh))

        self._spawn(answer())
        return PENDING

    def _answer_invocation(self, question: InvokeFunction, resume: Resume) -> Pending:
        async def answer() -> None:
            resume(
                await self.functions.invoke_for_api(
                    question.function,
                    question.payload,
                    source_arn=question.source_arn,
                    source_account=question.source_account,
                    credentials=question.credentials,
                    seconds=question.timeout_ms / 1000,
                )
            )

        self._spawn(answer())
        return PENDING

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End every function's process."""
        self._server.close()
        self._following.cancel()
        self._sweeping.cancel()
        await self._fleet.close()
        self._machine.close()

    async def _ask_function(
        self, scope: AuthorizerScope, event: bytes
    ) -> FunctionAnswer | Uninvoked:
        return await self.functions.invoke_for_api(
            scope.function,
            event,
            source_arn=scope.source_arn,
            source_account=scope.source_arn.split(":")[4],
            credentials=scope.credentials,
            seconds=AUTHORIZER_SECONDS,
        )

    async def _changed(self, what: Sequence[str]) -> None:
        self.functions.forget()
        for api_id, stage in flushed_stages(what):
            self.cache.flush(api_id, stage)
        for api_id, stage in flushed_stages(what, FLUSHED_REPLIES):
            self.replies.flush(api_id, stage, self._follower.known)
        if certificates_changed(what):
            self._upstream.forget_certificates()
