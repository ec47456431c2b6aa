"""What Invoke reads before anything runs, and how what did not run is told."""

import base64
from dataclasses import replace

import pytest

from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.invoke import invoke
from gatelodge.functions.function import MAX_PAYLOAD, Result
from gatelodge.integrate.questions import Uninvoked, UninvokedReason

F = {"FunctionName": "f"}


class Asked:
    """Whoever runs functions; keeps what was asked."""

    def __init__(self, answer=None):
        self.answer = answer or Result(b'"done"', log_tail=b"tail")
        self.questions = []

    def __call__(self, question):
        self.questions.append(question)
        return self.answer


def run(desk, asked, **members):
    return invoke(replace(desk.call(), ask=asked), **F, **members)


def encoded(text):
    return base64.b64encode(text).decode()


@pytest.fixture
def made(desk):
    desk.function(Publish=True)
    return desk


@pytest.mark.parametrize(
    ("payload", "given"), [(b"", b"{}"), (b" [1] ", b" [1] "), ('"ä"'.encode(), '"ä"'.encode())]
)
def test_payloads_go_on_as_they_came(made, payload, given):
    asked = Asked()
    assert run(made, asked, Payload=payload)["Payload"] == b'"done"'
    assert asked.questions[0].payload == given


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Payload": b"{"}, "InvalidRequestContentException"),
        ({"Payload": b"\xff"}, "InvalidRequestContentException"),
        ({"Payload": b"[" * 100_000}, "InvalidRequestContentException"),
        ({"Payload": b" " * (MAX_PAYLOAD + 1)}, "RequestTooLargeException"),
        ({"Payload": b" " * (1 << 20) + b"1", "InvocationType": "Event"},
         "RequestTooLargeException"),
        ({"ClientContext": "!"}, "InvalidRequestContentException"),
        ({"ClientContext": encoded(b"{")}, "InvalidRequestContentException"),
        ({"ClientContext": encoded(b"[1]")}, "InvalidRequestContentException"),
        ({"ClientContext": encoded(b"\xff")}, "InvalidRequestContentException"),
        ({"ClientContext": encoded(b'{"a":\n1}')}, "InvalidParameterValueException"),
        ({"ClientContext": encoded(b'{"a":"%s"}' % (b"x" * 3_000))},
         "InvalidParameterValueException"),
        ({"Qualifier": "7"}, "ResourceNotFoundException"),
        ({"Qualifier": "7", "InvocationType": "DryRun"}, "ResourceNotFoundException"),
        ({"TenantId": "t"}, "InvalidParameterValueException"),
    ],
)  # fmt: skip
def test_what_is_not_run(made, members, code):
    asked = Asked()
    with pytest.raises(Fault) as caught:
        run(made, asked, **members)
    assert caught.value.code == code
    assert asked.questions == []


def test_a_dry_run_runs_nothing(made):
    asked = Asked()
    assert run(made, asked, InvocationType="DryRun") == {"StatusCode": 204}
    assert asked.questions == []


def test_the_tail_of_the_log_is_told_to_whoever_asks(made):
    assert "LogResult" not in run(made, Asked())
    assert run(made, Asked(), LogType="Tail")["LogResult"] == encoded(b"tail")
    failed = run(made, Asked(Result(b"{}", failed=True)), Qualifier="1")
    assert (failed["FunctionError"], failed["ExecutedVersion"]) == ("Unhandled", "1")


@pytest.mark.parametrize(
    ("reason", "code", "status"),
    [
        (UninvokedReason.THROTTLED, "TooManyRequestsException", 429),
        (UninvokedReason.TIMED_OUT, "ServiceException", 500),
        (UninvokedReason.UNAVAILABLE, "ServiceException", 502),
    ],
)
def test_what_did_not_run(made, reason, code, status):
    for kind in ("RequestResponse", "Event"):
        with pytest.raises(Fault) as caught:
            run(made, Asked(Uninvoked(reason, "why")), InvocationType=kind)
        assert (caught.value.code, caught.value.status) == (code, status)
