"""Judging a record again comes to the same verdict, and says what decided."""

import pytest
from tests.explain.visits import explained, plan, visit
from tests.play import NOW, OTHER, REGION, identity, request, statement, user

from gatelodge import sigv4
from gatelodge.authorize.questions import KeyHolder, KeyProblem, KeyRefused
from gatelodge.explain.replay import explain, nearest_routes, short_name


def signed(path="/prod/signed", secret="secret"):
    url = f"https://{request().headers.get('host')}{path}"
    fields = sigv4.sign(
        "GET", url, [], b"", region=REGION, service="execute-api", now=NOW,
        access_key_id="AKIAEXAMPLE", secret=secret,
    )  # fmt: skip
    return request(path=path, fields=fields)


def holder(caller):
    def answer(question):
        key = sigv4.derive("secret", question.date, question.region, question.service)
        return KeyHolder(key, caller)

    return answer


OUTSIDE = statement("Deny", Condition={"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}})


@pytest.mark.parametrize(
    ("path", "fence", "reason", "replayed"),
    [
        ("/prod/open", None, "the method is open, and the API has no resource policy", None),
        ("/prod/open", [statement()], "resource policy statement 1 allows", "allowed"),
        (
            "/prod/open",
            [statement(), OUTSIDE],
            "resource policy statement 2 denies: aws:SourceIp 192.0.2.7 is not in 123.4.5.0/24",
            "denied",
        ),
        ("/prod/opne", None, "no resource matches /opne; nearest: GET /open", None),
        ("/prod/opne", [OUTSIDE], "resource policy statement 1 denies", "denied"),
        ("/prod/signed", None, "the method needs a signed request (AWS_IAM)", None),
        ("/dev/open", None, "no API 'abc123' with a stage 'dev'", None),
    ],
)
def test_anonymous_callers(path, fence, reason, replayed):
    explanation = explained(request(path=path), fence=fence)
    assert reason in explanation.reason
    assert explanation.replayed == replayed
    assert explanation.agrees
    assert explanation.who == "anonymous"


@pytest.mark.parametrize(
    ("caller", "fence", "reason", "replayed"),
    [
        (user(identity()), None, "allowed by identity policy policy statement 1", "allowed"),
        (user(), None, "no identity policy has an Allow statement", "silent"),
        (user(identity(), identity("Deny")), None, "statement 2 denies", "denied"),
        (user(identity()), [statement("Deny")], "resource policy statement 1 denies", "denied"),
        (
            user(identity(), account=OTHER),
            None,
            "no resource policy allows a caller of another account",
            "silent",
        ),
    ],
)
def test_signed_callers(caller, fence, reason, replayed):
    explanation = explained(signed(), holder(caller), fence=fence)
    assert reason in explanation.reason
    assert explanation.replayed == replayed
    assert explanation.agrees
    assert explanation.who == "alice"


def test_a_wrong_signature_shows_our_canonical_request():
    explanation = explained(signed(secret="wrong"), holder(user(identity())))
    part = next(part for part in explanation.parts if part.title == "authentication")
    assert "The Canonical String for this request should have been" in part.lines
    assert "/prod/signed" in part.lines
    assert "user/alice" in explanation.reason
    assert explanation.who == "anonymous"


@pytest.mark.parametrize("problem", [p for p in KeyProblem if p is not KeyProblem.UNAVAILABLE])
def test_the_operator_is_told_what_the_caller_is_not(problem):
    explanation = explained(signed(), KeyRefused(problem))
    assert problem.value in explanation.reason


def test_what_is_no_longer_kept_is_said():
    record, compiled, _ = visit(request(path="/prod/open"), fence=[statement()])
    assert "deployment d1 of abc123 is no longer kept" in explain(record, None, None).reason
    # A changed deployment would be a disagreement, and it is told.
    assert explain(record, compiled, None).agrees
    changed = explain(record, plan([statement("Deny")]), None)
    assert not changed.agrees
    assert changed.as_dict()["agrees"] is False


def test_a_forged_address_is_mentioned_where_it_was_ignored():
    asked = request(
        path="/prod/open", fields=[("X-Forwarded-For", "123.4.5.9")], peer_ip="192.0.2.7"
    )
    reason = explained(asked, fence=[statement(), OUTSIDE]).reason
    assert "X-Forwarded-For 123.4.5.9 was ignored" in reason


def test_nearest_routes():
    api = plan().api
    assert nearest_routes(api, "GET", ["sigend"])[0] == "GET /signed"
    assert nearest_routes(api, "POST", ["open"], 1) == ["GET /open"]


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (None, "anonymous"),
        ("arn:aws:iam::1:user/team/bob", "team/bob"),
        ("arn:aws:sts::1:assumed-role/dev/alice", "dev/alice"),
        ("arn:aws:iam::1:root", "root"),
    ],
)
def test_short_names(arn, name):
    assert short_name(arn) == name
