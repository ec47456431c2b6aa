"""Every documented patch path of every resource: what it changes, and what is refused."""

import json

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION, Desk

from gatelodge.control.apigateway import (
    account,
    authorizers,
    deployments,
    gateway_responses,
    integration_responses,
    integrations,
    method_responses,
    methods,
    resources,
    rest_apis,
    stages,
)
from gatelodge.control.fault import Fault

ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f/invocations"
)
POOL = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_A"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g"
HEADER = "method.response.header.X-A"
POLICY = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": "execute-api:/*",
            }
        ]
    }
)

J, K = "method.request.querystring.j", "method.request.querystring.k"


class House(Desk):
    """An API with one of everything."""

    def __init__(self, directory):
        super().__init__(directory)
        made = self.do(rest_apis.create_rest_api, name="pets", binaryMediaTypes=["a/b"])
        self.api = {"restApiId": made["id"]}
        self.root = made["rootResourceId"]
        self.pets = self.resource("pets", self.root)
        self.toys = self.resource("toys", self.pets)
        self.at = {**self.api, "resourceId": self.pets, "httpMethod": "GET"}
        self.status = {**self.at, "statusCode": "200"}
        parameters = {f"method.request.querystring.{name}": False for name in "jk"}
        self.do(
            methods.put_method, **self.at, authorizationType="NONE", requestParameters=parameters
        )
        self.do(
            integrations.put_integration,
            **self.at,
            type="MOCK",
            requestTemplates={"application/json": '{"statusCode": 200}'},
            cacheKeyParameters=[K],
        )
        self.do(
            method_responses.put_method_response,
            **self.status,
            responseParameters={HEADER: False, "method.response.header.X-B": True},
            responseModels={"application/json": "Empty"},
        )
        self.do(integration_responses.put_integration_response, **self.status)
        self.proxied = {**self.at, "resourceId": self.toys}
        self.do(methods.put_method, **self.proxied, authorizationType="NONE")
        self.do(
            integrations.put_integration,
            **self.proxied,
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri="http://b/",
        )
        self.token = self.authorizer("token", type="TOKEN", authorizerUri=FUNCTION)
        self.pool = self.authorizer("pool", type="COGNITO_USER_POOLS", providerARNs=[POOL])
        self.deployment = {
            **self.api,
            "deploymentId": self.do(
                deployments.create_deployment, **self.api, stageName="prod", variables={"v": "1"}
            )["id"],
        }
        self.stage = {**self.api, "stageName": "prod"}

    def resource(self, part, parent):
        made = self.do(resources.create_resource, **self.api, parentId=parent, pathPart=part)
        return made["id"]

    def authorizer(self, name, **members):
        made = self.do(authorizers.create_authorizer, **self.api, name=name, **members)
        return {**self.api, "authorizerId": made["id"]}

    def patch(self, what, *patches):
        function, at = TARGETS[what]
        written = [dict(zip(("op", "path", "value"), one, strict=False)) for one in patches]
        return self.do(function, **at(self), patchOperations=written)


TARGETS = {
    "account": (account.update_account, lambda house: {}),
    "api": (rest_apis.update_rest_api, lambda house: house.api),
    "resource": (resources.update_resource, lambda h: {**h.api, "resourceId": h.toys}),
    "root": (resources.update_resource, lambda h: {**h.api, "resourceId": h.root}),
    "method": (methods.update_method, lambda house: house.at),
    "method response": (method_responses.update_method_response, lambda house: house.status),
    "integration": (integrations.update_integration, lambda house: house.at),
    "proxy": (integrations.update_integration, lambda house: house.proxied),
    "integration response": (
        integration_responses.update_integration_response,
        lambda house: house.status,
    ),
    "token": (authorizers.update_authorizer, lambda house: house.token),
    "pool": (authorizers.update_authorizer, lambda house: house.pool),
    "gateway response": (
        gateway_responses.update_gateway_response,
        lambda house: {**house.api, "responseType": "UNAUTHORIZED"},
    ),
    "deployment": (deployments.update_deployment, lambda house: house.deployment),
    "stage": (stages.update_stage, lambda house: house.stage),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One house for all tests; each of them is a transaction that is taken back."""
    directory = tmp_path_factory.mktemp("house")
    house = House(directory)
    house.store.close()
    return house


@pytest.fixture
def house(made):
    with made.store.transaction() as connection:
        yield made
        connection.rollback()
        connection.execute("BEGIN")


CHANGES = [
    ("account", "replace", "/cloudwatchRoleArn", ROLE, {"cloudwatchRoleArn": ROLE}),
    ("account", "add", "/features", "Other", {"features": ["UsagePlans", "Other"]}),
    ("account", "remove", "/features", "Other", {"features": ["UsagePlans"]}),
    ("api", "replace", "/name", "dogs", {"name": "dogs"}),
    ("api", "replace", "/description", "d", {"description": "d"}),
    ("api", "add", "/description", "d", {"description": "d"}),
    ("api", "remove", "/description", None, {"description": None}),
    ("api", "replace", "/version", "v1", {"version": "v1"}),
    ("api", "replace", "/apiKeySource", "AUTHORIZER", {"apiKeySource": "AUTHORIZER"}),
    ("api", "replace", "/minimumCompressionSize", "0", {"minimumCompressionSize": 0}),
    ("api", "replace", "/disableExecuteApiEndpoint", "true", {"disableExecuteApiEndpoint": True}),
    ("api", "replace", "/disableExecuteApiEndpoint", "wrong", {"disableExecuteApiEndpoint": False}),
    (
        "api",
        "add",
        "/binaryMediaTypes/image~1png",
        None,
        {"binaryMediaTypes": ["a/b", "image/png"]},
    ),
    ("api", "remove", "/binaryMediaTypes/a~1b", None, {"binaryMediaTypes": []}),
    ("api", "replace", "/binaryMediaTypes/a~1b", "c/d", {"binaryMediaTypes": ["c/d"]}),
    (
        "api",
        "replace",
        "/endpointConfiguration/types/EDGE",
        "REGIONAL",
        {"endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}},
    ),
    (
        "api",
        "replace",
        "/endpointConfiguration/types/0",
        "REGIONAL",
        {"endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}},
    ),
    (
        "api",
        "replace",
        "/endpointConfiguration/ipAddressType",
        "dualstack",
        {"endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "dualstack"}},
    ),
    ("resource", "replace", "/pathPart", "{toy}", {"path": "/pets/{toy}", "pathPart": "{toy}"}),
    ("resource", "replace", "/parentId", lambda h: h.root, {"path": "/toys"}),
    ("method", "replace", "/authorizationType", "AWS_IAM", {"authorizationType": "AWS_IAM"}),
    ("method", "replace", "/apiKeyRequired", "true", {"apiKeyRequired": True}),
    ("method", "replace", "/operationName", "op", {"operationName": "op"}),
    (
        "method",
        "add",
        "/requestParameters/method.request.header.X",
        "true",
        {"requestParameters": {J: False, K: False, "method.request.header.X": True}},
    ),
    (
        "method",
        "add",
        "/requestModels/application~1json",
        "Empty",
        {"requestModels": {"application/json": "Empty"}},
    ),
    (
        "method response",
        "replace",
        f"/responseParameters/{HEADER}",
        "true",
        {"responseParameters": {HEADER: True, "method.response.header.X-B": True}},
    ),
    (
        "method response",
        "remove",
        f"/responseParameters/{HEADER}",
        None,
        {"responseParameters": {"method.response.header.X-B": True}},
    ),
    (
        "method response",
        "add",
        "/responseModels/text~1plain",
        "Error",
        {"responseModels": {"application/json": "Empty", "text/plain": "Error"}},
    ),
    (
        "method response",
        "remove",
        "/responseModels/application~1json",
        None,
        {"responseModels": None},
    ),
    ("proxy", "replace", "/uri", "http://a/", {"uri": "http://a/"}),
    ("proxy", "replace", "/httpMethod", "POST", {"httpMethod": "POST"}),
    ("integration", "replace", "/credentials", ROLE, {"credentials": ROLE}),
    ("integration", "replace", "/connectionType", "INTERNET", {"connectionType": "INTERNET"}),
    ("integration", "replace", "/connectionId", "abc", {"connectionId": "abc"}),
    ("integration", "replace", "/passthroughBehavior", "NEVER", {"passthroughBehavior": "NEVER"}),
    (
        "integration",
        "replace",
        "/contentHandling",
        "CONVERT_TO_TEXT",
        {"contentHandling": "CONVERT_TO_TEXT"},
    ),
    ("integration", "replace", "/timeoutInMillis", "50", {"timeoutInMillis": 50}),
    ("integration", "replace", "/cacheNamespace", "n", {"cacheNamespace": "n"}),
    ("integration", "add", f"/cacheKeyParameters/{J}", None, {"cacheKeyParameters": [K, J]}),
    ("integration", "remove", f"/cacheKeyParameters/{K}", None, {"cacheKeyParameters": []}),
    ("integration", "replace", f"/cacheKeyParameters/{K}", J, {"cacheKeyParameters": [J]}),
    (
        "integration",
        "replace",
        "/responseTransferMode",
        "BUFFERED",
        {"responseTransferMode": "BUFFERED"},
    ),
    ("proxy", "replace", "/responseTransferMode", "STREAM", {"responseTransferMode": "STREAM"}),
    (
        "integration",
        "add",
        "/requestParameters/integration.request.header.X",
        "'x'",
        {"requestParameters": {"integration.request.header.X": "'x'"}},
    ),
    (
        "integration",
        "remove",
        "/requestTemplates/application~1json",
        None,
        {"requestTemplates": {}},
    ),
    (
        "integration",
        "replace",
        "/tlsConfig/insecureSkipVerification",
        "true",
        {"tlsConfig": {"insecureSkipVerification": True}},
    ),
    ("integration response", "replace", "/selectionPattern", "4..", {"selectionPattern": "4.."}),
    (
        "integration response",
        "replace",
        "/contentHandling",
        "CONVERT_TO_BINARY",
        {"contentHandling": "CONVERT_TO_BINARY"},
    ),
    (
        "integration response",
        "add",
        f"/responseParameters/{HEADER}",
        "'a'",
        {"responseParameters": {HEADER: "'a'"}},
    ),
    (
        "integration response",
        "add",
        "/responseTemplates/text~1plain",
        "hi",
        {"responseTemplates": {"text/plain": "hi"}},
    ),
    ("token", "replace", "/name", "other", {"name": "other"}),
    ("token", "replace", "/type", "REQUEST", {"type": "REQUEST"}),
    ("token", "replace", "/authType", "label", {"authType": "label"}),
    ("token", "replace", "/authorizerUri", FUNCTION, {"authorizerUri": FUNCTION}),
    ("token", "replace", "/authorizerCredentials", ROLE, {"authorizerCredentials": ROLE}),
    (
        "token",
        "replace",
        "/identitySource",
        "method.request.header.T",
        {"identitySource": "method.request.header.T"},
    ),
    (
        "token",
        "replace",
        "/identityValidationExpression",
        "^x",
        {"identityValidationExpression": "^x"},
    ),
    (
        "token",
        "replace",
        "/authorizerResultTtlInSeconds",
        "0",
        {"authorizerResultTtlInSeconds": 0},
    ),
    ("pool", "add", "/providerARNs", POOL + "B", {"providerARNs": [POOL, POOL + "B"]}),
    ("gateway response", "replace", "/statusCode", "418", {"statusCode": "418"}),
    (
        "gateway response",
        "add",
        "/responseParameters/gatewayresponse.header.X",
        "'x'",
        {"responseParameters": {"gatewayresponse.header.X": "'x'"}, "defaultResponse": False},
    ),
    (
        "gateway response",
        "replace",
        "/responseTemplates/application~1json",
        "{}",
        {"responseTemplates": {"application/json": "{}"}, "statusCode": "401"},
    ),
    ("deployment", "replace", "/description", "d", {"description": "d"}),
    ("stage", "replace", "/description", "d", {"description": "d"}),
    ("stage", "replace", "/tracingEnabled", "true", {"tracingEnabled": True}),
    ("stage", "replace", "/cacheClusterEnabled", "false", {"cacheClusterEnabled": False}),
    (
        "stage",
        "replace",
        "/cacheClusterEnabled",
        "true",
        {
            "cacheClusterEnabled": True,
            "cacheClusterSize": "0.5",
            "cacheClusterStatus": "AVAILABLE",
        },
    ),
    ("stage", "replace", "/variables/w", "2", {"variables": {"v": "1", "w": "2"}}),
    ("stage", "remove", "/variables/v", None, {"variables": {}}),
    ("stage", "remove", "/variables", None, {"variables": None}),
    ("stage", "replace", "/variables", '{"x": "3"}', {"variables": {"x": "3"}}),
    ("stage", "replace", "/variables", "{}", {"variables": None}),
    ("stage", "replace", "/cacheClusterSize", "0.5", {"cacheClusterSize": "0.5"}),
    ("stage", "replace", "/clientCertificateId", "", {"clientCertificateId": None}),
]


@pytest.mark.parametrize(
    ("what", "op", "path", "value", "expected"),
    CHANGES,
    ids=[f"{what} {op} {path}" for what, op, path, _, _ in CHANGES],
)
def test_a_documented_path(house, what, op, path, value, expected):
    value = value(house) if callable(value) else value
    answer = house.patch(what, (op, path, value))
    assert {member: answer.get(member) for member in expected} == expected


METHOD_SETTINGS = [
    ("metrics/enabled", "true", {"metricsEnabled": True}),
    ("logging/dataTrace", "true", {"dataTraceEnabled": True}),
    ("logging/loglevel", "INFO", {"loggingLevel": "INFO"}),
    ("throttling/burstLimit", "7", {"throttlingBurstLimit": 7}),
    ("throttling/burstLimit", "-1", {"throttlingBurstLimit": -1}),
    ("throttling/rateLimit", "0.5", {"throttlingRateLimit": 0.5}),
    ("throttling/rateLimit", "-1", {"throttlingRateLimit": -1.0}),
    ("caching/enabled", "true", {"cachingEnabled": True}),
    ("caching/ttlInSeconds", "10", {"cacheTtlInSeconds": 10}),
    ("caching/dataEncrypted", "true", {"cacheDataEncrypted": True}),
    (
        "caching/requireAuthorizationForCacheControl",
        "false",
        {"requireAuthorizationForCacheControl": False},
    ),
    (
        "caching/unauthorizedCacheControlHeaderStrategy",
        "FAIL_WITH_403",
        {"unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"},
    ),
]


@pytest.mark.parametrize(("setting", "value", "expected"), METHOD_SETTINGS)
@pytest.mark.parametrize(
    ("key", "shown"),
    [("*/*", "*/*"), ("pets/GET", "pets/GET"), ("~1pets~1toys/GET", "pets/toys/GET")],
)
def test_a_method_setting(house, key, shown, setting, value, expected):
    answer = house.patch("stage", ("replace", f"/{key}/{setting}", value))
    settings = answer["methodSettings"]
    assert set(settings) == {shown}
    assert settings[shown].items() >= expected.items()
    assert settings[shown].keys() >= {"cachingEnabled", "throttlingRateLimit", "metricsEnabled"}
    assert house.patch("stage", ("remove", f"/{key}"))["methodSettings"] == {}


SUPPORTED = "Please choose supported operations"
REFUSALS = [
    ("api", "replace", "/id", "x", "Invalid patch path /id"),
    ("api", "replace", "/binaryMediaTypes", "x", "Invalid patch path /binaryMediaTypes"),
    ("api", "replace", "/description", "", "Description cannot be an empty string"),
    ("api", "replace", "/policy", "{", "Invalid policy document. Please check"),
    (
        "api",
        "replace",
        "/minimumCompressionSize",
        "10485761",
        "Invalid minimum compression size, must be between 0 and 10485760",
    ),
    (
        "api",
        "add",
        "/endpointConfiguration/types/REGIONAL",
        None,
        "Cannot create an api with multiple Endpoint Types.",
    ),
    (
        "api",
        "replace",
        "/endpointConfiguration/types/EDGE",
        "NEAR",
        "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
    ),
    ("api", "add", "/endpointConfiguration/vpcEndpointIds", "vpce-1", "Only PRIVATE APIs"),
    ("api", "replace", "/endpointConfiguration/vpcEndpointIds", "v", "Invalid patch path /endp"),
    (
        "api",
        "add",
        "/minimumCompressionSize",
        "10",
        "operation specified. Must be one of: [replace]",
    ),
    (
        "api",
        "test",
        "/endpointConfiguration/types/EDGE",
        "EDGE",
        "Must be 'add'|'remove'|'replace'",
    ),
    ("api", "add", "/endpointConfiguration/ipAddressType", "ipv4", "Must be one of: [replace]"),
    (
        "api",
        "replace",
        "/endpointConfiguration/ipAddressType",
        "wrong",
        "either ipv4 or dualstack.",
    ),
    ("account", "remove", "/features", "UsagePlans", "cannot be removed"),
    ("api", "replace", "/securityPolicy", "TLS_1_2", "is not possible for EDGE APIs"),
    ("api", "replace", "/securityPolicy", "TLS_9", "Invalid securityPolicy specified. Valid"),
    ("api", "replace", "/endpointAccessMode", "STRICT", "Endpoint access mode is not supported"),
    ("api", "replace", "/endpointAccessMode", "LAX", "Invalid endpointAccessMode specified"),
    (
        "api",
        "replace",
        "/securityPolicy",
        "SecurityPolicy_TLS13_2025_EDGE",
        "Endpoint access mode is required for the specified security policy",
    ),
    ("resource", "add", "/pathPart", "x", "Invalid patch operation specified"),
    ("resource", "replace", "/path", "x", "Must be one of: [/parentId, /pathPart]"),
    ("resource", "replace", "/pathPart", "a b", "Resource's path part only allow a-zA-Z0-9._-"),
    ("resource", "replace", "/pathPart", "..", "Resource's path part only allow a-zA-Z0-9._-"),
    ("resource", "replace", "/parentId", lambda h: h.toys, "Resources cannot be cyclical."),
    ("root", "replace", "/pathPart", "x", "Root resource cannot update its pathPart."),
    ("root", "replace", "/parentId", "x", "Root resource cannot update its parentId."),
    ("method", "replace", "/httpMethod", "PUT", "Invalid patch path /httpMethod"),
    ("method", "add", "/operationName", "o", "operation specified. Must be one of: [replace]"),
    ("method", "add", "/requestValidatorId", "o", "operation specified. Must be one of: [replace]"),
    ("method", "replace", "/authorizationScopes", "s", "Invalid patch path /authorizationScopes"),
    ("method", "replace", "/authorizationType", "CUSTOM", "Invalid authorizer ID specified."),
    ("method", "replace", "/authorizationType", "OTHER", "Invalid authorization type specified"),
    ("method", "add", "/authorizationScopes", "s", "only valid for"),
    ("method", "add", "/requestModels/a~1b", "petModel", "Invalid model identifier specified"),
    ("method", "add", "/requestParameters/x", "true", "[Invalid mapping expression specified: x]"),
    ("method", "replace", "/requestValidatorId", "abc123", "Invalid Request Validator identifier"),
    ("method response", "replace", "/statusCode", "201", "Invalid patch path /statusCode"),
    (
        "method response",
        "remove",
        "/responseParameters/x",
        None,
        "Invalid parameter name specified",
    ),
    ("method response", "replace", "/responseParameters/x", "true", "Invalid parameter name"),
    ("method response", "remove", "/responseModels/a~1b", None, "Content-Type specified was not"),
    ("method response", "replace", "/responseModels/a~1b", "Empty", "Content-Type specified was"),
    ("method response", "add", "/responseParameters/x", "true", "Invalid mapping expression"),
    ("integration", "replace", "/type", "HTTP", "Must be one of"),
    ("proxy", "add", "/uri", "http://a/", SUPPORTED),
    ("integration", "replace", "/uri", "http://a/", "a MOCK integration has none"),
    ("integration", "replace", "/httpMethod", "GET", "a MOCK integration has none"),
    ("integration", "replace", "/responseTransferMode", "STREAM", "Only HTTP_PROXY and AWS_PROXY"),
    ("proxy", "replace", "/responseTransferMode", "FAST", "Invalid ResponseTransferMode specified"),
    ("proxy", "replace", "/timeoutInMillis", "29001", "between 50 ms and 29000 ms"),
    ("proxy", "replace", "/timeoutInMillis", "900001", "between 50 ms and 29000 ms"),
    ("proxy", "replace", "/integrationTarget", "arn:x", "Only VPC_LINK integrations have"),
    ("integration", "replace", "/integrationTarget", "arn:x", "Only VPC_LINK integrations have"),
    ("integration", "replace", "/timeoutInMillis", "49", "Timeout should be between"),
    ("integration", "replace", "/passthroughBehavior", "x", "Invalid passthrough behavior"),
    ("integration", "replace", "/connectionType", "VPC_LINK", "needs a connectionId"),
    ("integration", "add", "/requestParameters/x", "'x'", "Invalid mapping expression"),
    ("integration response", "replace", "/selectionPattern", "(", "Invalid selection pattern"),
    (
        "integration response",
        "add",
        "/responseTemplates/123",
        "x",
        "Invalid content type specified",
    ),
    (
        "integration response",
        "add",
        "/responseParameters/method.response.header.X-C",
        "'a'",
        "Invalid mapping expression specified",
    ),
    ("token", "replace", "/id", "x", "Must be one of"),
    ("token", "replace", "/name", "pool", "Authorizer name must be unique. Authorizer pool"),
    ("token", "replace", "/authorizerUri", "http://a", "Invalid Authorizer URI: http://a."),
    ("token", "replace", "/authorizerResultTtlInSeconds", "3601", "between 0 and 3600"),
    ("token", "add", "/name", "x", SUPPORTED),
    ("pool", "remove", "/providerARNs", POOL, "Invalid user pool ARN"),
    ("pool", "add", "/providerARNs", "x", "Invalid user pool ARN"),
    ("gateway response", "add", "/statusCode", "400", "Invalid patch path /statusCode"),
    ("gateway response", "remove", "/statusCode", None, "Invalid patch path /statusCode"),
    (
        "gateway response",
        "replace",
        "/responseParameters/gatewayresponse.header.X",
        "'x'",
        "Invalid parameter name specified",
    ),
    (
        "gateway response",
        "add",
        "/responseParameters/gatewayresponse.header.X",
        None,
        "Invalid null or empty value in responseParameters",
    ),
    (
        "gateway response",
        "replace",
        "/responseTemplates/application~1json",
        "",
        "Invalid null or empty value in responseTemplates",
    ),
    ("gateway response", "add", "/responseParameters/x", "'x'", "Invalid parameter name specified"),
    ("deployment", "replace", "/id", "x", "Invalid patch path"),
    ("deployment", "add", "/description", "x", "Must be one of: [replace]"),
    ("stage", "replace", "/deploymentId", "nothin", "Deployment id does not exist"),
    ("stage", "replace", "/stageName", "x", "Invalid method setting path: /stageName. Must be"),
    ("stage", "replace", "/pets/GET/other/thing", "x", "Invalid method setting path"),
    (
        "stage",
        "remove",
        "/*/*",
        None,
        "Cannot remove method setting */* because there is no method",
    ),
    ("stage", "replace", "/*/*/throttling/burstLimit", "-2", "Invalid throttling burst limit"),
    ("stage", "replace", "/*/*/throttling/burstLimit", "2.5", "Invalid throttling burst limit"),
    ("stage", "replace", "/*/*/throttling/rateLimit", "x", "Invalid throttling rate limit"),
    ("stage", "replace", "/*/*/throttling/rateLimit", "inf", "Invalid throttling rate limit"),
    ("stage", "add", "/*/*/throttling/rateLimit", "5", "Invalid add operation with path: /*/*/"),
    ("stage", "replace", "/pets/BREW/throttling/rateLimit", "5", "Invalid method setting path"),
    ("stage", "replace", "/*/GET/throttling/rateLimit", "5", "Invalid method setting path"),
    ("stage", "replace", "/*/*/logging/loglevel", "ALL", "Invalid logging level"),
    ("stage", "replace", "/cacheClusterSize", "2", "Invalid cacheClusterSize specified"),
    ("stage", "replace", "/clientCertificateId", "abc", "Invalid Client Certificate identifier"),
    ("stage", "replace", "/documentationVersion", "1", "Invalid Documentation version"),
    ("stage", "replace", "/accessLogSettings/destinationArn", GROUP, "format"),
    ("stage", "replace", "/variables/a-b", "x", "Invalid stage variable a-b"),
    ("stage", "replace", "/variables", '{"a-b": "x"}', "Invalid stage variable a-b"),
    ("stage", "replace", "/variables", "v=2", "A map is replaced by a JSON object: not JSON"),
    ("stage", "add", "/variables", '{"x": "3"}', "Please choose supported operations"),
    ("stage", "remove", "/methodSettings", None, "Invalid method setting path: /methodSettings"),
    ("stage", "replace", "/description/x", "d", "Invalid method setting path: /description/x"),
    (
        "stage",
        "replace",
        "/documentation_version",
        "v",
        "Invalid method setting path: /documentation_version. Must be one of: [/deploymentId, "
        "/description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, "
        "/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, "
        "/{resourcePath}/{httpMethod}/metrics/enabled, "
        "/{resourcePath}/{httpMethod}/logging/dataTrace, "
        "/{resourcePath}/{httpMethod}/logging/loglevel, "
        "/{resourcePath}/{httpMethod}/throttling/burstLimit"
        "/{resourcePath}/{httpMethod}/throttling/rateLimit"
        "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, "
        "/{resourcePath}/{httpMethod}/caching/enabled, "
        "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
        "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
        "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, "
        "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, "
        "/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, "
        "/*/*/caching/enabled, /*/*/caching/dataEncrypted, "
        "/*/*/caching/requireAuthorizationForCacheControl, "
        "/*/*/caching/unauthorizedCacheControlHeaderStrategy, "
        "/variables/{variable_name}, /tracingEnabled]",
    ),
    ("stage", "replace", "/variables/v", "a\nb<", "Invalid stage variable v"),
    ("stage", "replace", "/accessLogSettings/format", "$context.requestId", "destinationArn"),
]


