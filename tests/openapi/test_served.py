"""What of an AWS-shaped API can be served here; the rest is told by name and place."""

import pytest

from gatelodge.openapi import Problems, can_run, check_served

PROXY = {"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "http://h/"}
MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}


def problems_of(method=None, **members):
    problems = Problems()
    methods = {"GET": {"authorizationType": "NONE", "integration": PROXY, **(method or {})}}
    api = {"resources": [{"path": "/p", "methods": methods}], **members}
    check_served(api, problems, lambda path, verb: problems.at(path, verb))
    return problems.found


@pytest.mark.parametrize(
    "integration", [None, PROXY, MOCK, {**PROXY, "connectionType": "INTERNET"}]
)
def test_what_is_served(integration):
    assert problems_of({"integration": integration}) == []
    assert problems_of({"authorizationType": "AWS_IAM"}) == []


def test_what_asks_for_nothing_is_no_matter():
    integration = {**PROXY, "responseTransferMode": "BUFFERED"}
    members = {"securityPolicy": "TLS_1_0", "endpointAccessMode": "BASIC"}
    assert problems_of({"integration": integration}, **members) == []


@pytest.mark.parametrize(
    ("method", "members", "name", "message"),
    [
        ({"integration": {"type": "AWS", "uri": "x"}}, {}, "aws", "'aws' is not supported"),
        ({"integration": {"type": "HTTP", "uri": "x"}}, {}, "http", "'http' is not supported"),
        ({"integration": {**PROXY, "connectionType": "VPC_LINK"}}, {}, None, "VPC links"),
        ({"integration": {**PROXY, "integrationTarget": "arn:x"}}, {}, None, "VPC links"),
        ({"integration": {**PROXY, "responseTransferMode": "STREAM"}}, {}, "responseTransferMode",
         "responseTransferMode is not honoured"),
        ({}, {"securityPolicy": "TLS_1_2"}, "x-amazon-apigateway-security-policy", "not honoured"),
        ({}, {"endpointAccessMode": "STRICT"}, "x-amazon-apigateway-endpoint-access-mode",
         "not honoured"),
        ({"integration": {**PROXY, "credentials": "r"}}, {}, "credentials", "credentials"),
        ({"integration": {**PROXY, "contentHandling": "CONVERT_TO_TEXT"}}, {}, "contentHandling",
         "contentHandling"),
        ({"integration": {"type": "MOCK", "requestTemplates": {"a/b": "#set($x)"}}}, {},
         "mapping-templates", "directives"),
        ({"integration": {"type": "MOCK", "requestTemplates": {"a/b": "plain"}}}, {}, None,
         "names a status"),
        ({"apiKeyRequired": True}, {}, None, "asks for API keys"),
        ({"authorizationType": "SOMETHING"}, {}, None, "never opened"),
        ({"requestValidatorId": "v"},
         {"requestValidators": [{"id": "v", "name": "n", "validateRequestBody": True}]},
         "x-amazon-apigateway-request-validator", "not honoured"),
        ({}, {"apiKeySource": "AUTHORIZER"}, "x-amazon-apigateway-api-key-source", "not honoured"),
        ({}, {"minimumCompressionSize": 0}, "x-amazon-apigateway-minimum-compression-size",
         "not honoured"),
    ],
)  # fmt: skip
def test_what_is_not_served(method, members, name, message):
    found = problems_of(method, **members)
    assert any(p.name == name and message in p.message for p in found), found


def test_a_validator_that_checks_nothing_is_no_matter():
    validators = [{"name": "n", "validateRequestBody": False}]
    assert problems_of({"requestValidatorId": "n"}, requestValidators=validators) == []


@pytest.mark.parametrize(
    ("integration", "runs"),
    [
        (PROXY, True),
        (MOCK, True),
        ({**PROXY, "credentials": "r"}, True),  # tolerated, it runs without them
        ({"type": "AWS"}, False),
        ({"type": "MOCK", "requestTemplates": {"a/b": "$x"}}, False),
        ({}, False),
    ],
)
def test_what_can_run(integration, runs):
    assert can_run(integration) == runs
