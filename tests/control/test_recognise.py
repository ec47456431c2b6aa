"""Which service a request is for, by all that may tell."""

import pytest
from tests.play import request

from gatelodge.control.recognise import scope_of, service_of

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIA/20260102/{}/{}/aws4_request, SignedHeaders=host, Signature=0"
)
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def signed(service, region="eu-west-1"):
    return ("Authorization", SIGNED.format(region, service))


@pytest.mark.parametrize(
    ("asked", "service"),
    [
        (request("POST", "/", [signed("iam")]), "iam"),
        (request("GET", "/restapis", [signed("sts")]), "sts"),  # what it claims is verified later
        (request("GET", "/restapis", [signed("s3")]), None),
        (
            request("GET", "/", query="X-Amz-Credential=AKIA%2F20260102%2Fr%2Fsts%2Faws4_request"),
            "sts",
        ),
        (
            request("POST", "/", [("X-Amz-Target", "AWSCognitoIdentityProviderService.SignUp")]),
            "cognito-idp",
        ),
        (request("POST", "/", [("X-Amz-Target", "DynamoDB_20120810.GetItem")]), None),
        (request("POST", "/", [FORM], body=b"Action=A&Version=2010-05-08"), "iam"),
        (request("POST", "/", [FORM], body=b"Action=A&Version=2011-06-15"), "sts"),
        (request("POST", "/", [FORM], body=b"Action=A&Version=1999-01-01"), None),
        (request("GET", "/restapis"), "apigateway"),
        (request("GET", "/2015-03-31/functions/"), "lambda"),
        (request("GET", "/nothing"), None),
    ],
)
def test_services(asked, service):
    assert service_of(asked, scope_of(asked)) == service


@pytest.mark.parametrize(
    ("asked", "region"),
    [
        (request(fields=[signed("iam", "us-west-2")]), "us-west-2"),
        (request(query="a=b&X-Amz-Credential=AKIA%2F20260102%2Fr1%2Fsts%2Faws4_request"), "r1"),
        (request(fields=[("Authorization", "Bearer x")], query="X-Amz-Credential=A/1/r/s/x"), None),
        (request(query="X-Amz-Credential=AKIA"), None),
        (request(), None),
    ],
)
def test_scopes(asked, region):
    scope = scope_of(asked)
    assert (scope and scope.region) == region
