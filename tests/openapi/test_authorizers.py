"""Authorizers of a document (openapi-extensions.md 2.4, 8.1): all members, or refused."""

import json

import pytest
from tests.gateway import OWNER, REGION

from gatelodge.openapi import Problems, read
from gatelodge.published import FormError, api_from_json, to_json
from gatelodge.published.freeze import freeze

X = "x-amazon-apigateway-"
FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{OWNER}:function:auth/invocations"
)
POOL = f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/{REGION}_AbCdEf123"
ROLE = f"arn:aws:iam::{OWNER}:role/invoke"
NOT_SERVED = "which is not supported"


def scheme(name="Authorization", *, where="header", kind="apiKey", authtype=None, **authorizer):
    written = {"type": kind, "name": name, "in": where, f"{X}authorizer": authorizer}
    return written | ({f"{X}authtype": authtype} if authtype is not None else {})


TOKEN = scheme("Auth", authtype="custom", type="token", authorizerUri=FUNCTION)
REQUEST = scheme(
    "X-Api-Key",
    type="request",
    identitySource="method.request.header.Custom, method.request.querystring.q",
    authorizerUri=FUNCTION,
    authorizerCredentials=ROLE,
    authorizerResultTtlInSeconds=60,
)
COGNITO = scheme("TestHeaderAuth", type="COGNITO_USER_POOLS", providerARNs=[POOL])
SCHEMES = {
    "token": TOKEN,
    "request": REQUEST,
    "pool": COGNITO,
    "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    "sigv4": {"type": "apiKey", "name": "A", "in": "header", f"{X}authtype": "awsSigv4"},
}


def read_document(security=None, root=None, verb="get", schemes=SCHEMES):
    operation = {} if security is None else {"security": security}
    document = {
        "openapi": "3.0.1",
        "paths": {"/p": {verb: operation}},
        "components": {"securitySchemes": schemes},
    }
    if root is not None:
        document["security"] = root
    problems = Problems()
    imported = read(document, problems)
    imported.check_served(problems)
    return imported.api, problems.found


def problems_of(**arguments):
    """What is refused, apart from mechanisms that are not served yet."""
    _, found = read_document(**arguments)
    return [problem for problem in found if NOT_SERVED not in problem.message]


def authorizer_of(written):
    api, found = read_document(schemes={"a": written})
    assert not found, found
    return freeze(api, api_id="a", account=OWNER, region=REGION).authorizers.popitem()[1]


@pytest.mark.parametrize(
    ("name", "security", "root", "verb", "kind", "authorizer", "scopes"),
    [
        ("S1", None, None, "get", "NONE", None, []),
        ("S5", [{"token": []}], None, "get", "CUSTOM", "token", []),
        ("S6", [{"request": []}], None, "get", "CUSTOM", "request", []),
        ("S7", [{"pool": []}], None, "get", "COGNITO_USER_POOLS", "pool", []),
        ("S8", [{"pool": ["email", "openid"]}], None, "get", "COGNITO_USER_POOLS", "pool",
         ["email", "openid"]),
        ("S9", None, [{"pool": ["email"]}], "get", "COGNITO_USER_POOLS", "pool", ["email"]),
        ("S10", [{"pool": []}], [{"pool": ["email"]}], "get", "COGNITO_USER_POOLS", "pool", []),
        ("S11", None, [{"token": []}], f"{X}any-method", "CUSTOM", "token", []),
    ],
)  # fmt: skip
def test_security_mapping(name, security, root, verb, kind, authorizer, scopes):
    api, found = read_document(security, root, verb)
    assert not [problem for problem in found if NOT_SERVED not in problem.message]
    (method,) = api["resources"][0]["methods"].values()
    assert method["authorizationType"] == kind
    assert method["authorizerId"] == authorizer
    assert method["authorizationScopes"] == scopes
    assert method["apiKeyRequired"] is False


def test_authorizer_and_api_key_both_apply():
    """S13; keys are not served, so the method is refused as well."""
    api, found = read_document([{"token": []}, {"api_key": []}])
    method = api["resources"][0]["methods"]["GET"]
    assert (method["authorizationType"], method["apiKeyRequired"]) == ("CUSTOM", True)
    assert any("asks for API keys" in problem.message for problem in found)


def test_every_scheme_makes_an_authorizer():
    """S12"""
    api, _ = read_document([{"pool": []}])
    assert [authorizer["name"] for authorizer in api["authorizers"]] == ["token", "request", "pool"]


def test_members():
    token = authorizer_of(TOKEN)
    assert (token.type, token.auth_type, token.identity_source) == (
        "TOKEN", "custom", "method.request.header.Auth")  # fmt: skip
    assert (token.authorizer_uri, token.authorizer_credentials) == (FUNCTION, None)
    assert token.authorizer_result_ttl_in_seconds == 300
    request = authorizer_of(REQUEST)
    assert request.identity_source == "method.request.header.Custom,method.request.querystring.q"
    assert (request.authorizer_credentials, request.authorizer_result_ttl_in_seconds) == (ROLE, 60)
    pools = authorizer_of(COGNITO)
    assert pools.provider_arns == (POOL,)
    assert pools.identity_source == "method.request.header.TestHeaderAuth"
    assert pools.identity_validation_expression is None


