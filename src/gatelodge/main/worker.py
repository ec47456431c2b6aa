"""A data worker: the door, the engine behind it, and the world that answers it."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
import uvloop

from gatelodge.authorize.questions import AskAuthorizer, AskTurn, FindKey, VerifyToken
from gatelodge.fronts import health
from gatelodge.fronts.access_logs import AccessLogs
from gatelodge.fronts.http1.addresses import Addresses
from gatelodge.fronts.http1.connection import Connection
from gatelodge.fronts.http1.door import Door
from gatelodge.fronts.http1.driver import Drive
from gatelodge.fronts.reception import LINES_A_SECOND, DecisionLines, Reception
from gatelodge.integrate.questions import (
    InvokeFunction,
    KeepReply,
    LookUpReply,
    ReadClock,
    SendHttp,
)
from gatelodge.main.presence import Presence
from gatelodge.main.stage_plans import StagePlans
from gatelodge.messages import Request, Response
from gatelodge.respond.gateway_responses import built_in
from gatelodge.serve import Gate, Served, begin
from gatelodge.settings import Settings
from gatelodge.store import MasterKey, Store
from gatelodge.world.answers import Answers
from gatelodge.world.authorizers import Authorizers
from gatelodge.world.book import Book
from gatelodge.world.changes import Follower, flushed_stages
from gatelodge.world.client_certificates import ClientCertificates, certificates_changed
from gatelodge.world.exhibits import Exhibits
from gatelodge.world.house_client import HouseClient
from gatelodge.world.house_questions import AskInvocation
from gatelodge.world.http import Upstream
from gatelodge.world.key_sets import KeySets
from gatelodge.world.keys import Keys
from gatelodge.world.outbox import Outbox
from gatelodge.world.replies import Replies
from gatelodge.world.throttle import Turns
from gatelodge.world.token_keys import KEYS_KIND, TokenKeys
from gatelodge.world.uses import Uses

DRAIN_SECONDS = 30.0
_FLUSHES_A_SECOND = 10
_WATCH_SECONDS = 0.25
_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
_SERVICE = "execute-api"
_KEYS_CHANGED = f"document {KEYS_KIND} "
# What is edited is not served, and what is deployed says nothing of callers.
_APIS_CHANGED = ("stage ", "document apigateway/")
_log = structlog.get_logger()


def main(
    number: int,
    settings: Settings,
    master: MasterKey,
    sock: socket.socket,
    aws_url: str,
    lifeline: int,
    tell_ready: Callable[[], None],
) -> None:
    """Serve API traffic until SIGTERM or the end of the lifeline; then finish what is under way."""
    uvloop.run(_Worker(number, settings, master, aws_url).run(sock, lifeline, tell_ready))


class _Worker:
    def __init__(self, number: int, settings: Settings, master: MasterKey, aws_url: str) -> None:
        self._settings = settings
        self._aws_url = aws_url
        state = settings.state
        self._store = Store(state / "store.db")
        self._executor = ThreadPoolExecutor(4)
        self._master = master
        self._exhibits = Exhibits(state / "book" / "exhibits")
        self._progress = state / "run" / f"worker-{number}"
        self._access_logs = AccessLogs(state / "logs")
        if settings.access_log:
            self._access_logs.check(settings.access_log)
        terminal = settings.log_decisions or sys.stderr.isatty()
        self._lines = DecisionLines(sys.stderr) if terminal else None
        self._reception = Reception(
            Book(state / "book", number),
            header=settings.decision_header,
            lines=self._lines,
            access_logs=self._access_logs,
        )
        self._plans = StagePlans(self._store)
        self._gate = Gate(())
        self._answers: Answers = {}
        self._house: HouseClient | None = None
        self._forget: Callable[[], None] = lambda: None
        self._uses = Uses()
        self._presence = Presence(settings.stale_seconds)
        self._door: Door | None = None

    async def run(self, sock: socket.socket, lifeline: int, tell_ready: Callable[[], None]) -> None:
        """Serve until told to stop."""
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        _stop_on_signals(loop, lifeline, stopped)
        outbox = Outbox(loop)
        certificates = ClientCertificates(self._store, self._master, self._executor)
        upstream = Upstream(loop, outbox, certificates)
        follower = await self._prepare(loop, upstream)
        tasks = [
            asyncio.ensure_future(follower.follow()),
            asyncio.ensure_future(self._watch_store()),
            asyncio.ensure_future(self._flush(loop)),
            asyncio.ensure_future(self._uses.keep_writing(self._store, self._executor)),
        ]

        def ended(task: asyncio.Future[None]) -> None:
            # A worker that no longer hears of changes must not go on with what it knew.
            if not task.cancelled():
                _log.error("a worker's task ended", error=repr(task.exception()))
                stopped.set()

        for task in tasks:
            task.add_done_callback(ended)
        addresses = Addresses(self._settings.trusted_proxies)
        door = self._door = Door(loop, self._handle, addresses, outbox)
        await door.listen(sock)
        # What is loaded lives as long as the process: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        # A request leaves no cycles behind, so looking for some at every turn only costs.
        gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS, 10, 10)
        tell_ready()
        await stopped.wait()
        await door.drain(DRAIN_SECONDS)
        for task in tasks:
            task.cancel()
        upstream.close()
        if self._house is not None:
            self._house.close()
        await self._flush_once(loop)
        await self._uses.write(self._store, self._executor)

    async def _prepare(self, loop: asyncio.AbstractEventLoop, upstream: Upstream) -> Follower:
        """Load what is published; gives what keeps it, and the callers, as the store has them."""
        keys = Keys(
            self._store, self._master, self._exhibits, self._executor, loop.call_soon_threadsafe
        )
        token_keys = TokenKeys(
            self._store,
            self._aws_url,
            KeySets(upstream.send, self._settings.cognito_endpoint),
            self._executor,
            loop.call_soon_threadsafe,
        )
        house = HouseClient(loop, self._settings.state / "run", self._master)
        authorizers = Authorizers(house, lambda: follower.known)
        self._house = house
        self._answers = {
            **_house_answers(house, lambda: follower.known, lambda: follower.taken_over, loop.time),
            AskAuthorizer: authorizers.ask,
            FindKey: keys.find,
            ReadClock: lambda _question, _resume: time.monotonic(),
            VerifyToken: token_keys.verify,
            SendHttp: upstream.send,
        }

        async def changed(what: Sequence[str]) -> None:
            if not all(change.startswith(_APIS_CHANGED) for change in what):
                keys.forget()  # first: what was revoked does not wait for what is loaded
            if any(change.startswith(_KEYS_CHANGED) for change in what):
                token_keys.forget()
            if certificates_changed(what):
                upstream.forget_certificates()
            for api_id, stage in flushed_stages(what):
                authorizers.flush(api_id, stage)
            if any(change.startswith("stage ") for change in what):
                await self._load(loop)

        def forget() -> None:
            keys.forget()
            token_keys.forget()

        self._forget = forget
        follower = Follower(self._store, self._executor, self._progress, changed, self._note_store)
        follower.start_from(self._store.last_change())
        await self._load(loop)
        return follower

    async def _load(self, loop: asyncio.AbstractEventLoop) -> None:
        """Compile what was published anew, off the loop, and swap everything in whole."""
        self._gate = await loop.run_in_executor(self._executor, self._plans.load)

    async def _watch_store(self) -> None:
        """Admit nobody any more once the store has been away for too long."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            door = self._door
            if door is not None and door.handle == self._handle and self._presence.is_stale():
                _log.error("the store has been away for too long: nobody is admitted")
                self._forget()
                door.handle = self._turn_away

    def _note_store(self, there: bool) -> None:
        if there:
            self._store_answered()
        else:
            self._presence.failed()

    def _store_answered(self) -> None:
        """Go on as usual: what changed meanwhile has been taken over."""
        self._presence.answered()
        if self._door is not None and self._door.handle != self._handle:
            _log.warning("the store is there again")
            self._door.handle = self._handle

    def _turn_away(self, request: Request, connection: Connection) -> None:
        """Answer while the store has been away for too long: what was known may be long wrong."""
        if request.raw_path == health.PATH:
            connection.respond(self._health())
        else:
            response = built_in(503, "ServiceUnavailableException", "Service Unavailable")
            refusal = "the store has been away for too long"
            self._done((request, connection), Served(response, refusal=refusal))

    def _health(self) -> Response:
        presence = self._presence
        return health.health(presence.away_seconds(), presence.stale_seconds)

    def _handle(self, request: Request, connection: Connection) -> None:
        """Answer one request: the engine decides, the book notes, the door sends."""
        subject = (request, connection)
        try:
            served = begin(request, self._gate)
        except Exception:  # noqa: BLE001 - any bug at all must end in a refusal
            _log.exception("the engine failed")
            served = None
        if served is None or isinstance(served, Served):
            if request.raw_path == health.PATH and served is not None and served.call is None:
                connection.respond(self._health())
            else:
                self._done(subject, served)
        else:
            Drive(served, self._answers, self._done, subject).step(None)

    def _done(self, subject: tuple[Request, Connection], served: Served | None) -> None:
        request, connection = subject
        if served is None:
            served = _failed()
        try:
            self._reception.note(request, served)
        except Exception:  # noqa: BLE001 - whatever it was, the client is answered
            # What could not be noted is not given out.
            _log.exception("a call could not be noted", request=request.id)
            served = _failed()
        decision, plan = served.decision, served.plan
        if decision is not None and decision.caller is not None and plan is not None:
            self._uses.note(decision.caller, request.received_at, plan.api.region, _SERVICE)
        connection.respond(served.response)

    async def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            await asyncio.sleep(1 / _FLUSHES_A_SECOND)
            await self._flush_once(loop)

    async def _flush_once(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._lines is not None:
            self._lines.flush(LINES_A_SECOND // _FLUSHES_A_SECOND)
        batches = self._access_logs.take()
        if batches:
            await loop.run_in_executor(self._executor, self._access_logs.flush, batches)


def _failed() -> Served:
    """Answer a call that met an error of ours."""
    response = built_in(500, "InternalServerErrorException", "Internal server error")
    return Served(response, refusal="an error in the gateway; see its log")


def _house_answers(
    house: HouseClient,
    known: Callable[[], int],
    acts_by: Callable[[], int],
    clock: Callable[[], float],
) -> Answers:
    """Make the answers that the house alone can give.

    known, acts_by: the last change that is known here, and taken over.
    """
    replies = Replies(house, known, acts_by, clock)
    return {
        InvokeFunction: AskInvocation(house).invoke,
        AskTurn: Turns(house, clock).ask,
        LookUpReply: replies.look_up,
        KeepReply: replies.keep,
    }


def _stop_on_signals(
    loop: asyncio.AbstractEventLoop, lifeline: int, stopped: asyncio.Event
) -> None:
    """Stop on SIGTERM, and when the supervisor is gone, however it went."""
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    # Interrupts of a terminal reach every process; only the supervisor acts on them.
    loop.add_signal_handler(signal.SIGINT, lambda: None)

    def supervisor_is_gone() -> None:
        loop.remove_reader(lifeline)
        stopped.set()

    loop.add_reader(lifeline, supervisor_is_gone)
