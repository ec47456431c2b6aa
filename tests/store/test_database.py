"""The file itself: transactions of several calls, snapshots, the feed, and who may read it."""

import stat
import threading

import pytest

from gatelodge.store import Store, StoreError


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.db")


def test_the_file_is_its_owners_alone(store):
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_directory_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match="No such file"):
        Store(tmp_path / "gone" / "store.db")


def test_transactions_nest_and_fail_as_one(store):
    def write():
        with store.transaction():
            store.set_setting("a", "1")
            with store.transaction():
                store.set_setting("b", "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert (store.setting("a"), store.setting("b")) == (None, None)
    with store.transaction():
        store.set_setting("a", "1")
        with store.snapshot():  # what the transaction has written is there
            assert store.setting("a") == "1"
        store.set_setting("b", "2")
    assert (store.setting("a"), store.setting("b")) == ("1", "2")


def test_a_snapshot_sees_one_moment_and_writes_nothing(store):
    store.set_setting("a", "1")
    with store.snapshot():
        assert store.setting("a") == "1"
        writer = threading.Thread(target=store.set_setting, args=("a", "2"))
        writer.start()
        writer.join(30)
        assert not writer.is_alive()  # readers stop no writer
        assert store.setting("a") == "1"
        with pytest.raises(RuntimeError, match="for reading only"):
            store.set_setting("a", "3")
    assert store.setting("a") == "2"


def test_the_feed_is_numbered_without_gaps_and_goes_on_after_what_was_forgotten(store):
    assert store.last_change() == 0
    for number in range(5):
        store.note_change(str(number))
    assert store.changes_since(0) == [(n + 1, str(n)) for n in range(5)]
    assert store.changes_since(3) == [(4, "3"), (5, "4")]
    store.forget_changes(4)
    assert store.changes_since(0) == [(4, "3"), (5, "4")]
    store.forget_changes(99)
    assert store.changes_since(0) == [(5, "4")]
    store.note_change("5")
    assert store.last_change() == 6


def test_a_change_that_was_taken_back_is_not_in_the_feed(store):
    def write():
        with store.transaction():
            store.note_change("a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    store.note_change("b")
    assert store.changes_since(0) == [(1, "b")]


def test_a_closed_connection_is_opened_again(store):
    store.set_setting("a", "1")
    store.close()
    store.close()
    assert store.setting("a") == "1"
