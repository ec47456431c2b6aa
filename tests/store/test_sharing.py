"""One store, several processes and threads: forks, first starts, moments and waiting."""

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatelodge.store import AccessKey, ConflictError, Document, Store, StoreError, database

PUT = """
import sys
from pathlib import Path
from gatelodge.store import Document, Store
Store(Path(sys.argv[1])).put(Document(account="1", kind="k", id=sys.argv[2], body={}))
"""
SUPERVISOR = """
import os, signal, sys
from pathlib import Path
from gatelodge.store import Document, Store
path = Path(sys.argv[1])
store = Store(path)
store.set_setting("opened", "before the fork")
ready, tell = os.pipe()
pid = os.fork()
if pid == 0:
    child = Store(path)
    child.put(Document(account="1", kind="k", id="child", body={}))
    os.write(tell, b"x")
    for number, _ in enumerate(sys.stdin):
        child.put(Document(account="1", kind="k", id=f"child {number}", body={}))
        print(number, flush=True)
    os._exit(0)
os.read(ready, 1)
print(pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def document(name, version=0, **body):
    return Document(account="1", kind="k", id=name, body=body, version=version)


def names(store):
    return {found.id for found in store.documents("k")}


def test_a_forked_process_keeps_its_writes_when_its_parent_is_killed(tmp_path):
    """A connection that crosses a fork loses them (sqlite.org/howtocorrupt.html, section 2.6)."""
    path = tmp_path / "store.db"
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    child = int(supervisor.stdout.readline())
    supervisor.wait()
    acknowledged = {"child"}
    try:
        for number in range(10):
            supervisor.stdin.write("\n")
            supervisor.stdin.flush()
            assert supervisor.stdout.readline() == f"{number}\n"
            acknowledged.add(f"child {number}")
            subprocess.run([sys.executable, "-c", PUT, str(path), f"other {number}"], check=True)
            acknowledged.add(f"other {number}")
    finally:
        os.kill(child, signal.SIGKILL)
        supervisor.communicate()
    assert names(Store(path)) == acknowledged


def test_a_store_goes_on_after_a_fork(tmp_path):
    store = Store(tmp_path / "store.db")
    store.put(document("before"))
    pid = os.fork()
    if pid == 0:
        try:
            store.put(document("child"))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    store.put(document("after"))
    assert names(store) == {"before", "child", "after"}


def test_processes_that_start_at_once_make_one_state(tmp_path):
    opening = """
import sys
from pathlib import Path
from gatelodge.store import open_state
print("imported", flush=True)
sys.stdin.readline()
print(open_state(Path(sys.argv[1]), {})[1].name.hex())
"""
    for attempt in range(3):
        command = [sys.executable, "-c", opening, str(tmp_path / f"state {attempt}")]
        processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(8)
        ]
        for process in processes:
            assert process.stdout.readline() == "imported\n"
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        keys = {process.communicate()[0] for process in processes}
        assert [process.returncode for process in processes] == [0] * 8
        assert len(keys) == 1
        left = {path.name for path in (tmp_path / f"state {attempt}").iterdir()}
        assert left <= {"master.key", "store.db", "store.db-wal", "store.db-shm"}


def test_eight_processes_lose_no_update_of_one_document(tmp_path):
    counting = """
import sys
from pathlib import Path
from gatelodge.store import ConflictError, Document, Store
store, done = Store(Path(sys.argv[1])), 0
while done < 40:
    found = store.document("1", "", "k", "counter")
    body = {"n": found.body["n"] + 1}
    try:
        store.put(
            Document(account="1", kind="k", id="counter", body=body, version=found.version)
        )
    except ConflictError:
        continue
    done += 1
