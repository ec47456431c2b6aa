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
STREAMED = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2021-11-15/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f/response-streaming-invocations"
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
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29_000,
        "responseTransferMode": "BUFFERED",
        "cacheNamespace": desk.pets,
        "cacheKeyParameters": [],
    }


@pytest.mark.parametrize(
    "members",
    [
        {"responseTransferMode": "STREAM", "timeoutInMillis": 900_000},
        {"type": "AWS_PROXY", "uri": STREAMED, "responseTransferMode": "STREAM"},
        {"connectionType": "VPC_LINK", "connectionId": "abc", "integrationTarget": "arn:x"},
    ],
)
def test_what_cannot_be_served_is_kept_all_the_same(desk, members):
    kept = desk.do(put_integration, **desk.at, **{**HTTP, **members})
    assert kept == desk.do(get_integration, **desk.at)
    assert members.items() <= kept.items()


def test_a_mock_says_nothing_of_its_transfer(desk):
    desk.mock(desk.at)
    assert "responseTransferMode" not in desk.do(get_integration, **desk.at)


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
        ({"type": "HTTP", "responseTransferMode": "STREAM"}, "Only HTTP_PROXY and AWS_PROXY"),
        (
            {"type": "AWS_PROXY", "uri": LAMBDA, "responseTransferMode": "STREAM"},
            "Cannot use ResponseTransferMode STREAM for Lambda functions invoked by Invoke for",
        ),
        (
            {"type": "AWS_PROXY", "uri": STREAMED},
            "Invalid ResponseTransferMode. Cannot use ResponseTransferMode BUFFERED for Lambda "
            "functions invoked by InvokeWithResponseStream for AWS_PROXY integrations.",
        ),
        (
            {"timeoutInMillis": 900_001, "responseTransferMode": "STREAM"},
            "Timeout should be between 50 ms and 900000 ms",
        ),
        ({"integrationTarget": "arn:x"}, "Only VPC_LINK integrations have an integrationTarget"),
        (
            {"cacheKeyParameters": ["method.request.header.X"]},
            "Invalid cache key parameter specified",
        ),
        (
            {"cacheKeyParameters": ["integration.request.header.X"]},
            "Invalid cache key parameter specified",
        ),
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
