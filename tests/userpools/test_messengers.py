"""What waits for a mail server that is away is bounded."""

from threading import Event

from gatelodge.userpools import messengers
from gatelodge.userpools.messengers import Messengers


def test_so_many_may_wait_and_no_more(monkeypatch):
    monkeypatch.setattr(messengers, "MAX_WAITING", 3)
    some, go, sent, done = Messengers(1), Event(), [], Event()

    def send():
        go.wait(10)
        sent.append(1)
        raise OSError  # what fails makes room as well

    for _ in range(3):
        assert not some.full
        some.submit(send)
    assert some.full
    go.set()
    some.submit(done.set)
    assert done.wait(10)
    assert len(sent) == 3
    assert not some.full
