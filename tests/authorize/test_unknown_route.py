"""The order of checks, and what becomes of routes that do not exist (section 8)."""

import pytest
from tests.play import NOW, REGION, call, drive, identity, policies, request, statement, user

from gatelodge import sigv4
from gatelodge.authorize.decision import Deny
from gatelodge.authorize.questions import KeyHolder, KeyProblem, KeyRefused
from gatelodge.authorize.unknown_route import refuse_unknown_route

KEY = {"access_key_id": "AKIAEXAMPLE", "secret": "secret"}


def signed(secret="secret"):
    sent = request(path="/prod/nope")
    url = f"https://{sent.headers.get('host')}/prod/nope"
    fields = sigv4.sign(
        "GET", url, [], b"", region=REGION, service="execute-api", now=NOW,
        access_key_id="AKIAEXAMPLE", secret=secret,
    )  # fmt: skip
    return request(path="/prod/nope", fields=fields)


def holder(question):
    key = sigv4.derive("secret", question.date, question.region, question.service)
    return KeyHolder(key, user(identity()))


@pytest.mark.parametrize(
    ("sent", "answers", "error"),
    [
        (request(), (), "MissingAuthenticationTokenException"),
        (request(fields=[("Authorization", "Bearer a")]), (), "IncompleteSignatureException"),
        (signed("wrong"), (holder,), "InvalidSignatureException"),
        (signed(), (KeyRefused(KeyProblem.UNKNOWN),), "UnrecognizedClientException"),
        (signed(), (KeyRefused(KeyProblem.EXPIRED),), "ExpiredTokenException"),
        (signed(), (KeyRefused(KeyProblem.UNAVAILABLE),), "InternalServerErrorException"),
        # A valid signature opens no route that does not exist.
        (signed(), (holder,), "MissingAuthenticationTokenException"),
    ],
)
def test_an_unknown_route_answers_like_a_signed_one(sent, answers, error):
    _, decision = drive(refuse_unknown_route(call(sent)), *answers)
    assert isinstance(decision, Deny)
    assert decision.error_type == error


def test_whom_the_fence_keeps_out_learns_nothing_else():
    sent = signed("wrong")
    closed = policies(statement("Deny"), statement())
    questions, decision = drive(refuse_unknown_route(call(sent, closed)))
    assert not questions
    assert decision.error_type == "AccessDeniedException"


def test_the_open_fence_leaves_the_answer_as_it_is():
    sent = request()
    _, decision = drive(refuse_unknown_route(call(sent, policies(statement()))))
    assert decision.error_type == "MissingAuthenticationTokenException"
