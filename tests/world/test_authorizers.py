"""What a worker keeps of authorizers' answers, and when it asks the house."""

import json
import time

import pytest
from tests.play import identity

from gatelodge.authorize.authorizer_output import AuthorizerProblem, AuthorizerRefused
from gatelodge.authorize.questions import AskAuthorizer, AuthorizerSays, AuthorizerScope
from gatelodge.world import authorizers
from gatelodge.world.answers import PENDING
from gatelodge.world.authorizers import Authorizers
from gatelodge.world.house_client import Away

ANSWER = {"principalId": "me", "policyDocument": {"Version": "2012-10-17",
          "Statement": [identity()]}}  # fmt: skip


class House:
    """Answers when it is told to, whatever it was asked."""

    def __init__(self):
        self.asked = []

    def ask(self, head, payload, tell, *, seconds, repeatable):
        self.asked.append((head, payload, tell))
        assert repeatable
        assert seconds > 30

    def answer(self, number=-1, value=ANSWER, *, since=None, fresh=True, **more):
        head = {"since": time.time() if since is None else since, "exhibit": "e"}
        head |= {"latency": 9, "request": "r1"}
        self.asked[number][2]({**head, "fresh": fresh, **more}, json.dumps(value).encode())


class Worker:
    def __init__(self):
        self.house = House()
        self.authorizers = Authorizers(self.house, lambda: 17)

    def ask(self, who="a", ttl=300, stage="prod"):
        """Ask; gives a list that holds the answer, once it is there."""
        scope = AuthorizerScope(
            "abc123", stage, "d1", "z1", name="judge", function="arn:f", credentials=None,
            source_arn="arn:s", ttl=ttl,
        )  # fmt: skip
        told = []
        identity = None if ttl == 0 else ((who,),)
        answer = self.authorizers.ask(AskAuthorizer(scope, identity, lambda: b"event"), told.append)
        return told if answer is PENDING else [answer]


@pytest.fixture
def worker():
    return Worker()


def test_asked_once_and_kept(worker):
    first = worker.ask()
    assert first == []
    head, payload, _ = worker.house.asked[0]
    assert (head["kind"], head["identity"], head["change"]) == ("authorize", (("a",),), 17)
    assert payload == b"event"
    worker.house.answer()
    assert (first[0].fresh, first[0].latency_ms, first[0].request_id) == (True, 9, "r1")
    (kept,) = worker.ask()
    assert (kept.fresh, kept.latency_ms, kept.request_id) == (False, 0, "")
    assert kept.authorizer["integrationLatency"] == 0
    assert worker.ask() == [kept]
    assert len(worker.house.asked) == 1


def test_who_waits_along_is_served_what_one_asked_for(worker):
    waiting = [worker.ask() for _ in range(3)]
    assert len(worker.house.asked) == 1
    worker.house.answer()
    assert [told[0].fresh for told in waiting] == [True, False, False]


@pytest.mark.parametrize("apart", [{"who": "b"}, {"stage": "dev"}])
def test_others_are_asked_about(worker, apart):
    worker.ask()
    worker.house.answer()
    assert worker.ask(**apart) == []
    assert len(worker.house.asked) == 2


def test_nothing_is_kept_without_a_time_to_live(worker):
    for number in (1, 2):
        told = worker.ask(ttl=0)
        assert len(worker.house.asked) == number
        worker.house.answer()
        assert told[0].fresh


def test_an_answer_lives_from_when_it_was_given(worker):
    worker.ask()
    worker.house.answer(since=time.time() - 301, fresh=False)
    assert worker.ask() == []
    worker.house.answer(since=time.time() - 290, fresh=False)
    assert not worker.ask()[0].fresh
    # Of a clock that was set back nothing is believed.
    worker.ask("b")
    worker.house.answer(since=time.time() + 60)
    assert worker.ask("b") == []


def test_a_flush_forgets_a_stage_and_what_is_on_its_way(worker):
    for stage in ("prod", "dev"):
        worker.ask(stage=stage)
        worker.house.answer()
    on_its_way = worker.ask("b")
    worker.authorizers.flush("abc123", "prod")
    assert worker.ask() == []
    assert isinstance(worker.ask(stage="dev")[0], AuthorizerSays)
    worker.house.answer(2)
    assert isinstance(on_its_way[0], AuthorizerSays)  # who asked before is answered
    assert worker.ask("b") == []  # and nobody after


@pytest.mark.parametrize(
    ("tell", "reason"),
    [
        (lambda w: w.house.asked[0][2](Away("gone"), b""), AuthorizerProblem.UNINVOKED),
        (lambda w: w.house.asked[0][2]({"failed": True}, b""), AuthorizerProblem.UNINVOKED),
        (lambda w: w.house.asked[0][2]({"refused": "UNAUTHORIZED", "detail": ""}, b""),
         AuthorizerProblem.UNAUTHORIZED),
        (lambda w: w.house.answer(value={}), AuthorizerProblem.MALFORMED),
    ],
)  # fmt: skip
def test_what_is_no_policy_is_told_to_all_and_kept_for_none(worker, tell, reason):
    waiting = [worker.ask(), worker.ask()]
    tell(worker)
    for told in waiting:
        assert isinstance(told[0], AuthorizerRefused)
        assert told[0].reason is reason
    assert worker.ask() == []
    assert len(worker.house.asked) == 2


def test_what_is_kept_is_bounded(worker, monkeypatch):
    monkeypatch.setattr(authorizers, "MAX_KEPT", 2)
    for who in ("a", "b", "c"):
        worker.ask(who)
        worker.house.answer()
    assert worker.ask("a") == []  # the oldest went
    assert worker.ask("c") != []
