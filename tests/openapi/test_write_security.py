"""Security schemes, written."""

import pytest

from gatelodge.openapi.write_methods import WriteError
from gatelodge.openapi.write_security import Schemes

X = "x-amazon-apigateway-"


def authorizer(**members):
    return {"id": "z1", "name": "mine", "type": "TOKEN", "authorizerUri": "u", **members}


def scheme(**members):
    schemes = Schemes({"authorizers": [authorizer(**members)]}, extended=True)
    return schemes.defined()["mine"]


@pytest.mark.parametrize(
    ("kind", "source", "name", "where", "explicit"),
    [
        ("TOKEN", "method.request.header.Auth", "Auth", "header", False),
        ("TOKEN", "method.request.header.Unused", "Unused", "header", True),
        ("REQUEST", "method.request.querystring.q", "q", "query", True),
        ("REQUEST", "method.request.header.A,context.path", "Unused", "header", True),
        ("REQUEST", "", "Unused", "header", False),
        ("COGNITO_USER_POOLS", "method.request.header.A", "A", "header", False),
    ],
)
def test_where_the_identity_stands(kind, source, name, where, explicit):
    written = scheme(type=kind, identitySource=source)
    assert (written["name"], written["in"]) == (name, where)
    inside = written[f"{X}authorizer"]
    assert inside["type"] == kind.lower()
    assert inside.get("identitySource") == (source if explicit else None)


def test_members_and_label():
    written = scheme(authType="custom", authorizerResultTtlInSeconds=0, authorizerCredentials=None)
    assert written[f"{X}authtype"] == "custom"
    assert written[f"{X}authorizer"]["authorizerResultTtlInSeconds"] == 0
    assert "authorizerCredentials" not in written[f"{X}authorizer"]


@pytest.mark.parametrize(
    ("method", "requirements"),
    [
        ({"authorizationType": "NONE"}, []),
        ({"authorizationType": "AWS_IAM"}, [{"sigv4": []}]),
        ({"authorizationType": "NONE", "apiKeyRequired": True}, [{"api_key": []}]),
        ({"authorizationType": "CUSTOM", "authorizerId": "z1", "apiKeyRequired": True},
         [{"mine": []}, {"api_key": []}]),
        ({"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "z1",
          "authorizationScopes": ["a", "b"]}, [{"mine": ["a", "b"]}]),
    ],
)  # fmt: skip
def test_requirements(method, requirements):
    schemes = Schemes({"authorizers": [authorizer()]}, extended=True)
    assert schemes.requirements(method) == requirements


def test_an_authorizer_may_have_the_usual_name():
    schemes = Schemes({"authorizers": [authorizer(name="sigv4")]}, extended=True)
    assert schemes.requirements({"authorizationType": "AWS_IAM"}) == [{"sigv4_": []}]
    assert schemes.defined()["sigv4_"][f"{X}authtype"] == "awsSigv4"


def test_a_missing_authorizer():
    with pytest.raises(WriteError, match="'gone'"):
        Schemes({}, extended=True).requirements(
            {"authorizationType": "CUSTOM", "authorizerId": "gone"}
        )
