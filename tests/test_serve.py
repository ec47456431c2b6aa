"""The order in which a call meets limits, authorization, kept replies and its integration."""

from dataclasses import replace

import pytest
from tests.explain.test_replay import holder, signed
from tests.explain.visits import plan
from tests.play import STAGE, drive, identity, request, user

from gatelodge.authorize.questions import AskTurn, FindKey
from gatelodge.integrate.questions import KeepReply, KeptReply, LookUpReply, Missing
from gatelodge.messages import Response
from gatelodge.published import MethodSetting
from gatelodge.serve import Gate, serve

KEPT = KeptReply(Response(200, [("X", "1")], b"kept"), 1.0)
CACHED = replace(
    STAGE,
    method_settings={"*/*": MethodSetting(5, 2.0, caching_enabled=True)},
    cache_cluster_size=0.5,
)


def served(asked, *answers, stage=CACHED):
    questions, result = drive(serve(asked, Gate([plan(stage=stage)])), *answers)
    return [type(question) for question in questions], result.response


def test_limits_and_authorization_come_before_kept_replies():
    caller = holder(user(identity()))
    asked, response = served(signed(), True, caller, KEPT)
    assert asked == [AskTurn, FindKey, LookUpReply]
    assert (response.status, response.body) == (200, b"kept")


@pytest.mark.parametrize(
    ("answers", "status", "asked"),
    [
        ((False,), 429, [AskTurn]),
        ((True, holder(user())), 403, [AskTurn, FindKey]),
        ((True, holder(user(identity("Deny")))), 403, [AskTurn, FindKey]),
    ],
)
def test_who_may_not_call_now_is_not_even_looked_up_for(answers, status, asked):
    questions, response = served(signed(), *answers)
    assert (questions, response.status) == (asked, status)


def test_a_fresh_reply_is_kept_after_it_was_obtained():
    asked, response = served(request(path="/prod/open"), True, Missing(1), None)
    assert asked == [AskTurn, LookUpReply, KeepReply]
    assert response.status == 200
    names = [name for name, _ in response.headers]
    assert names.count("x-amzn-RequestId") == 1


def test_every_answer_is_stamped_for_its_own_call():
    _, response = served(request(path="/prod/open"), True, KeptReply(Response(200), 1.0))
    assert [name for name, _ in response.headers] == ["x-amzn-RequestId", "x-amz-apigw-id"]


@pytest.mark.parametrize(
    "stage",
    [
        STAGE,
        replace(CACHED, cache_cluster_size=None),
        replace(STAGE, cache_cluster_size=0.5),
        replace(CACHED, method_settings={"*/*": MethodSetting(), "open/POST": MethodSetting()}),
    ],
)
def test_methods_that_keep_nothing_ask_nothing_of_a_cache(stage):
    stage = replace(
        stage,
        method_settings={
            name: replace(one, throttling_rate_limit=None)
            for name, one in stage.method_settings.items()
        },
    )
    asked, response = served(request(path="/prod/open"), stage=stage)
    assert (asked, response.status) == ([], 200)
