"""Methods: what they may demand, and of whom."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway.authorizers import create_authorizer
from gatelodge.control.apigateway.methods import delete_method, get_method, put_method
from gatelodge.control.apigateway.resources import get_resource

POOL = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_A"
BAD = "BadRequestException"


@pytest.fixture
def desk(tmp_path):
    return DeskApi(tmp_path)


def test_a_plain_method(desk):
    desk.method()
    assert desk.do(get_method, **desk.at) == {
        "httpMethod": "GET",
        "authorizationType": "NONE",
        "apiKeyRequired": False,
    }
    assert desk.refused(put_method, **desk.at, authorizationType="NONE") == (
        "ConflictException",
        "Method already exists for this resource",
    )


def test_a_methods_end(desk):
    desk.method()
    desk.method("POST")
    desk.do(delete_method, **desk.at)
    at = {**desk.api, "resourceId": desk.pets}
    assert desk.do(get_resource, **at)["resourceMethods"] == {"POST": {}}
    desk.do(delete_method, **{**desk.at, "httpMethod": "POST"})
    assert "resourceMethods" not in desk.do(get_resource, **at)
    assert desk.refused(delete_method, **desk.at) == (
        "NotFoundException",
        "Invalid Method identifier specified",
    )


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"httpMethod": "BREW"}, "Invalid HttpMethod specified. Valid options are GET,PUT,"),
        ({"httpMethod": "get"}, "Invalid HttpMethod specified"),
        ({"authorizationType": "aws_iam"}, "Invalid authorization type specified"),
        ({"authorizationType": "CUSTOM"}, "Invalid authorizer ID specified."),
        ({"authorizationType": "CUSTOM", "authorizerId": "none"}, "Invalid authorizer ID"),
        ({"authorizationScopes": ["s"]}, "only valid for the authorization type COGNITO"),
        ({"requestModels": {"a/b": "Nothing"}}, "Invalid model identifier specified: Nothing"),
        ({"requestValidatorId": "abc"}, "Invalid Request Validator identifier specified"),
        (
            {"requestParameters": {"method.request.body.x": True}},
            "Invalid mapping expression parameter specified: method.request.body.x",
        ),
        (
            {
                "requestParameters": {
                    "method.request.header.x": True,
                    "method.request.querystring.x": False,
                }
            },
            "Parameter names must be unique across querystring, header and path",
        ),
    ],
)
def test_what_no_method_is(desk, members, told):
    code, message = desk.refused(put_method, **{**desk.at, "authorizationType": "NONE", **members})
    assert code == BAD
    assert told in message


def test_an_authorizer_must_be_of_the_methods_kind_and_of_its_api(desk):
    pool = desk.do(
        create_authorizer, **desk.api, name="p", type="COGNITO_USER_POOLS", providerARNs=[POOL]
    )["id"]
    named = {"authorizerId": pool}
    assert desk.refused(put_method, **desk.at, authorizationType="CUSTOM", **named)[0] == BAD
    desk.method("PUT", authorizationType="COGNITO_USER_POOLS", **named)
    other = DeskApi(desk.directory)
    refused = other.refused(put_method, **other.at, authorizationType="COGNITO_USER_POOLS", **named)
    assert refused[0] == BAD
    # What names none does not keep one.
    desk.method("POST", authorizationType="AWS_IAM", **named)
    assert "authorizerId" not in desk.do(get_method, **{**desk.at, "httpMethod": "POST"})


def test_a_missing_api_says_the_same_as_a_missing_resource(desk):
    for at in ({**desk.at, "restApiId": "none"}, {**desk.at, "resourceId": "none"}):
        assert desk.refused(get_method, **at) == (
            "NotFoundException",
            "Invalid Resource identifier specified",
        )
