"""A door in this process, with limits of a test's choice, and clients that speak octets."""

import asyncio
import socket
from contextlib import suppress

from gatelodge.fronts.http1.addresses import Addresses
from gatelodge.fronts.http1.door import Door
from gatelodge.fronts.http1.limits import Limits
from gatelodge.messages import Response
from gatelodge.world.outbox import Outbox


def echo(request, connection):
    """Answer at once with what was asked."""
    body = b"%s %s [%s]" % (request.method.encode(), request.raw_path.encode(), request.body)
    connection.respond(Response(200, [("X-Id", request.id)], body))


class Client:
    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    def send(self, *pieces):
        for piece in pieces:
            self.writer.write(piece)

    async def answer(self):
        """One answer with a Content-Length: its head and its body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        return head, await self.reader.readexactly(length)

    async def rest(self):
        """Everything until the door closes."""
        parts = []
        with suppress(ConnectionError):
            while part := await self.reader.read(65_536):
                parts.append(part)
        return b"".join(parts)


async def until(condition):
    """Wait for something; play ends it when it never comes."""
    while not condition():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.01)


def play(scenario, handle=echo, trusted=(), **limits):
    """Run scenario(connect, door); connect() gives a Client."""

    async def run():
        loop = asyncio.get_running_loop()
        door = Door(loop, handle, Addresses(trusted), Outbox(loop), Limits(**limits))

        listening = socket.create_server(("127.0.0.1", 0))
        await door.listen(listening)
        address = listening.getsockname()
        clients = []

        async def connect():
            clients.append(Client(*await asyncio.open_connection(*address)))
            return clients[-1]

        try:
            async with asyncio.timeout(20):
                return await scenario(connect, door)
        finally:
            for client in clients:
                client.writer.transport.abort()
            await door.drain(1)

    return asyncio.run(run())
