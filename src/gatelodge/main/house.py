"""The house process: the AWS endpoint, and later everything that there must be only one of."""

import asyncio
import signal
import socket
from collections.abc import Callable

import uvicorn
import uvloop

from gatelodge.fronts.aws import application


def main(sock: socket.socket, lifeline: int, tell_ready: Callable[[], None]) -> None:
    """Serve the AWS endpoint until SIGTERM, or until the lifeline ends."""
    config = uvicorn.Config(application(), log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)

    async def serve() -> None:
        # Interrupts of a terminal reach every process; only the supervisor acts on them.
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, lambda: None)

        def stop() -> None:
            loop.remove_reader(lifeline)
            server.should_exit = True

        loop.add_reader(lifeline, stop)
        serving = asyncio.ensure_future(server.serve(sockets=[sock]))
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.005)
        tell_ready()
        await serving

    uvloop.run(serve())
