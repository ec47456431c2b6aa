"""AWS_IAM: who signed is found out before any policy is read."""

import pytest
from tests.play import NOW, REGION, call, drive, identity, policies, request, statement, user

from gatelodge import sigv4
from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.mechanisms.aws_iam import decide
from gatelodge.authorize.questions import FindKey, KeyHolder, KeyProblem, KeyRefused
from gatelodge.published import GatewayResponseType as Kind


def signed(*, token=None, secret="secret", body=b"", region=REGION):
    plain = request("POST", body=body)
    url = f"https://{plain.headers.get('host')}{plain.raw_path}"
    fields = sigv4.sign(
        "POST", url, [], body, region=region, service="execute-api", now=NOW,
        access_key_id="AKIAEXAMPLE", secret=secret, session_token=token,
    )  # fmt: skip
    return request("POST", fields=fields, body=body)


def holder(caller):
    def answer(question):
        key = sigv4.derive("secret", question.date, question.region, question.service)
        return KeyHolder(key, caller)

    return answer


def test_one_question_with_the_scope_of_the_signature():
    sent = signed(token="t")
    questions, decision = drive(decide(call(sent)), holder(user(identity())))
    assert questions == [FindKey("AKIAEXAMPLE", "t", "20260102", REGION, "execute-api")]
    assert isinstance(decision, Allow)
    assert decision.caller.principal.username == "alice"


@pytest.mark.parametrize(
    ("sent", "error", "kind"),
    [
        (
            request("POST"),
            "MissingAuthenticationTokenException",
            Kind.MISSING_AUTHENTICATION_TOKEN,
        ),
        (
            request("POST", fields=[("Authorization", "Bearer x")]),
            "IncompleteSignatureException",
            Kind.INVALID_SIGNATURE,
        ),
        (signed(region="eu-west-1"), "InvalidSignatureException", Kind.INVALID_SIGNATURE),
    ],
)
def test_what_is_no_claim_asks_nothing_and_reads_no_policy(sent, error, kind):
    closed = policies(statement("Deny"))
    questions, decision = drive(decide(call(sent, closed)))
    assert not questions
    assert (decision.error_type, decision.kind) == (error, kind)


@pytest.mark.parametrize(
    ("problem", "error", "kind"),
    [
        (KeyProblem.UNKNOWN, "UnrecognizedClientException", Kind.ACCESS_DENIED),
        (KeyProblem.INACTIVE, "UnrecognizedClientException", Kind.ACCESS_DENIED),
        (KeyProblem.TOKEN_MISSING, "UnrecognizedClientException", Kind.ACCESS_DENIED),
        (KeyProblem.TOKEN_INVALID, "UnrecognizedClientException", Kind.ACCESS_DENIED),
        (KeyProblem.TOKEN_UNEXPECTED, "UnrecognizedClientException", Kind.ACCESS_DENIED),
        (KeyProblem.EXPIRED, "ExpiredTokenException", Kind.EXPIRED_TOKEN),
        (KeyProblem.UNAVAILABLE, "InternalServerErrorException", Kind.DEFAULT_5XX),
    ],
)
def test_keys_that_cannot_be_used(problem, error, kind):
    sent = signed()
    _, decision = drive(decide(call(sent)), KeyRefused(problem))
    assert (decision.error_type, decision.kind) == (error, kind)
    assert decision.detail == problem.value
    assert problem.value not in decision.message
    assert decision.caller is None


def test_every_problem_of_a_key_has_its_answer():
    for problem in KeyProblem:
        sent = signed()
        _, decision = drive(decide(call(sent)), KeyRefused(problem, "why"))
        assert isinstance(decision, Deny)
        assert decision.detail == "why"


def test_whose_key_it_was_is_told_to_the_operator_alone():
    sent = signed(secret="wrong")
    _, decision = drive(decide(call(sent)), holder(user(identity())))
    assert decision.error_type == "InvalidSignatureException"
    assert decision.caller is None
    assert "user/alice" in decision.detail
    assert "alice" not in decision.message


def test_a_body_that_was_swapped():
    sent = signed(body=b"one")
    sent.body = b"two"
    _, decision = drive(decide(call(sent)), holder(user(identity())))
    assert decision.error_type == "InvalidSignatureException"
