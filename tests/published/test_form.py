"""The JSON form of what is published: both ways the same, and nothing unknown gets in."""

import json

import pytest

from gatelodge.published import (
    AccessLog,
    Api,
    Authorizer,
    CanarySettings,
    FormError,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    MethodSetting,
    Resource,
    Stage,
    api_from_json,
    stage_from_json,
    to_json,
)
from gatelodge.published.form import member_name

API = Api(
    "abc123",
    "pets",
    "111111111111",
    "us-east-1",
    "d1",
    policy={"Version": "2012-10-17", "Statement": []},
    policy_principals={"arn:aws:iam::111111111111:user/x": "AIDAX"},
    binary_media_types=("image/png",),
    disable_execute_api_endpoint=True,
    gateway_responses={"THROTTLED": GatewayResponse("THROTTLED", 430, {"a": "'b'"}, {"c": "d"})},
    authorizers={"z1": Authorizer("z1", "judge", "TOKEN", authorizer_result_ttl_in_seconds=0)},
    resources=(
        Resource(
            "r1",
            "/pets/{id}",
            {
                "GET": Method(
                    "GET",
                    "CUSTOM",
                    "z1",
                    integration=Integration(
                        "MOCK",
                        request_templates={"application/json": '{"statusCode": 200}'},
                        cache_namespace="shared",
                        cache_key_parameters=("method.request.path.id",),
                        responses=(IntegrationResponse(200), IntegrationResponse(500, "5..")),
                    ),
                ),
                "POST": Method("POST", "NONE"),
            },
        ),
    ),
)
STAGE = Stage(
    "abc123",
    "prod",
    "d1",
    {"color": "blue"},
    AccessLog("$context.requestId", "-"),
    CanarySettings("d2", 12.5, {"color": "green"}, use_stage_cache=True),
    {
        "*/*": MethodSetting(5, 2.5),
        "pets/GET": MethodSetting(0, None, True, 60, False, "FAIL_WITH_403"),
    },
    cache_cluster_size=6.1,
)


def test_there_and_back():
    written = json.loads(json.dumps(to_json(API)))
    assert api_from_json(written) == API
    assert stage_from_json(json.loads(json.dumps(to_json(STAGE)))) == STAGE


def test_a_stage_of_before_there_were_caches():
    written = to_json(STAGE)
    del written["cacheClusterSize"], written["canarySettings"]["useStageCache"]
    members = ("throttlingBurstLimit", "throttlingRateLimit")
    for name, setting in written["methodSettings"].items():
        written["methodSettings"][name] = {member: setting[member] for member in members}
    read = stage_from_json(written)
    assert read.cache_cluster_size is None
    assert not read.canary_settings.use_stage_cache
    assert read.method_settings == {"*/*": MethodSetting(5, 2.5), "pets/GET": MethodSetting()}


def test_an_integration_of_before_there_were_caches():
    written = to_json(API)
    integration = written["resources"][0]["methods"]["GET"]["integration"]
    del integration["cacheNamespace"], integration["cacheKeyParameters"]
    read = api_from_json(written).resources[0].methods["GET"].integration
    assert (read.cache_namespace, read.cache_key_parameters) == (None, None)


def test_names_are_those_of_aws():
    written = to_json(API)
    assert written["disableExecuteApiEndpoint"] is True
    assert written["authorizers"]["z1"]["providerARNs"] == []
    integration = written["resources"][0]["methods"]["GET"]["integration"]
    assert integration["timeoutInMillis"] == 29_000
    assert member_name("tls_insecure_skip_verification") == "tlsInsecureSkipVerification"


def test_what_is_left_out_has_its_default():
    short = {"id": "a", "name": "", "account": "1", "region": "r", "deploymentId": "d"}
    assert api_from_json(short) == Api("a", "", "1", "r", "d")


def changed(*path, value):
    written = json.loads(json.dumps(to_json(API)))
    place = written
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return written


METHOD = ("resources", 0, "methods", "GET")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (changed("shiny", value=1), "Api: unknown member 'shiny'"),
        (changed("resources", 0, "shiny", value=1), "Resource: unknown member 'shiny'"),
        (changed(*METHOD, "integration", "shiny", value=1), "Integration: unknown"),
        (changed("region", value=None), "member 'region' is not a text"),
        (changed("policy", value=[]), "member 'policy' is not an object"),
        (changed("policyPrincipals", value={"a": None}), "'policyPrincipals' is not a text"),
        (changed("disableExecuteApiEndpoint", value="true"), "is not true or false"),
        (changed("disableExecuteApiEndpoint", value=0), "is not true or false"),
        (changed("resources", value={}), "is not a list"),
        (changed("resources", 0, "methods", value=[]), "is not an object"),
        (changed(*METHOD, "apiKeyRequired", value=None), "is not true or false"),
        (changed(*METHOD, "integration", "timeoutInMillis", value=True), "is not a number"),
        (changed(*METHOD, "integration", "timeoutInMillis", value=1.5), "is not a number"),
        (changed(*METHOD, "authorizationScopes", value=["a", 1]), "is not a text"),
        (changed(*METHOD, value=None), "Method: expected an object"),
        ({"id": "a"}, "member 'name' is missing"),
        ([], "Api: expected an object"),
        (None, "Api: expected an object"),
    ],
)
def test_what_is_not_of_the_form_is_refused(form, told):
    with pytest.raises(FormError, match=told):
        api_from_json(form)
