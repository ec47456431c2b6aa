"""Exhibits: one file for one set of documents, for its owner alone, and not too many."""

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor

from gatelodge.world import exhibits
from gatelodge.world.exhibits import Exhibits


def exhibit(number=0):
    return {"principal": {"arn": f"é{number}"}, "identity": [], "boundary": None, "session": None}


def test_an_exhibit_is_named_by_its_content(tmp_path):
    kept = Exhibits(tmp_path / "e")
    digest = kept.keep(exhibit())
    # The order of members is no difference.
    assert kept.keep(dict(reversed(exhibit().items()))) == digest
    assert kept.keep(exhibit(1)) != digest
    assert Exhibits(tmp_path / "e").find(digest) == exhibit()
    content = (tmp_path / "e" / f"{digest}.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest
    assert len(list((tmp_path / "e").iterdir())) == 2


def test_exhibits_are_for_their_owner_alone(tmp_path):
    umask = os.umask(0)
    try:
        digest = Exhibits(tmp_path / "e").keep(exhibit())
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "e").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "e" / f"{digest}.json").stat().st_mode) == 0o600


def test_what_is_not_whole_is_not_found(tmp_path):
    kept = Exhibits(tmp_path)
    digest = kept.keep(exhibit())
    path = tmp_path / f"{digest}.json"
    whole = path.read_bytes()
    for content in (b"", whole[:-1], whole.replace(b"null", b"true")):
        path.write_bytes(content)
        assert kept.find(digest) is None
    path.write_bytes(whole)
    assert kept.find(digest) == exhibit()
    assert kept.find("0" * 64) is None


def test_threads_and_processes_keep_the_same_at_once(tmp_path):
    first, second = Exhibits(tmp_path), Exhibits(tmp_path)
    for number in range(50):
        with ThreadPoolExecutor(8) as threads:
            asked = [first, second] * 8
            digests = set(threads.map(lambda kept, n=number: kept.keep(exhibit(n)), asked))
        assert len(digests) == 1
        assert first.find(digests.pop()) == exhibit(number)
    assert len(list(tmp_path.iterdir())) == 50


def test_the_oldest_go_when_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(exhibits, "MAX_EXHIBITS", 5)
    monkeypatch.setattr(exhibits, "TIDIED_EVERY", 4)
    kept = Exhibits(tmp_path)
    digests = []
    for number in range(8):
        digest = kept.keep(exhibit(number))
        os.utime(tmp_path / f"{digest}.json", (number, number))
        digests.append(digest)
    # Asked for again: as good as new.
    assert kept.keep(exhibit(3)) == digests[3]
    kept.keep(exhibit(8))
    assert len(list(tmp_path.iterdir())) == 5
    assert [kept.find(digest) is not None for digest in digests[:5]] == [False] * 3 + [True, False]


def test_workers_tidy_up_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(exhibits, "MAX_EXHIBITS", 3)
    monkeypatch.setattr(exhibits, "TIDIED_EVERY", 2)
    workers = [Exhibits(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        work = [
            threads.submit(kept.keep, exhibit(f"{number} {n}"))
            for n in range(100)
            for number, kept in enumerate(workers)
        ]
        assert all(done.result() for done in work)
    assert len(list(tmp_path.glob("*.json"))) <= 3 + 8 * 2
