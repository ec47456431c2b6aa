"""The rows of the reference's tables that the apigateway operations show, each by its name.

openapi-extensions.md sections 8.1 (S) and 8.2 (I); gateway-responses.md section 6.2 (C12 to C15).
Rows S15 to S17 are about HTTP APIs, which are not served here.
"""

import json

import pytest
from tests.control.apigateway.calls import Api, refused
from tests.gateway import OWNER, REGION, allow, policy

X = "x-amazon-apigateway-"
FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{OWNER}:function:f/invocations"
)
POOL = f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/{REGION}_A"
BACKEND = "http://127.0.0.1:9/"


def scheme(name, authtype=None, **authorizer):
    written = {"type": "apiKey", "name": name, "in": "header"}
    if authtype is not None:
        written[f"{X}authtype"] = authtype
    if authorizer:
        written[f"{X}authorizer"] = authorizer
    return written


SCHEMES = {
    "api_key": scheme("x-api-key"),
    "sigv4": scheme("Authorization", "awsSigv4"),
    "token": scheme("Auth", "custom", type="token", authorizerUri=FUNCTION),
    "request": scheme(
        "Unused",
        "custom",
        type="request",
        authorizerUri=FUNCTION,
        identitySource="method.request.querystring.q, method.request.header.H",
    ),
    "cognito": scheme(
        "TestHeaderAuth", "cognito_user_pools", type="cognito_user_pools", providerARNs=[POOL]
    ),
}


def integration(**members):
    return {"type": "http_proxy", "httpMethod": "GET", "uri": BACKEND, **members}


def document(verb="get", schemes=(), root=None, operation=None, **members):
    """An API with one method; members: of its root, `_` for `-` and without the prefix."""
    written = {
        "openapi": "3.0.1",
        "info": {"title": "rows", "version": "1"},
        "paths": {"/a": {verb: {f"{X}integration": integration(), **(operation or {})}}},
        "components": {"securitySchemes": {name: SCHEMES[name] for name in schemes}},
        **{X + name.replace("_", "-"): value for name, value in members.items()},
    }
    if root is not None:
        written["security"] = root
    return written


class Imported:
    """An API that was imported, and one of its methods."""

    def __init__(self, client, written, **parameters):
        self.client = client
        text = json.dumps(written).encode()
        self.api = client.import_rest_api(body=text, **parameters)
        self.id = self.api["id"]
        listed = client.get_resources(restApiId=self.id, embed=["methods"])["items"]
        self.methods = {
            (one["path"], verb): method
            for one in listed
            for verb, method in one.get("resourceMethods", {}).items()
        }
        authorizers = client.get_authorizers(restApiId=self.id)["items"]
        self.authorizers = {one["name"]: one for one in authorizers}

    @property
    def method(self):
        (found,) = self.methods.values()
        return found

    def authorizer(self):
        """The authorizer of the method."""
        wanted = self.method.get("authorizerId")
        return next((one for one in self.authorizers.values() if one["id"] == wanted), None)


@pytest.fixture
def imported(client):
    made = []

    def make(written, **parameters):
        made.append(Imported(client, written, **parameters))
        return made[-1]

    yield make
    for one in made:
        client.delete_rest_api(restApiId=one.id)


