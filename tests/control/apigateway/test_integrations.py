"""Integrations: what AWS fills in, and what cannot be one."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway.integrations import (
    delete_integration,
    get_integration,
    put_integration,
    require_pass_roles,
)

LAMBDA = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f/invocations"
)
HTTP = {"type": "HTTP_PROXY", "integrationHttpMethod": "GET", "uri": "http://a.example/"}


@pytest.fixture
def desk(tmp_path):
    desk = DeskApi(tmp_path)
    desk.method()
    return desk


def test_what_is_filled_in(desk):
    assert desk.do(put_integration, **desk.at, **HTTP) == {
        "type": "HTTP_PROXY",
        "httpMethod": "GET",
        "uri": "http://a.example/",
        "requestParameters": {},
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29_000,
        "cacheNamespace": desk.pets,
        "cacheKeyParameters": [],
    }


def test_one_takes_the_others_place(desk):
    desk.do(put_integration, **desk.at, **HTTP)
    desk.mock(desk.at)
    assert desk.do(get_integration, **desk.at)["type"] == "MOCK"
    desk.do(delete_integration, **desk.at)
    for gone in (get_integration, delete_integration):
        assert desk.refused(gone, **desk.at) == (
            "NotFoundException",
            "Invalid Integration identifier specified",
        )


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"integrationHttpMethod": None}, "Enumeration value for HttpMethod must be non-empty"),
        ({"integrationHttpMethod": "BREW"}, "Invalid HttpMethod specified"),
        ({"uri": None}, "Invalid HTTP endpoint specified for URI"),
        ({"uri": "ftp://a"}, "Invalid HTTP endpoint specified for URI"),
        ({"type": "AWS_PROXY"}, "Invalid ARN specified in the request"),
        ({"type": "AWS_PROXY", "uri": LAMBDA.replace("path/", "")}, "must contain path or action"),
        ({"timeoutInMillis": 49}, "Timeout should be between 50 ms and 29000 ms"),
        ({"timeoutInMillis": 29_001}, "Timeout should be between 50 ms and 29000 ms"),
        ({"passthroughBehavior": "SOMETIMES"}, "Invalid passthrough behavior specified"),
        ({"contentHandling": "EAT"}, "Invalid content handling specified"),
        ({"connectionType": "VPC_LINK"}, "needs a connectionId"),
        ({"requestParameters": {"method.request.header.x": "'x'"}}, "Invalid mapping expression"),
        ({"responseTransferMode": "STREAM"}, "Responses are buffered here"),
        ({"credentials": "arn:aws:iam::222222222222:role/r"}, "Cross-account pass role"),
        ({"credentials": "arn:aws:iam::111111111111:user/u"}, "Invalid ARN specified"),
    ],
)
def test_what_no_integration_is(desk, members, told):
    code, message = desk.refused(put_integration, **desk.at, **{**HTTP, **members})
    assert code == "BadRequestException"
    assert told in message


def test_every_role_of_an_imported_api_must_be_passed(desk):
    role = f"arn:aws:iam::{ACCOUNT}:role/"
    form = {
        "authorizers": [{"authorizerCredentials": f"{role}b"}, {}],
        "resources": [
            {
                "methods": {
                    "GET": {"integration": {"credentials": f"{role}a"}},
                    "PUT": {"integration": {"credentials": "arn:aws:iam::*:user/*"}},
                    "POST": {"integration": None},
                }
            }
        ],
    }
    desk.required.clear()
    require_pass_roles(desk.call(), form)
    assert [(check.action, check.resource) for check in desk.required] == [
        ("iam:PassRole", f"{role}a"),
        ("iam:PassRole", f"{role}b"),
    ]
