"""Limits of a stage's methods, through the socket: they hold for all workers together, at once."""

import time

import pytest
from tests.control.apigateway.calls import Api

from gatelodge.control.apigateway.method_settings import published_settings
from gatelodge.published import MethodSetting

CACHING = {
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
RATE, BURST = "throttling/rateLimit", "throttling/burstLimit"


@pytest.fixture
def api(client):
    """Of two workers."""
    api = Api(client)
    api.method(api.root)
    api.method(api.resource("pets"))
    api.deploy()
    return api


def limit(api, methods, rate, burst):
    patches = [("replace", f"/{methods}/{RATE}", rate), ("replace", f"/{methods}/{BURST}", burst)]
    return api.patch("update_stage", *patches, stageName="prod")["methodSettings"]


def statuses(gateway, api, path, count):
    return sorted(gateway.call(api.id, path).status for _ in range(count))


def test_a_limit_holds_for_all_workers_together(gateway, api):
    assert statuses(gateway, api, "/pets", 20) == [200] * 20
    limit(api, "*/*", "0.001", "5")
    assert statuses(gateway, api, "/pets", 20) == [200] * 5 + [429] * 15
    assert statuses(gateway, api, "/", 20) == [200] * 5 + [429] * 15  # each method has its own


def test_a_method_has_limits_of_its_own(gateway, api):
    limit(api, "*/*", "0.001", "2")
    limit(api, "~1pets/GET", "-1", "-1")
    assert statuses(gateway, api, "/pets", 10) == [200] * 10
    assert statuses(gateway, api, "/", 10) == [200] * 2 + [429] * 8
    limit(api, "~1/GET", "0", "0")
    assert statuses(gateway, api, "/", 5) == [429] * 5


def test_another_limit_is_met_by_the_next_request(gateway, api):
    limit(api, "*/*", "0", "0")
    assert statuses(gateway, api, "/pets", 5) == [429] * 5
    limit(api, "*/*", "0.001", "3")
    assert statuses(gateway, api, "/pets", 5) == [200] * 3 + [429] * 2
    api.patch("update_stage", ("remove", "/*/*"), stageName="prod")
    assert statuses(gateway, api, "/pets", 5) == [200] * 5


def test_the_answer_is_api_gateways_and_is_explained(gateway, api):
    limit(api, "*/*", "0", "0")
    answer = gateway.call(api.id, "/pets")
    assert (answer.status, answer.error) == (429, "TooManyRequestsException")
    assert answer.json == {"message": "Too Many Requests"}
    assert gateway.why(answer)["reason"] == (
        "too many calls: GET /pets is limited to 0 calls a second, 0 at once"
    )


def test_tokens_come_back(gateway, api):
    limit(api, "*/*", "20", "1")
    end = time.monotonic() + 10
    admitted = 0
    while admitted < 4 and time.monotonic() < end:
        admitted += gateway.call(api.id, "/pets").status == 200
    assert admitted == 4


def test_a_method_begins_with_what_it_had(api):
    limit(api, "*/*", "7", "3")
    patch = ("replace", "/~1pets/GET/metrics/enabled", "true")
    settings = api.patch("update_stage", patch, stageName="prod")["methodSettings"]["pets/GET"]
    assert settings["metricsEnabled"] is True
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (7.0, 3)


@pytest.mark.parametrize(
    ("rate", "burst", "expected"),
    [
        (10_000.0, 5000, MethodSetting()),  # the account's, which a first setting fills in
        (-1.0, 5000, MethodSetting()),
        (-1.0, 7, MethodSetting()),
        (2.5, -1, MethodSetting(5000, 2.5)),
        (2.5, 7, MethodSetting(7, 2.5)),
        (10_000.0, 7, MethodSetting(7, 10_000.0)),
        (0.0, 0, MethodSetting(0, 0.0)),
    ],
)
def test_what_the_data_plane_is_told(rate, burst, expected):
    setting = {**CACHING, "throttlingRateLimit": rate, "throttlingBurstLimit": burst}
    assert published_settings({"a/GET": setting}) == {"a/GET": expected}


def test_what_the_data_plane_is_told_of_caching():
    setting = {
        "throttlingRateLimit": -1.0,
        "throttlingBurstLimit": -1,
        "cachingEnabled": True,
        "cacheTtlInSeconds": 7,
        "requireAuthorizationForCacheControl": False,
        "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
    }
    assert published_settings({"*/*": setting}) == {
        "*/*": MethodSetting(0, None, True, 7, False, "FAIL_WITH_403")
    }
