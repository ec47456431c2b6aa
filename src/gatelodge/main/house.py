"""The house process: the AWS endpoint, functions, and all else that there must be only one of."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import uvicorn
import uvloop

from gatelodge.authorize.questions import VerifyToken
from gatelodge.control.call import Ask
from gatelodge.control.dispatch import Dispatch
from gatelodge.control.guard import Guard
from gatelodge.fronts.aws import AwsDoor
from gatelodge.fronts.aws_protocol import HEAD_SECONDS, BoundedProtocol
from gatelodge.integrate.questions import SendHttp
from gatelodge.main.functions import FunctionsFloor
from gatelodge.settings import Settings
from gatelodge.store import MasterKey, Store
from gatelodge.userpools import UserPools
from gatelodge.userpools.delivery import delivery
from gatelodge.userpools.endpoints import Answer, Endpoints
from gatelodge.userpools.messengers import Messengers
from gatelodge.userpools.powers import Powers
from gatelodge.world.answers import Answers, Counter, Pending, Resume
from gatelodge.world.changes import keep_forgetting
from gatelodge.world.client_certificates import ClientCertificates
from gatelodge.world.exhibits import Exhibits
from gatelodge.world.http import Upstream
from gatelodge.world.key_sets import KeySets
from gatelodge.world.keys import Keys
from gatelodge.world.openid_providers import FindProviderKey, OpenIdProviders
from gatelodge.world.outbox import Outbox
from gatelodge.world.token_keys import Answer as TokenAnswer
from gatelodge.world.token_keys import TokenKeys
from gatelodge.world.uses import Uses

_THREADS = 64  # an invocation holds one as long as it runs
_FUNCTION_THREADS = 4
_MESSENGERS = 2
_CONNECTIONS = 256


def main(
    settings: Settings,
    master: MasterKey,
    url: str,
    sock: socket.socket,
    line: socket.socket,
    lifeline: int,
    tell_ready: Callable[[], None],
) -> None:
    """Serve the AWS endpoint until SIGTERM, or until the lifeline ends."""
    # What is loaded lives as long as the process: the collector need not look at it again.
    gc.freeze()
    uvloop.run(_serve(settings, master, url, sock, line, lifeline, tell_ready))


async def _serve(
    settings: Settings,
    master: MasterKey,
    url: str,
    sock: socket.socket,
    line: socket.socket,
    lifeline: int,
    tell_ready: Callable[[], None],
) -> None:
    # Interrupts of a terminal reach every process; only the supervisor acts on them.
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    executor = ThreadPoolExecutor(_THREADS)
    store = Store(settings.state / "store.db")
    exhibits = Exhibits(settings.state / "book" / "exhibits")
    keys = Keys(store, master, exhibits, executor, loop.call_soon_threadsafe)
    # Threads of their own: what an invocation waits for must not wait behind invocations.
    own = ThreadPoolExecutor(_FUNCTION_THREADS)
    upstream = Upstream(loop, Outbox(loop), ClientCertificates(store, master, own))
    floor = FunctionsFloor(settings, store, master, exhibits, own, upstream, url)
    answers: Answers = {
        **floor.answers(),
        VerifyToken: _verifier(settings, store, url, upstream, executor),
        SendHttp: upstream.send,
        FindProviderKey: OpenIdProviders(upstream.send).find,
    }
    uses, powers = Uses(), Powers()
    guard = Guard(lambda question: keys.look_up(question)[0], master, uses)
    ask = Counter(loop, answers).ask
    server = _server(AwsDoor(_answer(settings, store, master, url, guard, ask, powers), executor))

    def stop() -> None:
        loop.remove_reader(lifeline)
        server.should_exit = True

    loop.add_signal_handler(signal.SIGTERM, stop)
    loop.add_reader(lifeline, stop)
    serving = await _start(server, sock)
    tidying = asyncio.ensure_future(_tidy(store, uses, executor, settings.state / "run"))
    await floor.serve(line)
    # What is loaded lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    tell_ready()
    await serving
    await floor.close()
    tidying.cancel()
    await uses.write(store, executor)
    upstream.close()
    powers.close()


def _verifier(
    settings: Settings, store: Store, url: str, upstream: Upstream, executor: Executor
) -> Callable[[VerifyToken, Resume], TokenAnswer | Pending]:
    """Make what verifies the tokens of those who try an authorizer."""
    loop = asyncio.get_running_loop()
    key_sets = KeySets(upstream.send, settings.cognito_endpoint)

    def verify(question: VerifyToken, resume: Resume) -> TokenAnswer | Pending:
        # They meet the pools as these are now: nothing of a pool here is kept.
        fresh = TokenKeys(store, url, key_sets, executor, loop.call_soon_threadsafe)
        return fresh.verify(question, resume)

    return verify


async def _start(server: uvicorn.Server, sock: socket.socket) -> asyncio.Future[None]:
    """Let the endpoint answer; gives what ends when it does."""
    serving = asyncio.ensure_future(server.serve(sockets=[sock]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event
        await asyncio.sleep(0.005)
    return serving


async def _tidy(store: Store, uses: Uses, executor: Executor, run: Path) -> None:
    """Do what is to be done in the store now and then, until cancelled."""
    await asyncio.gather(uses.keep_writing(store, executor), keep_forgetting(store, executor, run))


def _answer(
    settings: Settings,
    store: Store,
    master: MasterKey,
    url: str,
    guard: Guard,
    ask: Ask,
    powers: Powers,
) -> Answer:
    """Put together what answers a request: the operations, and the endpoints of user pools."""
    userpools = UserPools(
        store,
        master,
        powers,
        delivery(settings.state, settings.mail),
        Messengers(_MESSENGERS),
        url,
    )
    dispatch = Dispatch(
        store=store,
        master=master,
        guard=guard,
        workers=settings.state / "run",
        url=url,
        ask=ask,
        userpools=userpools,
    )
    return Endpoints(userpools, dispatch.answer).answer


class _Server(uvicorn.Server):
    """A server that leaves signals to the house.

    uvicorn's own handling ends the process as soon as the server has stopped, before what else the
    house has to put away.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _server(door: AwsDoor) -> uvicorn.Server:
    config = uvicorn.Config(
        door,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=int(HEAD_SECONDS),
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
    )
    return _Server(config)
