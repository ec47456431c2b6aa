"""The visitors' book: bounded, and readable by others while it is written."""

from gatelodge.world import book
from gatelodge.world.book import Book, find_record, latest


def test_records_are_found_by_their_id(tmp_path):
    first, second = Book(tmp_path, 1), Book(tmp_path, 2)
    ids = {first.write(b"one"): b"one", second.write(b"two"): b"two", first.write(b"x"): b"x"}
    assert len(ids) == 3
    for decision, record in ids.items():
        assert find_record(tmp_path, decision) == record
    for wrong in ("1-1-fff", "3-1-0", "1-9-0", "", "a", "../../etc", "1-1-3fffff0"):
        assert find_record(tmp_path, wrong) is None


def test_a_worker_that_starts_again_overwrites_nothing(tmp_path):
    decision = Book(tmp_path, 1).write(b"before")
    Book(tmp_path, 1).write(b"after")
    assert find_record(tmp_path, decision) == b"before"


def test_the_book_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "SEGMENT_BYTES", 4096)
    writing = Book(tmp_path, 1)
    first = writing.write(b"a" * 1000)
    for _ in range(200):
        last = writing.write(b"b" * 1000)
    assert find_record(tmp_path, first) is None
    assert find_record(tmp_path, last) == b"b" * 1000
    assert len(list(tmp_path.glob("*.book"))) <= book.SEGMENTS + 1


def test_latest_looks_at_every_worker(tmp_path):
    first, second = Book(tmp_path, 1), Book(tmp_path, 2)
    first.write(b"5")
    second.write(b"7")
    newest = first.write(b"6")
    assert latest(tmp_path, float)[1] == b"7"
    assert latest(tmp_path, lambda r: float(r) if r != b"7" else None) == (newest, b"6")
    assert latest(tmp_path, lambda _: None) is None