@pytest.mark.parametrize(
    ("what", "op", "path", "value", "told"),
    REFUSALS,
    ids=[f"{what} {op} {path} {n}" for n, (what, op, path, _, _) in enumerate(REFUSALS)],
)
def test_a_refusal(house, what, op, path, value, told):
    value = value(house) if callable(value) else value
    with pytest.raises(Fault) as refused:
        house.patch(what, (op, path, value))
    assert refused.value.code in {
        "BadRequestException",
        "ConflictException",
        "NotFoundException",
    }
    assert told in refused.value.message


def test_every_path_of_every_table_is_tried():
    tables = {
        "account": account.PATCHES,
        "api": rest_apis.PATCHES,
        "resource": resources.PATCHES,
        "method": methods.PATCHES,
        "method response": method_responses.PATCHES,
        "integration": integrations.PATCHES,
        "integration response": integration_responses.PATCHES,
        "token": authorizers.PATCHES,
        "gateway response": gateway_responses.PATCHES,
        "deployment": deployments.PATCHES,
        "stage": stages.PATCHES,
    }
    elsewhere = {
        ("token", "/providerARNs"),
        ("method", "/authorizerId"),
        ("stage", "/deploymentId"),
        ("stage", "/accessLogSettings"),
    }
    tried = [(what, path.split("/")[1:]) for what, _, path, _, _ in [*CHANGES, *REFUSALS]]
    for what, table in tables.items():
        for path, rule in table.rules.items():
            found = any(
                one == what and table.find([t.replace("~1", "/") for t in tokens]) is rule
                for one, tokens in tried
            )
            assert found or (what, path) in elsewhere, (what, path)


