"""What one process writes is heard by the others, and the writer knows when."""

import asyncio
import os
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.household import ALICE, Household, away

from gatelodge.authorize.questions import KeyHolder, KeyProblem
from gatelodge.world import changes
from gatelodge.world.changes import (
    FLUSHED,
    FLUSHED_REPLIES,
    Follower,
    flush_replies,
    flushed_stages,
    wait_until_followed,
)

DELETE = """
import sys, time
from pathlib import Path
from gatelodge.store import open_state
from gatelodge.world.changes import wait_until_followed
state = Path(sys.argv[1])
store, _ = open_state(state, {})
store.delete_access_key(sys.argv[2])
print(wait_until_followed(store, state / "run"))
"""


class Worker:
    """Follows the feed on a loop of its own, as a worker does."""

    def __init__(self, directory, number=1):
        (directory / "run").mkdir(exist_ok=True)
        self.home = Household(directory)
        self.progress = directory / "run" / f"worker-{number}"
        self.heard, self.statuses = [], []
        self.something = threading.Condition()
        self.hold = threading.Event()
        self.hold.set()
        self.failing = False
        self.ended = None

    def __enter__(self):
        started = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run(started)))
        self.thread.start()
        assert started.wait(60)
        return self

    def __exit__(self, *_):
        self.hold.set()
        if self.ended is None:
            self.loop.call_soon_threadsafe(self.task.cancel)
        self.thread.join(60)

    async def run(self, started):
        self.loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as executor:
            store = self.home.store
            follower = Follower(store, executor, self.progress, self.changed, self.status)
            follower.start_from(store.last_change())
            self.follower = follower
            self.task = asyncio.ensure_future(follower.follow())
            started.set()
            try:
                await self.task
            except asyncio.CancelledError:
                pass
            except RuntimeError as error:
                self.ended = error

    async def changed(self, what):
        await self.loop.run_in_executor(None, self.hold.wait)
        if self.failing:
            raise RuntimeError("it cannot be loaded")
        with self.something:
            self.heard += what
            self.something.notify_all()

    def status(self, there):
        with self.something:
            self.statuses.append(there)
            self.something.notify_all()

    def wait_for(self, condition):
        with self.something:
            assert self.something.wait_for(condition, 60)


@pytest.fixture
def home(tmp_path):
    home = Household(tmp_path / "state")
    home.put("iam/user", ALICE)
    return home


def test_a_key_deleted_by_another_process_is_refused_when_the_deletion_is_acknowledged(home):
    issued = home.key()
    with Worker(home.directory) as worker:
        assert isinstance(worker.home.look_up(issued), KeyHolder)
        command = [sys.executable, "-c", DELETE, str(home.directory), issued.access_key_id]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout == "True\n"
        assert worker.heard == [f"key {issued.access_key_id}"]
        assert worker.home.look_up(issued).reason is KeyProblem.UNKNOWN


def test_changes_arrive_in_order_and_once(home):
    with Worker(home.directory) as worker:
        for number in range(50):
            home.store.set_stage("api", str(number), "d", "{}")
        assert wait_until_followed(home.store, home.directory / "run")
        assert worker.heard == [f"stage api {number}" for number in range(50)]


def test_a_change_is_heard_within_a_quarter_of_a_second(home):
    with Worker(home.directory) as worker:
        started = time.monotonic()
        home.key()
        worker.wait_for(lambda: worker.heard)
        # DESIGN section 6 says 250 ms; the machine that runs the tests may be busy.
        assert time.monotonic() - started < 2
    assert changes.INTERVAL <= 0.2


def test_a_writer_waits_until_every_worker_took_it_over(home, monkeypatch):
    monkeypatch.setattr(changes, "PATIENCE", 60)
    with Worker(home.directory, 1) as first, Worker(home.directory, 2) as second:
        second.hold.clear()
        home.key()
        waiting = ThreadPoolExecutor(1).submit(
            wait_until_followed, home.store, home.directory / "run"
        )
        first.wait_for(lambda: first.heard)
        assert not waiting.done()
        second.hold.set()
        assert waiting.result(60)
        assert second.heard


def test_a_writer_does_not_wait_for_ever(home, monkeypatch):
    monkeypatch.setattr(changes, "PATIENCE", 0.05)
    with Worker(home.directory) as worker:
        worker.hold.clear()
        home.key()
        assert not wait_until_followed(home.store, home.directory / "run")
        worker.hold.set()
        monkeypatch.setattr(changes, "PATIENCE", 60)
        assert wait_until_followed(home.store, home.directory / "run")


