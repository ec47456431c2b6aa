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