"""
    store = Store(tmp_path / "store.db")
    store.put(document("counter", n=0))
    command = [sys.executable, "-c", counting, str(store.path)]
    writers = [subprocess.Popen(command) for _ in range(8)]
    assert [writer.wait() for writer in writers] == [0] * 8
    counter = store.document("1", "", "k", "counter")
    assert (counter.body, counter.version) == ({"n": 320}, 321)
    # The feed has neither gaps nor repeats: whoever follows it misses nothing.
    assert [seq for seq, _ in store.changes_since(0)] == list(range(1, 322))


def test_threads_share_a_store(tmp_path):
    store = Store(tmp_path / "store.db")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.put(document(str(number))), range(200)))
    assert names(store) == {str(number) for number in range(200)}


def test_a_snapshot_sees_one_moment(tmp_path):
    store, other = Store(tmp_path / "store.db"), Store(tmp_path / "store.db")
    first = store.put(document("a", n=1))
    with store.snapshot():
        assert store.document("1", "", "k", "a").body == {"n": 1}
        changed = other.put(document("a", first.version, n=2))
        other.put(document("b"))
        assert store.document("1", "", "k", "a").body == {"n": 1}
        assert names(store) == {"a"}
        with store.snapshot():
            assert names(store) == {"a"}
    assert store.document("1", "", "k", "a") == changed
    assert names(store) == {"a", "b"}


def test_nothing_is_written_in_a_snapshot_and_lost(tmp_path):
    store = Store(tmp_path / "store.db")
    with store.snapshot(), pytest.raises(RuntimeError, match="reading only"):
        store.put(document("a"))
    store.put(document("a"))
    assert names(store) == {"a"}


def test_a_transaction_sees_its_own_writes_in_a_snapshot(tmp_path):
    store = Store(tmp_path / "store.db")
    with store.transaction():
        store.put(document("a"))
        with store.snapshot():
            assert names(store) == {"a"}
        store.put(document("b"))
    assert names(store) == {"a", "b"}


def test_a_caught_conflict_leaves_the_transaction_whole(tmp_path):
    store = Store(tmp_path / "store.db")
    store.put(document("a", n=1))
    with store.transaction():
        store.put(document("b"))
        with pytest.raises(ConflictError, match="k a exists already"):
            store.put(document("a"))
    assert names(store) == {"a", "b"}


def test_a_writer_waits_for_another(tmp_path):
    store, other = Store(tmp_path / "store.db"), Store(tmp_path / "store.db")
    writing = threading.Thread(target=lambda: other.put(document("b")))
    with store.transaction():
        store.put(document("a"))
        writing.start()
        assert names(store) == {"a"}
    writing.join(60)
    assert names(store) == {"a", "b"}


def test_a_writer_that_waits_in_vain_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    store, other = Store(tmp_path / "store.db"), Store(tmp_path / "store.db")
    with store.transaction(), pytest.raises(StoreError, match=r"store\.db: database is locked"):
        other.put(document("b"))
    # Whoever reads does not wait at all.
    with store.transaction():
        store.put(document("a"))
        assert names(other) == set()


def test_a_store_that_is_gone_is_told_in_every_thread(tmp_path):
    (tmp_path / "there").mkdir()
    store = Store(tmp_path / "there" / "store.db")
    shutil.rmtree(tmp_path / "there")
    with ThreadPoolExecutor(1) as thread:
        for attempt in (lambda: store.put(document("a")), store.last_change, store.access_keys):
            with pytest.raises(StoreError, match=r"store\.db"):
                thread.submit(attempt).result()


def test_an_access_key_is_never_replaced(tmp_path):
    store = Store(tmp_path / "store.db")
    key = AccessKey(
        id="A",
        account="1",
        principal="p",
        principal_id="i",
        secret=b"1",
        active=True,
        created="now",
    )
    store.add_access_key(key)
    with pytest.raises(ConflictError, match="access key A exists already"):
        store.add_access_key(key)
    assert store.access_keys("p") == [key]
    assert store.access_keys("q") == []
    assert store.delete_access_key("A")
    assert not store.delete_access_key("A")
    assert [what for _, what in store.changes_since(0)] == ["key A", "key A"]


def test_the_file_is_its_owners_from_the_start(tmp_path):
    umask = os.umask(0)
    try:
        store = Store(tmp_path / "store.db")
        store.put(document("a"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(umask)
    assert modes == dict.fromkeys(["store.db", "store.db-wal", "store.db-shm"], 0o600)


def test_what_is_acknowledged_has_reached_the_disk(tmp_path):
    """2 is FULL: the log is flushed at every commit."""
    connection = Store(tmp_path / "store.db")._connection()
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_schema_files_are_applied_once_and_in_order(tmp_path, monkeypatch):
    store = Store(tmp_path / "store.db")
    kept = store.put(document("a", n=1))
    schema = tmp_path / "schema"
    shutil.copytree(database._SCHEMA, schema)
    number = len(list(schema.iterdir()))
    (schema / f"{number + 1:04}.sql").write_text(
        "-- One more; with two statements.\nCREATE TABLE more (x TEXT);\n"
        "INSERT INTO more VALUES ('1');\n"
    )
    (schema / f"{number + 2:04}.sql").write_text("INSERT INTO more SELECT x || '2' FROM more;\n")
    monkeypatch.setattr(database, "_SCHEMA", schema)
    for _ in range(2):
        newer = Store(store.path)
        assert newer.document("1", "", "k", "a") == kept
        assert newer.rows("SELECT x FROM more ORDER BY x", ()) == [("1",), ("12",)]
        assert newer.setting("schema") == str(number + 2)


def test_a_schema_file_that_fails_changes_nothing(tmp_path, monkeypatch):
    store = Store(tmp_path / "store.db")
    schema = tmp_path / "schema"
    shutil.copytree(database._SCHEMA, schema)
    before = store.setting("schema")
    (schema / "9999.sql").write_text("CREATE TABLE more (x TEXT);\nINSERT INTO nowhere VALUES (1);")
    with monkeypatch.context() as patched:
        patched.setattr(database, "_SCHEMA", schema)
        with pytest.raises(StoreError, match="nowhere"):
            Store(store.path)
    again = Store(store.path)
    assert again.setting("schema") == before
    with pytest.raises(StoreError, match="no such table"):
        again.rows("SELECT * FROM more", ())


def test_opening_a_store_that_is_up_to_date_does_not_wait_for_writers(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    store = Store(tmp_path / "store.db")
    with store.transaction():
        store.put(document("a"))
        assert names(Store(store.path)) == set()


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(tmp_path):
    half = """
