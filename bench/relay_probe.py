"""A worker that relays everything to one backend: the cost of door and pool without an engine."""

import asyncio
import socket
import sys

import uvloop

from gatelodge.fronts.http1.addresses import Addresses
from gatelodge.fronts.http1.connection import Connection
from gatelodge.fronts.http1.door import Door
from gatelodge.integrate.questions import SendHttp, Unreachable
from gatelodge.integrate.relay import response_fields
from gatelodge.messages import Request, Response
from gatelodge.world.http import Upstream


async def main(port: int, backend: int) -> None:
    """Relay from one port to another until killed."""
    loop = asyncio.get_running_loop()
    upstream = Upstream(loop)

    def handle(request: Request, connection: Connection) -> None:
        def resume(reply: Response | Unreachable) -> None:
            if isinstance(reply, Response):
                reply.headers = response_fields(reply.headers, keep_length=False)
            connection.respond(reply if isinstance(reply, Response) else Response(502))

        fields = [("Host", f"127.0.0.1:{backend}"), *list(request.headers.pairs)[1:]]
        target = (
            f"{request.raw_path}?{request.raw_query}" if request.raw_query else request.raw_path
        )
        question = SendHttp(
            request.method, "http", "127.0.0.1", backend, target, fields, request.body or b"", 29000
        )
        upstream.send(question, resume)

    door = Door(loop, handle, Addresses([]))
    sock = socket.create_server(("127.0.0.1", port))
    await door.listen(sock)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