def test_maps_of_a_method_that_a_patch_empties_are_not_shown(house):
    entry = "/requestParameters/method.request.header.X"
    model = "/requestModels/application~1json"
    added = house.patch("method", ("add", entry, "true"), ("add", model, "Empty"))
    assert added["requestModels"] == {"application/json": "Empty"}
    names = [*added["requestParameters"]]
    removals = [("remove", f"/requestParameters/{name}") for name in names]
    changed = house.patch("method", *removals, ("remove", model))
    assert not {"requestParameters", "requestModels"} & changed.keys()


def test_what_is_made_private_has_dualstack(house):
    private = ("replace", "/endpointConfiguration/types/EDGE", "PRIVATE")
    answer = house.patch("api", private)
    assert answer["endpointConfiguration"] == {"types": ["PRIVATE"], "ipAddressType": "dualstack"}
    address = ("replace", "/endpointConfiguration/ipAddressType", "ipv4")
    with pytest.raises(Fault, match="Only dualstack ipAddressType is supported"):
        house.patch("api", address)
    back = ("replace", "/endpointConfiguration/types/PRIVATE", "EDGE")
    assert house.patch("api", back)["endpointConfiguration"]["ipAddressType"] == "dualstack"
    house.patch("api", address)
    with pytest.raises(Fault, match="Only dualstack ipAddressType is supported"):
        house.patch("api", private, address)


