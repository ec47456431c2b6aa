"""The worker's side of kept replies: the line to the house, and what is done without it."""

import pytest
from tests.clock import Clock

from gatelodge.integrate.questions import KeepReply, KeptReply, LookUpReply, Missing, ReplyKey
from gatelodge.messages import Response
from gatelodge.world import replies
from gatelodge.world.answers import PENDING
from gatelodge.world.house_client import Away
from gatelodge.world.replies import Replies
from gatelodge.world.reply_cache import KEEP, LOOK_UP

KEY = ReplyKey(("abc123", "prod"), "d1", "digest")
NAMED = {"stage": ("abc123", "prod"), "deployment": "d1", "digest": "digest", "change": 7}
QUESTION = LookUpReply(KEY, 60, renew=False)


class House:
    """Keeps what it is asked, for the test to answer."""

    def __init__(self):
        self.asked = []

    def ask(self, head, payload, tell, *, seconds, repeatable):
        self.asked.append((head, payload, tell, repeatable))


@pytest.fixture
def house():
    return House()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def worker(house, clock):
    return Replies(house, lambda: 7, lambda: 6, clock)


def test_a_reply_goes_to_the_house_and_comes_back_as_it_was(house, worker):
    lines = ["Content-Type: text/plain", "X-Latin: \xe9", "X-Twice: 1", "X-Twice: 2"]
    reply = Response(203, body=b"\x00\r\n\r\nbody", lines=lines)
    done = []
    assert worker.keep(KeepReply(KEY, 5, reply, 60, 0.5), done.append) is PENDING
    ((head, payload, tell, repeatable),) = house.asked
    assert done == []
    tell({}, b"")
    assert done == [None]
    expected = {"kind": KEEP, **NAMED, "ticket": 5, "ttl": 60, "size": 0.5, "status": 203}
    assert {name: value for name, value in head.items() if name != "fields"} == expected
    assert not repeatable
    told = []
    assert worker.look_up(QUESTION, told.append) is PENDING
    asked, nothing, tell, repeatable = house.asked[1]
    assert asked == {"kind": LOOK_UP, **NAMED, "ttl": 60, "renew": False, "acts_by": 6}
    assert nothing == b""
    assert repeatable
    tell({"status": 203, "fields": head["fields"], "since": 5.0}, payload)
    (kept,) = told
    assert isinstance(kept, KeptReply)
    assert kept.since == 5.0
    assert (kept.response.status, kept.response.lines, kept.response.body) == (
        203,
        lines,
        b"\x00\r\n\r\nbody",
    )


def test_a_reply_without_fields(house, worker):
    worker.keep(KeepReply(KEY, 5, Response(204), 60, 0.5), lambda _: None)
    head, payload, _, _ = house.asked[0]
    assert (head["fields"], payload) == (0, b"")
    told = []
    worker.look_up(QUESTION, told.append)
    house.asked[1][2]({"status": 204, "fields": 0, "since": 5.0}, b"")
    assert (told[0].response.lines, told[0].response.body) == ([], b"")


def test_what_is_missing_brings_a_ticket(house, worker):
    told = []
    worker.look_up(LookUpReply(KEY, 60, renew=True), told.append)
    assert house.asked[0][0]["renew"]
    house.asked[0][2]({"ticket": 9}, b"")
    assert isinstance(told[0], Missing)
    assert told[0].ticket == 9


@pytest.mark.parametrize("head", [Away("the house ended"), {"failed": True}])
def test_without_the_house_nothing_is_kept_and_it_is_left_alone_for_a_while(
    house, worker, clock, head
):
    told = []
    worker.look_up(QUESTION, told.append)
    house.asked[0][2](head, b"")
    assert told == [None]
    clock.now += 0.9
    assert worker.look_up(QUESTION, told.append) is None
    assert len(house.asked) == 1
    clock.now += 0.2
    assert worker.look_up(QUESTION, told.append) is PENDING


def test_only_so_many_are_on_their_way(house, worker, monkeypatch):
    monkeypatch.setattr(replies, "MAX_UNDER_WAY", 10)
    question = KeepReply(KEY, 5, Response(200, body=b"123456"), 60, 0.5)
    done = []
    assert worker.keep(question, done.append) is PENDING
    assert worker.keep(question, done.append) is None
    assert len(house.asked) == 1
    house.asked[0][2](Away("too late", timed_out=True), b"")
    assert done == [None]
    assert worker.keep(question, done.append) is PENDING


def test_calls_that_look_for_one_reply_wait_for_one_answer(house, worker):
    told = []
    for _ in range(3):
        assert worker.look_up(QUESTION, told.append) is PENDING
    (asked,) = house.asked
    asked[2]({"status": 200, "fields": 4, "since": 5.0}, b"A: 1body")
    assert [kept.response.body for kept in told] == [b"body"] * 3
    told[0].response.add("x-amzn-RequestId", "1")
    assert told[1].response.lines == ["A: 1"]
    worker.look_up(QUESTION, told.append)
    assert len(house.asked) == 2


def test_nobody_waits_for_what_was_asked_before_a_flush_or_a_renewal(house, clock):
    known = [7]
    worker, told = Replies(house, lambda: known[0], lambda: 6, clock), []
    worker.look_up(QUESTION, told.append)
    known[0] = 8
    worker.look_up(QUESTION, told.append)
    worker.look_up(LookUpReply(KEY, 60, renew=True), told.append)
    assert len(house.asked) == 3
    worker.look_up(QUESTION, told.append)  # waits for the renewal
    worker.look_up(LookUpReply(KEY, 30, renew=False), told.append)
    assert len(house.asked) == 4
    for _, _, tell, _ in house.asked:
        tell({"ticket": 1}, b"")
    assert len(told) == 5


def test_only_so_many_are_looked_up(house, worker, monkeypatch):
    monkeypatch.setattr(replies, "MAX_LOOK_UPS", 1)
    assert worker.look_up(QUESTION, lambda _: None) is PENDING
    other = LookUpReply(ReplyKey(KEY.stage, "d1", "other"), 60, renew=False)
    assert worker.look_up(other, lambda _: None) is None
    house.asked[0][2]({"ticket": 1}, b"")
    assert worker.look_up(other, lambda _: None) is PENDING
