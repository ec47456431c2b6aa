"""Limits of a stage's methods, through the socket: they hold for all workers together, at once."""

import json
import time

import pytest
from tests.control.apigateway.calls import Api, refused

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


def test_a_method_for_all_verbs_is_served_by_the_settings_of_each(gateway, client):
    api = Api(client)
    pets = api.resource("pets")
    api.method(pets, verb="ANY")
    api.method(pets, verb="PUT")
    api.deploy()
    limit(api, "*/*", "0.001", "4")
    limit(api, "~1pets/GET", "0.001", "1")
    limit(api, "~1pets/PUT", "0", "0")

    def called(verb, count):
        return sorted(gateway.call(api.id, "/pets", verb).status for _ in range(count))

    assert called("GET", 3) == [200, 429, 429]
    assert called("PUT", 2) == [429] * 2
    # The others are limited together, as all methods are.
    assert called("POST", 3) + called("DELETE", 2) == [200] * 4 + [429]
    api.patch("update_stage", ("remove", "/~1pets/GET"), stageName="prod")
    assert called("GET", 1) == [429]


def replace_all(api, settings):
    text = settings if isinstance(settings, str) else json.dumps(settings)
    return api.patch("update_stage", ("replace", "/methodSettings", text), stageName="prod")


def test_all_settings_are_replaced_at_once(gateway, api):
    limit(api, "*/*", "0", "0")
    settings = {
        "pets/GET": {"throttlingRateLimit": 0.001, "throttlingBurstLimit": 2},
        "~1more~1pets/PUT": {"loggingLevel": "INFO", "metricsEnabled": True},
    }
    shown = replace_all(api, settings)["methodSettings"]
    assert shown.keys() == {"pets/GET", "more/pets/PUT"}
    assert (shown["more/pets/PUT"]["loggingLevel"], shown["more/pets/PUT"]["metricsEnabled"]) == (
        "INFO",
        True,
    )
    assert shown["pets/GET"]["throttlingBurstLimit"] == 2
    assert not shown["pets/GET"]["metricsEnabled"]
    assert statuses(gateway, api, "/pets", 5) == [200] * 2 + [429] * 3
    assert statuses(gateway, api, "/", 5) == [200] * 5
    # What GetStage shows can be written again.
    assert replace_all(api, shown)["methodSettings"] == shown
    assert replace_all(api, {})["methodSettings"] == {}
    assert statuses(gateway, api, "/pets", 5) == [200] * 5


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("x", "A map is replaced by a JSON object: not JSON"),
        ("[]", "A map is replaced by a JSON object: not a JSON object"),
        ({"pets": {}}, "Invalid method setting: pets"),
        ({"pets/BREW": {}}, "Invalid method setting: pets/BREW"),
        ({"*/GET": {}}, "Invalid method setting: */GET"),
        ({"pets/*": {}}, "Invalid method setting: pets/*"),
        ({"pets/GET": []}, "Invalid method setting: pets/GET"),
        ({"pets/GET": {}, "/pets/GET": {}}, "Invalid method setting: /pets/GET"),
        ({"pets/GET": {"shiny": 1}}, "Invalid method setting: pets/GET shiny"),
        ({"pets/GET": {"metricsEnabled": "true"}}, "Invalid method setting: pets/GET metrics"),
        ({"pets/GET": {"metricsEnabled": None}}, "Invalid method setting: pets/GET metrics"),
        ({"pets/GET": {"throttlingBurstLimit": True}}, "Invalid method setting: pets/GET thr"),
        ({"pets/GET": {"throttlingBurstLimit": 1.5}}, "Invalid throttling burst limit"),
        ({"pets/GET": {"throttlingRateLimit": None}}, "Invalid throttling rate limit"),
        ({"pets/GET": {"throttlingRateLimit": {}}}, "Invalid throttling rate limit"),
        ({"pets/GET": {"loggingLevel": "ALL"}}, "Invalid logging level specified"),
        ({"pets/GET": {"cacheTtlInSeconds": 3601}}, "Invalid cache TTL"),
    ],
)
def test_what_no_settings_are(client, api, settings, told):
    code, message = refused(replace_all, api, settings)
    assert code == "BadRequestException"
    assert message.startswith(told)
    assert client.get_stage(restApiId=api.id, stageName="prod")["methodSettings"] == {}
