"""Calls that Lambda authorizers judged, in words."""

import pytest
from tests.play import OWNER, identity, policies

from gatelodge import iam
from gatelodge.explain.authorizers import (
    asked_part,
    judge_again,
    outcome_words,
    policy_part,
    principal_of,
    source_words,
)

EVIDENCE = {
    "authorizer": "judge",
    "function": "arn:f",
    "principalId": "me",
    "fresh": True,
    "since": 1_000,
    "latency": 12,
}
ARN = f"arn:aws:execute-api:us-east-1:{OWNER}:abc123/prod/GET/pets"
QUERY = iam.Query("execute-api:Invoke", ARN, iam.ANONYMOUS, {}, OWNER)


def said(*statements):
    return policies(*statements, kind=iam.PolicyKind.AUTHORIZER)


def record(**changed):
    return {"evidence": EVIDENCE | changed, "detail": "", "time": 1_040.7}


def test_who_it_was_about():
    assert principal_of(record()) == "me"
    assert principal_of(record(principalId="")) == "(no principalId)"
    assert principal_of({"evidence": None}) == "anonymous"


def test_where_the_policy_came_from():
    assert source_words(record()) == "the function was asked for this call, and took 12 ms"
    told = source_words(record(requestId="r1"))
    assert told == "the function was asked for this call, and took 12 ms (RequestId r1)"
    assert source_words(record(fresh=False)) == "served from the cached policy, 40 s old"
    ahead = record(fresh=False, since=1_041)  # by another clock
    assert source_words(ahead) == "served from the cached policy, 0 s old"


def test_an_authorizer_that_gave_no_policy():
    part = asked_part({"evidence": None, "detail": "the function failed"})
    assert (part.verdict, part.lines) == ("refused", ["the function failed"])
    assert "authorizer judge, function arn:f" in asked_part(record()).lines


@pytest.mark.parametrize(
    ("statements", "verdict", "words"),
    [
        ([identity()], "allowed", "statement 1 allows"),
        ([identity(), identity("Deny", Resource=f"{ARN}*")], "denied", "statement 2 denies"),
        ([identity(Resource="arn:aws:execute-api:*:*:*/dev/*")], "silent", "statement 1"),
    ],
)
def test_what_decided(statements, verdict, words):
    policy = said(*statements)
    assert policy_part(policy, QUERY).verdict == verdict
    assert len(policy_part(policy, QUERY).lines) == len(statements)
    outcome = judge_again(policy, None, QUERY)
    assert outcome.verdict.value == verdict
    assert words in outcome_words(outcome, policy, None, QUERY)


def test_the_fence_may_allow_where_the_authorizer_is_silent():
    fence = policies({**identity(), "Principal": "*"})
    silent = said(identity(Resource="arn:aws:execute-api:*:*:*/dev/*"))
    outcome = judge_again(silent, fence, QUERY)
    assert outcome.verdict is iam.Verdict.ALLOWED
    assert "allows" in outcome_words(outcome, silent, fence, QUERY)
