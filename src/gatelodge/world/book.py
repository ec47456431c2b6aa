"""The visitors' book: a record for every decision, in bounded files that outlive their worker.

Each worker writes its own segments through a memory map, so that a record is on its way to the
file before the answer is sent, and a killed worker loses none. An id tells worker, segment and
offset. The oldest segments go when there are too many.
"""

import mmap
import os
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

SEGMENT_BYTES = 4 * 1024 * 1024
SEGMENTS = 16
"""For each worker: 64 MB of records."""
MAX_RECORD = 64 * 1024
_LENGTH = struct.Struct("<I")
_LENGTH_BYTES = _LENGTH.size
_pack_length = _LENGTH.pack
_ID = re.compile(r"([0-9a-f]{1,8})-([0-9a-f]{1,12})-([0-9a-f]{1,8})", re.ASCII)
_NAME = re.compile(r"([0-9a-f]+)-([0-9a-f]{12})\.book", re.ASCII)


class Book:
    """One worker's part of the book, for writing."""

    __slots__ = ("_directory", "_map", "_offset", "_prefix", "_segment", "_worker")

    def __init__(self, directory: Path, worker: int) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._worker = worker
        # A worker that starts again goes on after the segments of the one before.
        written = [segment for number, segment, _ in _segments(directory) if number == worker]
        self._segment = max(written, default=0)
        self._offset = 0
        self._prefix = ""
        self._next_segment()

    def write(self, record: bytes) -> str:
        """Write a record; gives the decision's id. What is too long is cut off by the caller."""
        length = len(record)
        offset = self._offset
        end = offset + _LENGTH_BYTES + length
        if end > SEGMENT_BYTES:
            self._next_segment()
            offset, end = 0, _LENGTH_BYTES + length
        self._map[offset:end] = _pack_length(length) + record
        self._offset = end
        return self._prefix + hex(offset)[2:]  # noqa: FURB116 - a format takes twice as long

    def _next_segment(self) -> None:
        self._segment += 1
        path = self._directory / f"{self._worker:x}-{self._segment:012x}.book"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.ftruncate(descriptor, SEGMENT_BYTES)
            if hasattr(os, "posix_fallocate"):
                # Room that is not there is found out now, not by a signal in the middle of a write.
                os.posix_fallocate(descriptor, 0, SEGMENT_BYTES)
            self._map = mmap.mmap(descriptor, SEGMENT_BYTES)
        finally:
            os.close(descriptor)
        self._offset = 0
        self._prefix = f"{self._worker:x}-{self._segment:x}-"
        old = self._directory / f"{self._worker:x}-{self._segment - SEGMENTS:012x}.book"
        old.unlink(missing_ok=True)


def find_record(directory: Path, decision_id: str) -> bytes | None:
    """Read the record of a decision; None when there is none (any more)."""
    match = _ID.fullmatch(decision_id)
    if match is None:
        return None
    worker, segment, offset = (int(part, 16) for part in match.groups())
    try:
        with (directory / f"{worker:x}-{segment:012x}.book").open("rb") as file:
            file.seek(offset)
            return _read_one(file.read(_LENGTH.size + MAX_RECORD), 0)
    except OSError:
        return None


def latest(directory: Path, accepts: Callable[[bytes], float | None]) -> tuple[str, bytes] | None:
    """Find the newest record that is accepted; accepts gives its time, or None to pass over it."""
    found: tuple[float, str, bytes] | None = None
    done: set[int] = set()
    for worker, segment, path in sorted(_segments(directory), reverse=True):
        if worker in done:
            continue
        for decision_id, record in _records_of(worker, segment, path):
            time = accepts(record)
            if time is not None:
                done.add(worker)  # later segments first: older ones hold nothing newer
                if found is None or time >= found[0]:
                    found = (time, decision_id, record)
    return None if found is None else found[1:]


def _records_of(worker: int, segment: int, path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    offset = 0
    while (record := _read_one(data, offset)) is not None:
        yield f"{worker:x}-{segment:x}-{offset:x}", record
        offset += _LENGTH.size + len(record)


def _read_one(data: bytes, offset: int) -> bytes | None:
    if offset + _LENGTH.size > len(data):
        return None
    (length,) = _LENGTH.unpack_from(data, offset)
    start = offset + _LENGTH.size
    if not 0 < length <= MAX_RECORD or start + length > len(data):
        return None
    return data[start : start + length]


def _segments(directory: Path) -> list[tuple[int, int, Path]]:
    found = []
    for path in directory.glob("*.book"):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            found.append((int(match[1], 16), int(match[2], 16), path))
    return found