def test_a_target_belongs_to_a_link(house):
    link = [("replace", "/connectionType", "VPC_LINK"), ("replace", "/connectionId", "abc")]
    answer = house.patch("proxy", *link, ("replace", "/integrationTarget", "arn:x"))
    assert answer["integrationTarget"] == "arn:x"
    with pytest.raises(Fault, match="Only VPC_LINK integrations have"):
        house.patch("proxy", ("replace", "/connectionType", "INTERNET"))
    back = [("replace", "/integrationTarget", ""), ("replace", "/connectionType", "INTERNET")]
    assert "integrationTarget" not in house.patch("proxy", *back)


def test_a_streamed_response_may_take_fifteen_minutes(house):
    stream = ("replace", "/responseTransferMode", "STREAM")
    answer = house.patch("proxy", stream, ("replace", "/timeoutInMillis", "900000"))
    assert answer["timeoutInMillis"] == 900_000
    with pytest.raises(Fault, match="between 50 ms and 29000 ms"):
        house.patch("proxy", ("replace", "/responseTransferMode", "BUFFERED"))


def test_an_authorizer_for_a_method(house):
    custom = ("replace", "/authorizerId", house.token["authorizerId"])
    answer = house.patch("method", ("replace", "/authorizationType", "CUSTOM"), custom)
    assert answer["authorizerId"] == house.token["authorizerId"]
    pool = ("replace", "/authorizerId", house.pool["authorizerId"])
    with pytest.raises(Fault, match="Invalid authorizer ID"):
        house.patch("method", pool)
    cognito = ("replace", "/authorizationType", "COGNITO_USER_POOLS")
    answer = house.patch("method", cognito, pool, ("add", "/authorizationScopes", "s"))
    assert answer["authorizationScopes"] == ["s"]
    with pytest.raises(Fault) as refused:
        house.do(authorizers.delete_authorizer, **house.pool)
    assert refused.value.status == 409
    with pytest.raises(Fault, match="is referenced"):
        house.patch("pool", ("replace", "/type", "TOKEN"), ("replace", "/authorizerUri", FUNCTION))
    removed = house.patch(
        "method",
        ("remove", "/authorizationScopes", "s"),
        ("replace", "/authorizationType", "NONE"),
    )
    assert "authorizerId" not in removed
    assert "authorizationScopes" not in removed
    house.do(authorizers.delete_authorizer, **house.pool)