import os, signal, sys
from pathlib import Path
from gatelodge.store import Document, Store
store = Store(Path(sys.argv[1]))
store.put(Document(account="1", kind="k", id="whole", body={}))
with store.transaction():
    for number in range(2000):
        store.put(Document(account="1", kind="k", id=str(number), body={"text": "x" * 5000}))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    path = tmp_path / "store.db"
    done = subprocess.run([sys.executable, "-c", half, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    store = Store(path)
    assert names(store) == {"whole"}
    assert len(store.changes_since(0)) == 1
    assert store.rows("PRAGMA integrity_check", ()) == [("ok",)]


def test_bodies_come_back_as_they_were(tmp_path):
    store = Store(tmp_path / "store.db")
    body = {"b": [1, 2.5, None, True], "a": {"é\u0000": "🎈"}, "": ""}
    kept = store.put(
        Document(
            account="1", region="r", kind="k", id="i", parent="p", name="n", body=body, created="c"
        )
    )
    assert store.document("1", "r", "k", "i") == kept
    assert json.dumps(kept.body) == json.dumps(body)
    assert store.document("2", "r", "k", "i") is None
    assert store.document("1", "", "k", "i") is None
    assert store.documents("k", account="2") == []


def test_errors_of_sqlite_never_get_out(tmp_path):
    store = Store(tmp_path / "store.db")
    with pytest.raises(StoreError) as raised, store.transaction() as connection:
        connection.execute("INSERT INTO stage (api) VALUES ('half')")
    assert isinstance(raised.value.__cause__, sqlite3.IntegrityError)
    assert store.stages() == []


def test_a_thread_keeps_its_connection_until_it_is_closed(tmp_path):
    store = Store(tmp_path / "store.db")
    connection = store._connection()
    assert store._connection() is connection
    store.close()
    assert store._connection() is not connection
