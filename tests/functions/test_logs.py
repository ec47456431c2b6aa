"""Logs of functions: bounded, for nobody else, and never written into anything else."""

import os

import pytest

from gatelodge.functions import logs
from gatelodge.functions.logs import Log, Tail, log_path


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(logs, "MAX_LOG", 10)


def test_a_full_log_becomes_the_old_one(tmp_path, small):
    log = Log(tmp_path / "logs", "1", "r", "f")
    path = log_path(tmp_path / "logs", "1", "r", "f")
    for line in (b"first\n", b"second\n", b"third\n", b"4\n"):
        log.write(line)
    assert path.read_bytes() == b"third\n4\n"
    assert path.with_suffix(".old").read_bytes() == b"second\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    log.close()
    again = Log(tmp_path / "logs", "1", "r", "f")
    again.write(b"fifth\n")  # what was there counts
    again.close()
    assert path.with_suffix(".old").read_bytes() == b"third\n4\n"


def test_a_log_that_cannot_begin_anew_is_written_on(tmp_path, small, monkeypatch):
    """The number of a closed file is soon that of another, such as a caller's connection."""
    log = Log(tmp_path, "1", "r", "f")
    log.write(b"123456789\n")
    refuse = {"now": True}
    really = os.open

    def open_(path, flags, mode=0o777):
        if refuse["now"]:
            raise OSError(24, "Too many open files")
        return really(path, flags, mode)

    monkeypatch.setattr(os, "open", open_)
    log.write(b"more\n")
    old = log_path(tmp_path, "1", "r", "f").with_suffix(".old")
    assert old.read_bytes() == b"123456789\nmore\n"
    refuse["now"] = False
    log.write(b"anew\n")
    assert log_path(tmp_path, "1", "r", "f").read_bytes() == b"anew\n"
    assert old.read_bytes() == b"123456789\nmore\n"
    log.close()


def test_names_stay_in_their_directory(tmp_path):
    path = log_path(tmp_path, "111111111111", "us-east-1", "a/../:$x")
    assert path.parent == tmp_path


def test_the_tail_is_of_one_call():
    tail = Tail()
    tail.add(b"x" * 5000)
    tail.add(b"end")
    assert tail.take() == b"x" * 4093 + b"end"
    assert tail.take() == b""
