"""Kept replies and renewals in words, with what was decided judged again."""

from dataclasses import replace

import pytest
from tests.explain.test_replay import holder, signed
from tests.explain.visits import explained, visit
from tests.play import NOW, STAGE, identity, request, statement, user

from gatelodge.explain.caching import asker
from gatelodge.explain.replay import explain
from gatelodge.integrate.questions import KeptReply, Missing
from gatelodge.messages import Headers, Response
from gatelodge.published import MethodSetting

RENEW = ("Cache-Control", "max-age=0")
INVALIDATE = "execute-api:InvalidateCache"
OPEN = "the method is open, and the API has no resource policy"


def stage(strategy="SUCCEED_WITH_RESPONSE_HEADER"):
    setting = MethodSetting(0, None, True, 300, True, strategy)
    return replace(STAGE, method_settings={"*/*": setting}, cache_cluster_size=0.5)


def kept(age=12.4):
    return KeptReply(Response(200), NOW.timestamp() - age)


def renewing(sent):
    sent.headers = Headers([*sent.headers.pairs, RENEW])
    return sent


def open_call(*fields):
    return request(path="/prod/open", fields=fields)


def test_a_kept_reply():
    told = explained(open_call(), kept(), stage=stage())
    assert told.reason == f"{OPEN}; the reply was served from the stage's cache, 12 s old"
    ahead = explained(open_call(), kept(-3), stage=stage())  # by another clock
    assert ahead.reason.endswith("cache, 0 s old")


def test_a_reply_of_the_integration_is_not_mentioned():
    assert explained(open_call(), Missing(1), None, stage=stage()).reason == OPEN
    assert explained(open_call(), None, stage=stage()).reason == OPEN


def test_an_ignored_renewal_of_an_anonymous_caller():
    told = explained(open_call(RENEW), kept(), stage=stage()).reason
    assert told == (
        f"{OPEN}; Cache-Control: max-age=0 was ignored: {INVALIDATE} is not allowed; "
        "the reply was served from the stage's cache, 12 s old"
    )


@pytest.mark.parametrize(
    ("statements", "verdict", "line"),
    [
        (
            [identity(Action="execute-api:Invoke")],
            "silent",
            "no identity policy allows this; nearest is identity policy policy statement 1",
        ),
        (
            [identity(), identity("Deny", Action=INVALIDATE)],
            "denied",
            "identity policy policy statement 2 denies",
        ),
    ],
)
def test_an_ignored_renewal_names_the_statement(statements, verdict, line):
    told = explained(renewing(signed()), holder(user(*statements)), kept(), stage=stage())
    part = told.parts[-1]
    assert (part.title, part.verdict) == ("cache", verdict)
    assert line in part.lines[1]
    assert told.replayed == "allowed"
    assert told.agrees


def test_a_granted_renewal():
    caller = user(identity(Action="execute-api:*"))
    told = explained(renewing(signed()), holder(caller), Missing(1), None, stage=stage())
    assert told.reason.endswith(
        "; the integration was to answer anew, as Cache-Control: max-age=0 asked"
    )
    assert told.agrees
    part = told.parts[-1]
    assert (part.title, part.verdict) == ("cache", "allowed")
    assert part.lines[1:] == ["allowed by identity policy policy statement 1"]


def test_a_renewal_that_needs_no_permission():
    free = replace(stage().method_settings["*/*"], require_authorization_for_cache_control=False)
    told = explained(
        renewing(signed()),
        holder(user(identity())),
        Missing(1),
        None,
        stage=replace(stage(), method_settings={"*/*": free}),
    )
    part = told.parts[-1]
    assert (part.title, part.verdict) == ("cache", "silent")
    assert part.lines[2:] == ["the method demands no permission for it"]


def test_a_refused_renewal_of_a_caller_whose_documents_are_gone():
    record, compiled, _ = visit(
        renewing(signed()), holder(user(identity())), stage=stage("FAIL_WITH_403")
    )
    told = explain(record, compiled, None)
    assert "the policies of the caller, which are no longer kept, did not allow it" in told.reason
    assert told.agrees


@pytest.mark.parametrize(
    ("kind", "evidence", "who"),
    [
        ("CUSTOM", {"principalId": "me"}, "me"),
        ("COGNITO_USER_POOLS", {"cognito:username": "ann"}, "ann"),
        ("NONE", {}, "anonymous"),
    ],
)
def test_who_asked_without_a_signature(kind, evidence, who):
    found = {**evidence, "cache": {"renewal": "refused"}}
    assert asker({"authorization_type": kind, "evidence": found}) == who


@pytest.mark.parametrize(
    ("statements", "verdict", "line"),
    [
        ([identity()], "silent", "no identity policy allows this"),
        (
            [identity(), identity("Deny", Action=INVALIDATE)],
            "denied",
            "identity policy policy statement 2 denies",
        ),
    ],
)
def test_a_refused_renewal_is_judged_again_as_one(statements, verdict, line):
    told = explained(renewing(signed()), holder(user(*statements)), stage=stage("FAIL_WITH_403"))
    assert told.record["status"] == 403
    prefix = f"Cache-Control: max-age=0 asks for what needs {INVALIDATE}: "
    assert told.reason.startswith(prefix + line)
    assert told.replayed == verdict
    assert told.agrees
    assert "served" not in told.reason


@pytest.mark.parametrize("fence", [None, [statement()]])
def test_a_refused_renewal_of_who_did_not_sign(fence):
    told = explained(open_call(RENEW), fence=fence, stage=stage("FAIL_WITH_403"))
    assert told.record["status"] == 403
    assert "only a caller who signs requests (AWS_IAM) can be permitted" in told.reason
    assert told.parts[-1].verdict == "refused"
    assert told.agrees
    assert told.who == "anonymous"


def test_other_refusals_are_what_they_were():
    told = explained(
        renewing(signed()), holder(user(identity(Action=INVALIDATE))), stage=stage("FAIL_WITH_403")
    )
    assert told.reason.startswith("no identity policy allows this")
    assert told.agrees