SECURITY = [
    ("S1", {}, "NONE", False, None, None),
    ("S2", {"schemes": ["api_key"], "security": [{"api_key": []}]}, "NONE", True, None, None),
    ("S3", {"schemes": ["sigv4"], "security": [{"sigv4": []}]}, "AWS_IAM", False, None, None),
    ("S4", {"auth": {"type": "aws_iam"}}, "AWS_IAM", False, None, None),
    (
        "S5",
        {"schemes": ["token"], "security": [{"token": []}]},
        "CUSTOM",
        False,
        ("TOKEN", "method.request.header.Auth"),
        None,
    ),
    (
        "S6",
        {"schemes": ["request"], "security": [{"request": []}]},
        "CUSTOM",
        False,
        ("REQUEST", "method.request.querystring.q,method.request.header.H"),
        None,
    ),
    (
        "S7",
        {"schemes": ["cognito"], "security": [{"cognito": []}]},
        "COGNITO_USER_POOLS",
        False,
        ("COGNITO_USER_POOLS", "method.request.header.TestHeaderAuth"),
        None,
    ),
    (
        "S8",
        {"schemes": ["cognito"], "security": [{"cognito": ["email", "openid"]}]},
        "COGNITO_USER_POOLS",
        False,
        ("COGNITO_USER_POOLS", "method.request.header.TestHeaderAuth"),
        ["email", "openid"],
    ),
    (
        "S9",
        {"schemes": ["cognito"], "root": [{"cognito": ["email"]}]},
        "COGNITO_USER_POOLS",
        False,
        ("COGNITO_USER_POOLS", "method.request.header.TestHeaderAuth"),
        ["email"],
    ),
    (
        "S10",
        {
            "schemes": ["cognito"],
            "root": [{"cognito": ["email"]}],
            "security": [{"cognito": []}],
        },
        "COGNITO_USER_POOLS",
        False,
        ("COGNITO_USER_POOLS", "method.request.header.TestHeaderAuth"),
        None,
    ),
    (
        "S11",
        {"schemes": ["token"], "root": [{"token": []}], "verb": f"{X}any-method"},
        "CUSTOM",
        False,
        ("TOKEN", "method.request.header.Auth"),
        None,
    ),
    (
        "S13",
        {"schemes": ["token", "api_key"], "security": [{"token": []}, {"api_key": []}]},
        "CUSTOM",
        True,
        ("TOKEN", "method.request.header.Auth"),
        None,
    ),
]


@pytest.mark.parametrize(
    ("written", "kind", "key", "authorizer", "scopes"),
    [row[1:] for row in SECURITY],
    ids=[row[0] for row in SECURITY],
)
def test_security(imported, written, kind, key, authorizer, scopes):
    operation = {}
    if "security" in written:
        operation["security"] = written["security"]
    if "auth" in written:
        operation[f"{X}auth"] = written["auth"]
    made = imported(
        document(
            written.get("verb", "get"), written.get("schemes", ()), written.get("root"), operation
        )
    )
    method = made.method
    assert (method["authorizationType"], method["apiKeyRequired"]) == (kind, key)
    assert method.get("authorizationScopes") == scopes
    found = made.authorizer()
    told = found and (found["type"], found["identitySource"].replace(", ", ","))
    assert told == authorizer
    if "verb" in written:
        assert method["httpMethod"] == "ANY"


def test_s12_every_scheme_makes_an_authorizer(imported):
    written = document(schemes=["token", "cognito"], operation={"security": [{"token": []}]})
    assert set(imported(written).authorizers) == {"token", "cognito"}


def test_s14_the_source_of_api_keys(imported):
    assert imported(document(api_key_source="AUTHORIZER")).api["apiKeySource"] == "AUTHORIZER"


def test_i1_no_endpoint_configuration_is_edge(imported):
    assert imported(document()).api["endpointConfiguration"]["types"] == ["EDGE"]


def test_i2_a_short_resource_becomes_a_full_arn(imported):
    made = imported(document(policy=policy(allow("execute-api:/*"))))
    read = json.loads(made.api["policy"].replace('\\"', '"').replace("\\/", "/"))
    arn = f"arn:aws:execute-api:{REGION}:{OWNER}:{made.id}/*"
    assert read["Statement"][0]["Resource"] == arn


def test_i3_pseudo_variables_are_replaced(imported):
    uri = FUNCTION.replace(OWNER, "${AWS::AccountId}").replace(REGION, "${AWS::Region}")
    lambda_ = integration(type="aws_proxy", httpMethod="POST", uri=uri)
    made = imported(document(operation={f"{X}integration": lambda_}))
    assert made.method["methodIntegration"]["uri"] == FUNCTION


@pytest.mark.parametrize(
    ("how", "path"), [("ignore", "/e"), ("prepend", "/a/b/e"), ("split", "/b/e")]
)
def test_i4_the_base_path(imported, how, path):
    written = {
        "swagger": "2.0",
        "info": {"title": "rows", "version": "1"},
        "basePath": "/a/b",
        "paths": {"/e": {"get": {f"{X}integration": integration()}}},
    }
    made = imported(written, parameters={"basepath": how})
    assert set(made.methods) == {(path, "GET")}


