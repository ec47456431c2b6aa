"""Authorizers: what AWS fills in, what none can be, and when one may go."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway.authorizers import (
    create_authorizer,
    delete_authorizer,
    get_authorizers,
)

FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f/invocations"
)
POOL = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_A"
HEADER = "method.request.header.Authorization"
TOKEN = {"name": "t", "type": "TOKEN", "authorizerUri": FUNCTION}
REQUEST = {"name": "r", "type": "REQUEST", "authorizerUri": FUNCTION}
POOLS = {"name": "p", "type": "COGNITO_USER_POOLS", "providerARNs": [POOL]}


@pytest.fixture
def desk(tmp_path):
    return DeskApi(tmp_path)


@pytest.mark.parametrize(
    ("members", "label", "source"),
    [(TOKEN, "custom", HEADER), (POOLS, "cognito_user_pools", HEADER)],
)
def test_what_is_filled_in(desk, members, label, source):
    made = desk.do(create_authorizer, **desk.api, **members)
    assert made == {**members, "id": made["id"], "authType": label, "identitySource": source}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({**TOKEN, "type": "JWT"}, "Invalid authorizer type specified"),
        ({**TOKEN, "authorizerUri": None}, "Invalid Authorizer URI: "),
        ({**TOKEN, "authorizerUri": "http://a"}, "Invalid Authorizer URI: http://a."),
        ({**TOKEN, "authorizerResultTtlInSeconds": 3601}, "between 0 and 3600"),
        ({**TOKEN, "authorizerResultTtlInSeconds": -1}, "between 0 and 3600"),
        ({**TOKEN, "jwtConfiguration": {"issuer": "x"}}, "JWT authorizers, which REST APIs"),
        (REQUEST, "Identity source cannot be empty when Authorizer result TTL is greater"),
        ({**POOLS, "providerARNs": []}, "Invalid user pool ARN specified"),
        ({**POOLS, "providerARNs": [POOL, "x"]}, "Invalid user pool ARN specified"),
        (
            {**TOKEN, "authorizerCredentials": "arn:aws:iam::222222222222:role/r"},
            "Cross-account pass role",
        ),
    ],
)
def test_what_no_authorizer_is(desk, members, told):
    code, message = desk.refused(create_authorizer, **desk.api, **members)
    assert code == "BadRequestException"
    assert told in message
    assert desk.do(get_authorizers, **desk.api)["items"] == []


def test_without_a_cache_a_request_authorizer_needs_no_source(desk):
    made = desk.do(create_authorizer, **desk.api, **REQUEST, authorizerResultTtlInSeconds=0)
    assert "identitySource" not in made


def test_names_are_unique_in_an_api(desk):
    desk.do(create_authorizer, **desk.api, **TOKEN)
    code, message = desk.refused(create_authorizer, **desk.api, **{**POOLS, "name": "t"})
    assert code == "ConflictException"
    assert message.startswith("Authorizer name must be unique. Authorizer t already exists")
    other = DeskApi(desk.directory)
    other.do(create_authorizer, **other.api, **TOKEN)


def test_a_missing_api_says_what_aws_was_recorded_to_say(desk):
    assert desk.refused(create_authorizer, restApiId="none", **TOKEN) == (
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
    )


def test_what_a_method_names_stays(desk):
    made = desk.do(create_authorizer, **desk.api, **TOKEN)["id"]
    at = {**desk.api, "authorizerId": made}
    desk.method(authorizationType="CUSTOM", authorizerId=made)
    code, message = desk.refused(delete_authorizer, **at)
    assert code == "ConflictException"
    assert "is referenced in method: /pets/GET" in message
