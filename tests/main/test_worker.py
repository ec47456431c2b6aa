"""A worker: whatever goes wrong inside, the client is answered, and admitted by nothing."""

import pytest
from tests.household import Household
from tests.play import API, STAGE, request

from gatelodge.main.worker import _Worker
from gatelodge.published import Api, Method, Resource
from gatelodge.serve import Gate, StagePlan
from gatelodge.settings import Settings
from gatelodge.world.book import latest


class Client:
    """Stands where a connection is: keeps what it is told to send."""

    def __init__(self):
        self.answers = []

    def respond(self, response):
        self.answers.append(response)


@pytest.fixture
def worker(tmp_path):
    household = Household(tmp_path)
    worker = _Worker(1, Settings(state=tmp_path), household.master, "http://127.0.0.1:4566")
    method = Method("GET", "NONE")
    api = Api(API.id, "n", API.account, API.region, "d1", resources=(
        Resource("r", "/pets", {"GET": method}),
    ))  # fmt: skip
    worker._gate = Gate([StagePlan(api, STAGE)])
    return worker


def answer(worker, asked):
    client = Client()
    worker._handle(asked, client)
    (response,) = client.answers
    return response


def test_calls_are_noted_and_answered(worker, tmp_path):
    response = answer(worker, request(path="/prod/nope"))
    assert response.status == 403
    assert any(line.startswith("x-gatelodge-decision: ") for line in response.lines)
    assert latest(tmp_path / "book", lambda _: 1.0) is not None


def test_an_error_of_the_engine_admits_nobody(worker, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("gatelodge.main.worker.begin", broken)
    response = answer(worker, request())
    assert response.status == 500
    assert b"Internal server error" in response.body
    assert b"ZeroDivision" not in response.body


def test_what_cannot_be_noted_is_not_given_out(worker):
    """No door makes such a request; the client would otherwise wait for ever."""
    response = answer(worker, request(path="/prod/\ud800"))
    assert response.status == 500
    assert not any(line.startswith("x-gatelodge-decision") for line in response.lines)
