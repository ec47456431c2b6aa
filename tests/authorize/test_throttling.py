"""Throttling comes before all else, and its limits are the method's own or else the stage's."""

from dataclasses import replace

import pytest
from tests.play import STAGE, call, drive, request

from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.questions import AskTurn, FindKey
from gatelodge.authorize.throttling import throttle
from gatelodge.published import GatewayResponseType, MethodSetting

ADMITTED = Allow(None, None)
ASKED = FindKey("AKIA", None, "20260102", "us-east-1", "execute-api")


def at_once(*_):
    return ADMITTED


def after_asking(*_):
    yield ASKED
    return ADMITTED


def throttled(mechanism=at_once, path="/pets", verb="GET", **settings):
    limits = {name.replace("__", "/"): one for name, one in settings.items()}
    return throttle(mechanism, replace(STAGE, method_settings=limits), path, verb)


def decided(mechanism, *answers):
    sent = request()
    return drive(mechanism(call(sent)), *answers)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"*/*": MethodSetting(5, 2.0)}, (5, 2.0)),
        ({"*/*": MethodSetting(5, 2.0), "pets/GET": MethodSetting(1, 0.5)}, (1, 0.5)),
        ({"pets/GET": MethodSetting(0, 0.0)}, (0, 0.0)),
    ],
)
def test_the_limits_are_the_methods_own_or_else_the_stages(settings, expected):
    (question,), _ = decided(throttled(**settings), True)
    assert (question.burst_limit, question.rate_limit) == expected


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"pets/POST": MethodSetting(1, 1.0)},
        {"/pets/GET": MethodSetting(1, 1.0)},
        {"*/*": MethodSetting()},
        {"*/*": MethodSetting(1, 1.0), "pets/GET": MethodSetting()},
    ],
)
def test_without_limits_the_mechanism_is_left_as_it_is(settings):
    assert throttled(**settings) is at_once


def test_the_root_resource():
    assert throttled(path="/", **{"/GET": MethodSetting(1, 1.0)}) is not at_once


def test_who_comes_too_fast_is_refused_before_anything_is_asked():
    mechanism = throttled(after_asking, **{"*/*": MethodSetting(5, 2.0)})
    questions, refused = decided(mechanism, False)
    assert [type(question) for question in questions] == [AskTurn]
    assert isinstance(refused, Deny)
    assert refused.kind is GatewayResponseType.THROTTLED
    assert (refused.error_type, refused.message) == (
        "TooManyRequestsException",
        "Too Many Requests",
    )
    assert refused.detail == "GET /pets is limited to 2 calls a second, 5 at once"


def test_who_may_come_goes_on_to_the_mechanism():
    limits = {"*/*": MethodSetting(5, 2.0)}
    questions, decision = decided(throttled(after_asking, **limits), True, None)
    assert questions[1] is ASKED
    assert decision is ADMITTED
    assert decided(throttled(at_once, **limits), True)[1] is ADMITTED


def test_methods_and_limits_are_counted_apart():
    one = AskTurn(("a", "prod", "/pets", "GET"), 5, 2.0)
    assert one == AskTurn(("a", "prod", "/pets", "GET"), 5, 2.0)
    assert hash(one) == hash(AskTurn(("a", "prod", "/pets", "GET"), 5, 2.0))
    for other in (
        AskTurn(("b", "prod", "/pets", "GET"), 5, 2.0),
        AskTurn(("a", "dev", "/pets", "GET"), 5, 2.0),
        AskTurn(("a", "prod", "/", "GET"), 5, 2.0),
        AskTurn(("a", "prod", "/pets", "PUT"), 5, 2.0),
        AskTurn(("a", "prod", "/pets", "GET"), 6, 2.0),
        AskTurn(("a", "prod", "/pets", "GET"), 5, 2.5),
    ):
        assert other != one
