"""The nouns: values that nothing changes, and whose defaults open nothing."""

from dataclasses import FrozenInstanceError, fields

import pytest

from gatelodge.published import (
    AccessLog,
    Api,
    Authorizer,
    CanarySettings,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    MethodSetting,
    Resource,
    Stage,
)

VALUES = [
    AccessLog("f", "-"),
    Api("a", "n", "1", "r", "d"),
    Authorizer("i", "n", "TOKEN"),
    CanarySettings("d", 5.0),
    GatewayResponse("THROTTLED"),
    Integration("MOCK"),
    IntegrationResponse(200),
    Method("GET", "NONE"),
    MethodSetting(),
    Resource("r", "/"),
    Stage("a", "prod", "d"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_nothing_changes_once_it_is_made(value):
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, "other")
    assert not hasattr(value, "__dict__")


def test_how_callers_are_authorized_is_never_left_to_a_default():
    with pytest.raises(TypeError):
        Method("GET")
    with pytest.raises(TypeError):
        Authorizer("i", "n")


def test_defaults_of_aws():
    assert Integration("HTTP_PROXY").timeout_in_millis == 29_000
    assert Integration("HTTP_PROXY").passthrough_behavior == "WHEN_NO_MATCH"
    assert not Integration("HTTP_PROXY").tls_insecure_skip_verification
    assert Authorizer("i", "n", "TOKEN").authorizer_result_ttl_in_seconds == 300
    assert Api("a", "n", "1", "r", "d").endpoint_types == ("EDGE",)
    assert Api("a", "n", "1", "r", "d").policy is None


def test_a_canary_has_its_own_deployment_and_the_stages_variables_but_for_its_own():
    canary = CanarySettings("e", 5.0, {"b": "3"})
    stage = Stage("a", "prod", "d", {"a": "1", "b": "2"}, canary_settings=canary)
    served = stage.as_canary(canary)
    assert (served.deployment_id, served.variables) == ("e", {"a": "1", "b": "3"})
    assert served.is_canary
    assert not stage.is_canary
    assert (served.api_id, served.name) == ("a", "prod")


ON = MethodSetting(caching_enabled=True)
OFF = MethodSetting()


@pytest.mark.parametrize(
    ("settings", "path", "verb", "kept"),
    [
        ({"*/*": ON}, "/pets", "GET", True),
        ({"*/*": ON}, "/", "GET", True),
        ({"*/*": ON}, "/pets", "POST", False),
        ({"*/*": ON}, "/pets", "HEAD", False),
        ({"*/*": ON}, "/pets", "ANY", False),
        ({"*/*": OFF}, "/pets", "GET", False),
        ({}, "/pets", "GET", False),
        ({"*/*": ON, "pets/GET": OFF}, "/pets", "GET", False),
        ({"*/*": OFF, "pets/GET": ON}, "/pets", "GET", True),
        ({"*/*": ON, "pets/POST": ON}, "/pets", "POST", True),
        ({"pets/ANY": ON}, "/pets", "ANY", True),
        ({"pets/ANY": ON}, "/pets", "GET", False),
        ({"/GET": ON}, "/", "GET", True),
        ({"/GET": ON}, "/pets", "GET", False),
        ({"*/*": MethodSetting(caching_enabled=True, cache_ttl_in_seconds=0)}, "/", "GET", False),
    ],
)
def test_whose_replies_are_kept(settings, path, verb, kept):
    stage = Stage("a", "prod", "d", method_settings=settings, cache_cluster_size=0.5)
    assert (stage.caching(path, verb) is not None) is kept
    without = Stage("a", "prod", "d", method_settings=settings)
    assert without.caching(path, verb) is None


def test_whose_settings_are_set_apart():
    settings = dict.fromkeys(["*/*", "pets/GET", "pets/POST", "pets/ANY", "/PUT"], OFF)
    stage = Stage("a", "prod", "d", method_settings=settings)
    assert set(stage.verbs_with_settings("/pets")) == {"GET", "POST"}
    assert stage.verbs_with_settings("/") == ["PUT"]
    assert stage.verbs_with_settings("/pets/GET") == []


def test_a_canary_uses_the_stages_cache_only_when_it_may():
    stage = Stage("a", "prod", "d", method_settings={"*/*": ON}, cache_cluster_size=0.5)
    assert stage.as_canary(CanarySettings("e", 5.0)).caching("/", "GET") is None
    allowed = stage.as_canary(CanarySettings("e", 5.0, use_stage_cache=True))
    assert allowed.caching("/", "GET") is ON
    assert allowed.deployment_id == "e"
