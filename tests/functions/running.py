"""A fleet on a loop of its own, for tests that call functions like anybody else."""

import asyncio
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import uvloop

from gatelodge.functions.fleet import Fleet
from gatelodge.functions.function import Event, Function
from gatelodge.functions.machine import Machine
from gatelodge.functions.packages import pack_directory
from gatelodge.functions.runtimes import command

ARN = "arn:aws:lambda:us-east-1:111111111111:function:"


class Running:
    """Functions from directories of files; `call` waits for the result."""

    def __init__(self, directory, limit=4, credentials=lambda _: {}, command=command):
        self.loop = uvloop.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.directory = directory
        self.executor = ThreadPoolExecutor(4)
        self.fleet = self.run(self._make(limit, credentials, command))

    async def _make(self, limit, credentials, command):
        state = self.directory / "state"
        state.mkdir()
        self.machine = Machine(self.loop, self.executor, state, credentials, command=command)
        return Fleet(self.machine, limit)

    def run(self, work, timeout=60):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def function(self, files, **members):
        """Make a function of these files: name → text."""
        code = self.directory / uuid.uuid4().hex
        for name, text in files.items():
            path = code / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        digest = self.machine.packages.keep(pack_directory(code))
        name = members.pop("name", "f")
        made = Function(
            account="111111111111",
            region="us-east-1",
            name=name,
            arn=ARN + name,
            code=digest,
            runtime="python3.11",
            handler="app.handler",
        )
        made = replace(made, **members)
        return replace(made, revision=f"{made!r} {sorted(made.environment.items())}")

    def begin(self, function, value=None, payload=None, **members):
        payload = json.dumps(value).encode() if payload is None else payload
        event = Event(str(uuid.uuid4()), payload, function.arn, **members)
        return asyncio.run_coroutine_threadsafe(self.fleet.invoke(function, event), self.loop)

    def call(self, function, value=None, **members):
        return self.begin(function, value, **members).result(60)

    def close(self):
        self.run(self.fleet.close())
        self.machine.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.executor.shutdown()