def test_i5_declared_verbs_and_any(imported):
    written = document()
    written["paths"]["/a"][f"{X}any-method"] = {f"{X}integration": integration()}
    assert set(imported(written).methods) == {("/a", "GET"), ("/a", "ANY")}


def test_i6_an_operations_validator_wins(imported):
    validators = {
        "all": {"validateRequestBody": True, "validateRequestParameters": True},
        "body": {"validateRequestBody": True, "validateRequestParameters": False},
    }
    written = document(
        request_validators=validators,
        request_validator="all",
        operation={f"{X}request-validator": "body"},
    )
    written["paths"]["/b"] = {"get": {f"{X}integration": integration()}}
    made = imported(written)
    ids = {path: method["requestValidatorId"] for (path, _), method in made.methods.items()}
    assert ids["/a"] != ids["/b"]


def test_i7_gateway_responses(imported, client):
    made = imported(document(gateway_responses={"UNAUTHORIZED": {"statusCode": 418}}))
    at = {"restApiId": made.id, "responseType": "UNAUTHORIZED"}
    shown = client.get_gateway_response(**at)
    assert (shown["statusCode"], shown["defaultResponse"]) == ("418", False)


def test_i8_a_disabled_endpoint_bites_after_the_deployment(gateway, imported, client, backend):
    working = {f"{X}integration": integration(uri=backend.url)}
    made = imported(document(operation=working))
    client.create_deployment(restApiId=made.id, stageName="prod")
    host = [("Host", f"{made.id}.execute-api.{REGION}.localhost")]

    def call():
        return gateway.send("GET", f"http://{gateway.host}/prod/a", host).status

    assert call() == 200
    disable = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    shown = client.update_rest_api(restApiId=made.id, patchOperations=[disable])
    assert shown["disableExecuteApiEndpoint"] is True
    assert call() == 200
    client.create_deployment(restApiId=made.id, stageName="prod")
    assert call() == 403


def test_i9_and_i10_what_an_integration_leaves_out(imported):
    found = imported(document()).method["methodIntegration"]
    assert (found["passthroughBehavior"], found["timeoutInMillis"]) == ("WHEN_NO_MATCH", 29_000)


def test_i11_a_method_without_integration(imported, client):
    """It is there; a deployment of the AWS endpoint's refuses it, as on AWS."""
    written = document()
    del written["paths"]["/a"]["get"][f"{X}integration"]
    made = imported(written)
    assert "methodIntegration" not in made.method
    assert refused(client.create_deployment, restApiId=made.id) == (
        "BadRequestException",
        "No integration defined for method",
    )


class Refusing:
    """An API that refuses, and the gateway response that says so."""

    def __init__(self, client):
        self.client = client
        self.api = Api(client)
        self.api.method(self.api.root, authorization="AWS_IAM")
        self.at = {"restApiId": self.api.id, "responseType": "MISSING_AUTHENTICATION_TOKEN"}


def status(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def test_c12_what_is_not_deployed_is_not_met(gateway, client):
    refusing = Refusing(client)
    refusing.api.deploy()
    client.put_gateway_response(**refusing.at, statusCode="404")
    assert gateway.call(refusing.api.id, "/").status == 403
    refusing.api.deploy()
    assert gateway.call(refusing.api.id, "/").status == 404


def test_c13_what_was_never_customised_cannot_be_deleted(client):
    assert refused(client.delete_gateway_response, **Refusing(client).at) == (
        "NotFoundException",
        "Gateway response type not defined on api",
    )


def test_c14_an_unknown_type(client):
    api = Api(client)
    code, message = refused(client.put_gateway_response, restApiId=api.id, responseType="FOO")
    assert code == "ValidationException"
    assert "Value 'FOO' at 'responseType' failed to satisfy constraint" in message
    assert "UNAUTHORIZED" in message


def test_c15_statuses(client):
    refusing = Refusing(client)
    assert status(client.put_gateway_response(**refusing.at, statusCode="404")) == 201
    patch = [{"op": "replace", "path": "/statusCode", "value": "405"}]
    assert status(client.update_gateway_response(**refusing.at, patchOperations=patch)) == 200
    assert status(client.delete_gateway_response(**refusing.at)) == 202