def test_what_is_below_a_moved_resource_moves_along(house):
    house.do(
        resources.update_resource,
        **house.api,
        resourceId=house.pets,
        patchOperations=[{"op": "replace", "path": "/pathPart", "value": "dogs"}],
    )
    listed = house.do(resources.get_resources, **house.api)["items"]
    assert sorted(one["path"] for one in listed) == ["/", "/dogs", "/dogs/toys"]
    with pytest.raises(Fault, match="Cannot create a child"):
        house.do(
            resources.update_resource,
            **house.api,
            resourceId=house.pets,
            patchOperations=[{"op": "replace", "path": "/pathPart", "value": "{all+}"}],
        )


def test_one_bad_operation_leaves_all_undone(house):
    before = house.do(rest_apis.get_rest_api, **house.api)
    with pytest.raises(Fault):
        house.patch("api", ("replace", "/name", "x"), ("replace", "/id", "x"))
    assert house.do(rest_apis.get_rest_api, **house.api) == before


def test_roles_and_policies_need_more_permissions(house):
    house.required.clear()
    house.patch("integration", ("replace", "/credentials", ROLE))
    house.patch("token", ("replace", "/authorizerCredentials", ROLE))
    house.patch("account", ("replace", "/cloudwatchRoleArn", ROLE))
    assert [(check.action, check.resource) for check in house.required] == [
        ("iam:PassRole", ROLE)
    ] * 3
    assert house.required[0].keys == {"iam:passedtoservice": "apigateway.amazonaws.com"}
    house.required.clear()
    house.patch("integration", ("replace", "/credentials", "arn:aws:iam::*:user/*"))
    assert house.required == []
    with pytest.raises(Fault, match="Cross-account pass role"):
        house.patch("integration", ("replace", "/credentials", "arn:aws:iam::222222222222:role/r"))
    resource = f"arn:aws:apigateway:{REGION}::/restapis/{house.api['restApiId']}"
    for patch in (
        ("replace", "/policy", POLICY),
        ("replace", "/policy", ""),
    ):
        house.required.clear()
        house.patch("api", patch)
        assert {(check.action, check.resource) for check in house.required} == {
            ("apigateway:UpdateRestApiPolicy", resource)
        }