@pytest.mark.parametrize(
    ("written", "source"),
    [
        (scheme("q", where="query", type="request", authorizerUri=FUNCTION),
         "method.request.querystring.q"),
        (scheme("Unused", type="request", authorizerUri=FUNCTION,
                authorizerResultTtlInSeconds="0"), ""),
        (scheme("Unused", type="request", authorizerUri=FUNCTION,
                identitySource="stageVariables.a,context.identity.sourceIp"),
         "stageVariables.a,context.identity.sourceIp"),
        (scheme("X", type="token", authorizerUri=FUNCTION,
                identitySource="method.request.header.Y"), "method.request.header.Y"),
    ],
)  # fmt: skip
def test_identity_sources(written, source):
    assert authorizer_of(written).identity_source == source


HERE = f"/components/securitySchemes/a/{X}authorizer"


@pytest.mark.parametrize(
    ("written", "pointer", "message"),
    [
        (scheme(type="jwt"), f"{HERE}/type", "token, request, cognito_user_pools, not 'jwt'"),
        ({**TOKEN, f"{X}authorizer": []}, HERE, "is an object"),
        (scheme(kind="oauth2", type="cognito_user_pools", providerARNs=[POOL]),
         "/components/securitySchemes/a/type", "type apiKey"),
        (scheme(type="token", authorizerUri=FUNCTION, enableSimpleResponses=True),
         f"{HERE}/enableSimpleResponses", "no member"),
        (scheme(type="request", authorizerUri=FUNCTION, identityValidationExpression="a"),
         f"{HERE}/identityValidationExpression", "no member"),
        (scheme(type="token"), f"{HERE}/authorizerUri", "None is not arn:"),
        (scheme(type="token", authorizerUri="http://a"), f"{HERE}/authorizerUri", "is not arn:"),
        (scheme(type="token", authorizerUri=FUNCTION, authorizerCredentials="me"),
         f"{HERE}/authorizerCredentials", "ARN of a role"),
        (scheme(type="token", authorizerUri=FUNCTION, authorizerResultTtlInSeconds=3601),
         f"{HERE}/authorizerResultTtlInSeconds", "0 to 3600"),
        (scheme(type="token", authorizerUri=FUNCTION, authorizerResultTtlInSeconds=True),
         f"{HERE}/authorizerResultTtlInSeconds", "0 to 3600"),
        (scheme("q", where="query", type="token", authorizerUri=FUNCTION),
         "/components/securitySchemes/a/name", "one identity source"),
        (scheme("Unused", type="request", authorizerUri=FUNCTION),
         "/components/securitySchemes/a/name", "do not name"),
        (scheme(type="request", authorizerUri=FUNCTION, identitySource="header.X"),
         f"{HERE}/identitySource", "'header.X' is no identity source"),
        (scheme(type="cognito_user_pools", providerARNs=[]), f"{HERE}/providerARNs", "1 to 1000"),
        (scheme(type="cognito_user_pools", providerARNs=["us-east-1_A"]), f"{HERE}/providerARNs/0",
         "userpool/POOL"),
        (scheme(type="cognito_user_pools", providerARNs=[POOL],
                identityValidationExpression="(?=a)"),
         f"{HERE}/identityValidationExpression", "RE2"),
        (scheme(type="token", authorizerUri=FUNCTION, identityValidationExpression="("),
         f"{HERE}/identityValidationExpression", "RE2"),
        (scheme(authtype=1, type="cognito_user_pools", providerARNs=[POOL]),
         f"/components/securitySchemes/a/{X}authtype", "a text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(written, pointer, message):
    found = problems_of(schemes={"a": written})
    assert any(p.pointer == pointer and message in p.message for p in found), found


@pytest.mark.parametrize(
    ("security", "message"),
    [
        ([{"token": ["scope"]}], "only user pools know scopes"),
        ([{"sigv4": ["scope"]}], "only user pools know scopes"),
        ([{"pool": "email"}], "a list of scopes"),
        ([{"pool": [1]}], "a list of scopes"),
        ([{"pool": [""]}], "a list of scopes"),
        ([{"pool": []}, {"token": []}], "one authorizer"),
        ([{"pool": []}, {"sigv4": []}], "one authorizer"),
        ([{"pool": ["a"]}, {"pool": []}], "one list of scopes"),
    ],
)
def test_requirements_that_cannot_be_met(security, message):
    found = problems_of(security=security)
    assert [p.pointer for p in found] == ["/paths/~1p/get/security"]
    assert message in found[0].message


def test_publication():
    """A method names its authorizer by id; names and ids are the same for the same file."""
    api, _ = read_document([{"pool": ["a/b"]}])
    frozen = freeze(api, api_id="a", account=OWNER, region=REGION)
    method = frozen.resources[0].methods["GET"]
    assert frozen.authorizers[method.authorizer_id].name == "pool"
    assert method.authorization_scopes == ("a/b",)
    form = json.loads(json.dumps(to_json(frozen)))
    assert form["authorizers"][method.authorizer_id]["providerARNs"] == [POOL]
    assert api_from_json(form) == frozen
    assert freeze(api, api_id="a", account=OWNER, region=REGION) == frozen


def test_documents_with_ids_keep_them():
    api, _ = read_document([{"pool": []}])
    api["authorizers"][2]["id"] = "a1b2c3"
    with pytest.raises(FormError, match="no authorizer 'pool'"):
        freeze(api, api_id="a", account=OWNER, region=REGION)
    api["resources"][0]["methods"]["GET"]["authorizerId"] = "a1b2c3"
    frozen = freeze(api, api_id="a", account=OWNER, region=REGION)
    assert frozen.authorizers["a1b2c3"].name == "pool"
    api["authorizers"].append(api["authorizers"][2])
    with pytest.raises(FormError, match="does not name one authorizer"):
        freeze(api, api_id="a", account=OWNER, region=REGION)
