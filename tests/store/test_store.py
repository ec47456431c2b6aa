"""Nothing acknowledged is lost, and no update overwrites another."""

import os
import signal
import subprocess
import sys

import pytest

from gatelodge.store import (
    ConflictError,
    Document,
    MasterKey,
    SealError,
    Store,
    StoreError,
    open_state,
)

WRITER = """
import sys
from pathlib import Path
from gatelodge.store import Document, Store
store = Store(Path(sys.argv[1]))
for number in range(10_000):
    store.put(Document(account="1", kind="k", id=str(number), body={"n": number}))
    print(number, flush=True)
"""
COUNTER = """
import sys
from pathlib import Path
from gatelodge.store import ConflictError, Store
store = Store(Path(sys.argv[1]))
done = 0
while done < 50:
    found = store.document("1", "", "k", "counter")
    body = {"n": found.body["n"] + 1}
    try:
        new = type(found)(account="1", kind="k", id="counter", body=body, version=found.version)
        store.put(new)
    except ConflictError:
        continue
    done += 1
"""


def test_acknowledged_writes_survive_kill_9(tmp_path):
    path = tmp_path / "store.db"
    Store(path)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    acknowledged = -1
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged == 200:
            os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    kept = {document.id for document in Store(path).documents("k")}
    assert acknowledged >= 200
    assert kept >= {str(number) for number in range(acknowledged + 1)}


def test_parallel_writers_lose_no_update(tmp_path):
    path = tmp_path / "store.db"
    store = Store(path)
    store.put(Document(account="1", kind="k", id="counter", body={"n": 0}))
    writers = [subprocess.Popen([sys.executable, "-c", COUNTER, str(path)]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert store.document("1", "", "k", "counter").body == {"n": 200}


def test_stale_versions_conflict(tmp_path):
    store = Store(tmp_path / "store.db")
    first = store.put(Document(account="1", kind="k", id="a", body={}))
    store.put(first)
    for attempt in (lambda: store.put(first), lambda: store.remove(first)):
        with pytest.raises(ConflictError):
            attempt()
    with pytest.raises(ConflictError):
        store.put(Document(account="1", kind="k", id="a", body={}))


def test_a_transaction_happens_whole_or_not_at_all(tmp_path):
    store = Store(tmp_path / "store.db")

    def break_off():
        with store.transaction():
            store.put(Document(account="1", kind="k", id="a", body={}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert store.documents("k") == []
    assert store.changes_since(0) == []


def test_changes_are_told_in_order(tmp_path):
    store = Store(tmp_path / "store.db")
    store.set_stage("api", "prod", "d1", "{}")
    seen = store.last_change()
    store.put(Document(account="1", kind="iam/user", id="a", body={}))
    assert [what for _, what in store.changes_since(seen)] == ["document iam/user 1 a"]


def test_a_publication_is_never_changed(tmp_path):
    store = Store(tmp_path / "store.db")
    store.publish("api", "d1", "first")
    store.publish("api", "d1", "second")
    assert store.publication("api", "d1") == "first"


def test_a_newer_schema_is_refused(tmp_path):
    path = tmp_path / "store.db"
    Store(path).set_setting("schema", "99")
    with pytest.raises(StoreError, match="newer gatelodge"):
        Store(path)


def test_a_file_that_is_no_store_is_refused(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(StoreError, match=r"store\.db"):
        Store(path)


def test_sealed_secrets_open_only_where_they_belong():
    key, other = MasterKey(bytes(32)), MasterKey(bytes(31) + b"1")
    sealed = key.seal(b"secret", "access key A")
    assert b"secret" not in sealed
    assert key.open(sealed, "access key A") == b"secret"
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for attempt in (
        lambda: key.open(sealed, "access key B"),
        lambda: other.open(sealed, "access key A"),
        lambda: key.open(damaged, "access key A"),
        lambda: key.open(b"", "access key A"),
    ):
        with pytest.raises(SealError):
            attempt()


def test_state_is_opened_with_one_master_key(tmp_path):
    _, key = open_state(tmp_path / "s", {})
    _, again = open_state(tmp_path / "s", {})
    assert key.name == again.name


def test_a_snapshot_that_is_ended_holds_nothing_up_and_writes_nothing(tmp_path):
    store, other = Store(tmp_path / "store.db"), Store(tmp_path / "store.db")

    def tidied():
        """Whether all that was written could be moved out of the log of writes."""
        ((busy, *_),) = other.rows("PRAGMA wal_checkpoint(TRUNCATE)", ())
        return not busy

    other.rows("PRAGMA busy_timeout = 0", ())
    store.set_setting("a", "1")
    with store.snapshot():
        assert store.setting("a") == "1"
        other.set_setting("a", "2")
        assert store.setting("a") == "1"
        assert not tidied()
        store.end_snapshot()
        assert tidied()
        assert store.setting("a") == "2"
        with store.snapshot():
            assert store.setting("a") == "2"
        with pytest.raises(RuntimeError, match="for reading only"):
            store.set_setting("a", "3")
    store.end_snapshot()
    store.set_setting("a", "3")
    assert other.setting("a") == "3"
