"""Calls with tokens of user pools, in words."""

import pytest
from tests.explain.visits import POOL, explained
from tests.play import NOW, request, statement

from gatelodge.authorize.questions import TokenProblem, TokenRefused, VerifiedToken

TIME = NOW.timestamp()
CLAIMS = {
    "token_use": "id",
    "sub": "s-1",
    "cognito:username": "ann",
    "aud": "client",
    "exp": TIME + 60,
}
ASKED = request(path="/prod/token", fields=[("Authorization", "TOKEN")])


def verified(**claims):
    return VerifiedToken(POOL, "https://issuer", "kid-1", {**CLAIMS, **claims})


def test_a_good_token():
    explanation = explained(ASKED, verified())
    assert explanation.who == "ann"
    assert explanation.reason == "the ID token is good, and the API has no resource policy"
    assert (explanation.replayed, explanation.agrees) == ("allowed", True)
    part = next(part for part in explanation.parts if part.title == "token")
    assert part.verdict == "verified"
    assert f"signed by https://issuer with key kid-1, as {POOL}" in part.lines
    assert "expires 2026-01-02T03:05:05Z" in part.lines


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": TIME - 5}, "expired"),
        ({"token_use": "access"}, "this is an access token; the method takes an ID token"),
        ({"exp": 10**14, "nbf": TIME + 5}, "not valid yet"),
    ],
)
def test_claims_that_do_not_pass(claims, reason):
    explanation = explained(ASKED, verified(**claims))
    assert reason in explanation.reason
    assert explanation.agrees


@pytest.mark.parametrize("problem", list(TokenProblem))
def test_tokens_that_nobody_verified(problem):
    explanation = explained(ASKED, TokenRefused(problem, "why"))
    assert explanation.reason == f"{problem.value}: why"
    assert explanation.who == "anonymous"
    assert "TOKEN" not in str(explanation.as_dict()).replace("TOKENS", "")


def test_the_fence_is_explained_after_the_token():
    explanation = explained(ASKED, verified(), fence=[statement("Deny")])
    assert "resource policy statement 1 denies" in explanation.reason
    assert explanation.replayed == "denied"
    assert [part.title for part in explanation.parts] == [
        "route",
        "token",
        "resource policy, caller anonymous",
    ]