def test_the_dead_and_the_departed_are_not_waited_for(home):
    directory = home.directory / "run"
    assert wait_until_followed(home.store, directory)
    directory.mkdir()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (directory / "worker-1").write_bytes(struct.pack("<qq", dead.pid, 0))
    (directory / "worker-2").write_bytes(b"")
    (directory / "worker-3").symlink_to("gone")
    assert wait_until_followed(home.store, directory)
    (directory / "worker-4").write_bytes(struct.pack("<qq", os.getpid(), 0))
    assert not wait_until_followed(home.store, directory)


def test_a_store_that_is_away_is_told_and_followed_again(home):
    with Worker(home.directory) as worker:
        worker.wait_for(lambda: True in worker.statuses)
        with away(home.store):
            # The connection of the thread that follows still has the file that was moved away.
            worker.home.store._local = threading.local()
            worker.wait_for(lambda: False in worker.statuses)
        missed = len(worker.statuses)
        home.key()
        worker.wait_for(lambda: worker.heard and worker.statuses[missed:].count(True))


def test_what_cannot_be_taken_over_is_not_acknowledged_and_ends_the_following(home, monkeypatch):
    """The worker ends with it: nobody goes on with what was revoked."""
    monkeypatch.setattr(changes, "PATIENCE", 0.05)
    with Worker(home.directory) as worker:
        worker.failing = True
        home.key()
        worker.thread.join(60)
        assert str(worker.ended) == "it cannot be loaded"
        assert not wait_until_followed(home.store, home.directory / "run")


def changes_kept(home):
    return [number for number, _ in home.store.changes_since(0)]


def test_what_everybody_has_is_forgotten_and_numbers_go_on(home):
    directory = home.directory / "run"
    with Worker(home.directory, 1), Worker(home.directory, 2):
        for number in range(20):
            home.store.set_stage("api", str(number), "d", "{}")
        assert wait_until_followed(home.store, directory)
        last = home.store.last_change()
        changes.forget_followed(home.store, directory)
        assert changes_kept(home) == [last]
        changes.forget_followed(home.store, directory)
        home.store.set_stage("api", "21", "d", "{}")
        assert changes_kept(home) == [last, last + 1]


def test_what_one_does_not_have_yet_stays(home, monkeypatch):
    directory = home.directory / "run"
    monkeypatch.setattr(changes, "PATIENCE", 0.05)
    with Worker(home.directory, 1) as first, Worker(home.directory, 2) as slow:
        slow.hold.clear()
        before = home.store.last_change()
        for number in range(5):
            home.store.set_stage("api", str(number), "d", "{}")
        first.wait_for(lambda: len(first.heard) == 5)
        changes.forget_followed(home.store, directory)
        assert changes_kept(home)[-5:] == [before + n for n in range(1, 6)]
        slow.hold.set()
        slow.wait_for(lambda: len(slow.heard) == 5)


def test_the_dead_keep_nothing_and_without_anybody_nothing_is_forgotten(home):
    directory = home.directory / "run"
    directory.mkdir()
    for number in range(5):
        home.store.set_stage("api", str(number), "d", "{}")
    kept = changes_kept(home)
    changes.forget_followed(home.store, directory)
    assert changes_kept(home) == kept
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (directory / "worker-1").write_bytes(struct.pack("<qq", dead.pid, 0))
    (directory / "worker-2").write_bytes(struct.pack("<qq", os.getpid(), kept[-1]))
    changes.forget_followed(home.store, directory)
    assert changes_kept(home) == kept[-1:]


def test_what_is_known_is_acted_by_only_when_it_is_taken_over(home):
    with Worker(home.directory) as worker:
        before, follower = home.store.last_change(), worker.follower
        worker.hold.clear()
        flush_replies(home.store, "abc123", "prod")
        until(lambda: follower.known == before + 1)
        assert follower.taken_over == before
        worker.hold.set()
        until(lambda: follower.taken_over == before + 1)


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_flushed_is_told_apart():
    what = [
        f"{FLUSHED}abc123 prod", f"{FLUSHED_REPLIES}abc123 dev", "stage abc123 x",
        f"{FLUSHED_REPLIES}def456 prod",
    ]  # fmt: skip
    assert flushed_stages(what) == [("abc123", "prod")]
    assert flushed_stages(what, FLUSHED_REPLIES) == [("abc123", "dev"), ("def456", "prod")]
