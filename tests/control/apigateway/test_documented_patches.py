"""AWS's table of patch operations, row by row, through boto3: what is documented, and nothing else.

Source: API Gateway API reference, "Patch Operations". A map is written there by its name alone; its
entries are what the operations address.
"""

import pytest
from botocore.exceptions import ClientError
from tests.control.apigateway.calls import MOCK, Api
from tests.gateway import OWNER, REGION

OPERATIONS = ("add", "replace", "remove", "copy", "move", "test")
ROLE = f"arn:aws:iam::{OWNER}:role/r"
FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{OWNER}:function:f/invocations"
)
POOL = f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/{REGION}_A"
GROUP = f"arn:aws:logs:{REGION}:{OWNER}:log-group:g"
HEADER = "method.response.header.X-A"
TARGET = f"arn:aws:elasticloadbalancing:{REGION}:{OWNER}:loadbalancer/app/a/1"
KEY = "method.request.header.K"
REPLACE, ALL, ADD_REMOVE = {"replace"}, {"add", "replace", "remove"}, {"add", "remove"}

# What, path, the operations that AWS documents, a value.
ROWS = [
    ("account", "/cloudwatchRoleArn", REPLACE, ROLE),
    ("account", "/features", ADD_REMOVE, "Other"),
    ("authorizer", "/authorizerUri", REPLACE, FUNCTION),
    ("authorizer", "/authorizerCredentials", REPLACE, ROLE),
    ("authorizer", "/authorizerResultTtlInSeconds", REPLACE, "60"),
    ("authorizer", "/authType", REPLACE, "label"),
    ("authorizer", "/identitySource", ALL, "method.request.header.A"),
    ("authorizer", "/identityValidationExpression", REPLACE, "^a"),
    ("authorizer", "/name", REPLACE, "renamed"),
    ("authorizer", "/type", REPLACE, "REQUEST"),
    ("pool", "/providerARNs", ADD_REMOVE, POOL + "B"),
    ("deployment", "/description", REPLACE, "d"),
    ("gateway response", "/statusCode", REPLACE, "418"),
    ("gateway response", "/responseParameters/gatewayresponse.header.X", ALL, "'x'"),
    ("gateway response", "/responseTemplates/application~1json", ALL, "{}"),
    ("integration", f"/cacheKeyParameters/{KEY}", ALL, KEY),
    ("integration", "/cacheNamespace", REPLACE, "n"),
    ("integration", "/connectionId", REPLACE, "abc"),
    ("integration", "/connectionType", REPLACE, "INTERNET"),
    ("integration", "/contentHandling", REPLACE, "CONVERT_TO_TEXT"),
    ("integration", "/httpMethod", REPLACE, "POST"),
    ("integration", "/integrationTarget", REPLACE, TARGET),
    ("integration", "/passthroughBehavior", REPLACE, "NEVER"),
    ("integration", "/requestParameters/integration.request.header.X", ALL, "'x'"),
    ("integration", "/requestTemplates/application~1json", ALL, "{}"),
    ("integration", "/responseTransferMode", REPLACE, "STREAM"),
    ("integration", "/timeoutInMillis", REPLACE, "50"),
    ("integration", "/tlsConfig/insecureSkipVerification", REPLACE, "true"),
    ("integration", "/type", set(), "MOCK"),
    ("integration", "/uri", REPLACE, "http://a.example/"),
    ("integration response", "/contentHandling", REPLACE, "CONVERT_TO_TEXT"),
    ("integration response", f"/responseParameters/{HEADER}", ALL, "'x'"),
    ("integration response", "/responseTemplates/application~1json", ALL, "{}"),
    ("integration response", "/selectionPattern", REPLACE, "2.."),
    ("scoped method", "/authorizationScopes", ADD_REMOVE, "s"),
    ("scoped method", "/authorizerId", REPLACE, lambda at: at.pool["authorizerId"]),
    ("method", "/authorizationType", REPLACE, "AWS_IAM"),
    ("method", "/apiKeyRequired", REPLACE, "true"),
    ("method", "/operationName", REPLACE, "op"),
    ("method", "/requestParameters/method.request.header.X", ALL, "true"),
    ("method", "/requestModels/application~1json", ALL, "Empty"),
    ("method", "/requestValidatorId", REPLACE, ""),
    ("method response", "/responseModels/application~1json", ALL, "Empty"),
    ("method response", f"/responseParameters/{HEADER}", ALL, "true"),
    ("resource", "/parentId", REPLACE, lambda at: at.api.root),
    ("resource", "/pathPart", REPLACE, "moved"),
    ("api", "/apiKeySource", REPLACE, "AUTHORIZER"),
    ("api", "/binaryMediaTypes/image~1png", ALL, "image/png"),
    ("api", "/description", ALL, "d"),
    ("api", "/disableExecuteApiEndpoint", REPLACE, "false"),
    ("api", "/endpointConfiguration/ipAddressType", REPLACE, "dualstack"),
    ("api", "/endpointAccessMode", REPLACE, "STRICT"),
    ("api", "/minimumCompressionSize", REPLACE, None),
    ("api", "/name", REPLACE, "renamed"),
    ("api", "/policy", REPLACE, ""),
    ("api", "/securityPolicy", REPLACE, "SecurityPolicy_TLS12_2018_EDGE"),
    ("stage", "/accessLogSettings", {"remove"}, None),
    ("stage", "/accessLogSettings/destinationArn", ALL, GROUP),
    ("stage", "/accessLogSettings/format", ALL, "$context.requestId"),
    ("stage", "/cacheClusterEnabled", REPLACE, "true"),
    ("stage", "/cacheClusterSize", REPLACE, "0.5"),
    ("stage", "/canarySettings", {"remove"}, None),
    ("stage", "/canarySettings/deploymentId", REPLACE, lambda at: at.deployment["deploymentId"]),
    ("stage", "/canarySettings/percentTraffic", REPLACE, "12.5"),
    ("stage", "/canarySettings/stageVariableOverrides", REPLACE, '{"v": "3"}'),
    ("stage", "/canarySettings/stageVariableOverrides/v", {"replace", "remove"}, "2"),
    ("stage", "/canarySettings/useStageCache", REPLACE, "true"),
    ("client certificate", "/description", REPLACE, "d"),
    ("stage", "/clientCertificateId", REPLACE, lambda at: at.certificate["clientCertificateId"]),
    ("stage", "/deploymentId", REPLACE, lambda at: at.deployment["deploymentId"]),
    ("stage", "/description", REPLACE, "d"),
    ("stage", "/documentationVersion", REPLACE, ""),
    ("stage", "/methodSettings", REPLACE, '{"*/*": {"metricsEnabled": true}}'),
    ("stage", "/variables", {"replace", "remove"}, '{"v": "1"}'),
    ("stage", "/variables/v", {"replace", "remove"}, "1"),
    ("stage", "/tracingEnabled", REPLACE, "true"),
    *(
        ("stage", f"/{methods}/{setting}", REPLACE, value)
        for methods in ("*/*", "~1pets/GET")
        for setting, value in (
            ("metrics/enabled", "true"),
            ("logging/dataTrace", "true"),
            ("logging/loglevel", "INFO"),
            ("throttling/burstLimit", "1"),
            ("throttling/rateLimit", "1"),
            ("caching/enabled", "true"),
            ("caching/dataEncrypted", "true"),
            ("caching/ttlInSeconds", "60"),
            ("caching/requireAuthorizationForCacheControl", "false"),
            ("caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"),
        )
    ),
]


def at_of(method):
    return {name: value for name, value in method.items() if name != "restApiId"}


class Everything:
    """An API with one of everything that can be patched."""

    def __init__(self, client):
        self.client = client
        self.api = Api(client)
        here = {"restApiId": self.api.id}
        above = self.api.resource("above")
        self.pets = self.api.resource("pets", above)
        at = self.at = self.api.method(self.pets, "http://a.example/")
        status = {**at, "statusCode": "200"}
        self.api.patch("update_method", ("add", f"/requestParameters/{KEY}", "false"), **at_of(at))
        client.put_method_response(**status, responseParameters={HEADER: True})
        client.put_integration_response(**status)
        token = client.create_authorizer(
            **here, name="token", type="TOKEN", authorizerUri=FUNCTION,
            identitySource="method.request.header.Authorization",
        )  # fmt: skip
        pool = client.create_authorizer(
            **here, name="pool", type="COGNITO_USER_POOLS", providerARNs=[POOL],
            identitySource="method.request.header.Authorization",
        )  # fmt: skip
        self.pool = {**here, "authorizerId": pool["id"]}
        scoped = {**at, "httpMethod": "PUT"}
        client.put_method(
            **scoped, authorizationType="COGNITO_USER_POOLS", authorizerId=pool["id"],
            authorizationScopes=["s", "t"],
        )  # fmt: skip
        client.put_integration(**scoped, type="MOCK", requestTemplates=MOCK)
        made = client.generate_client_certificate()
        self.certificate = {"clientCertificateId": made["clientCertificateId"]}
        self.deployment = {**here, "deploymentId": self.api.deploy(variables={"v": "1"})}
        self.targets = {
            "account": ("update_account", {}),
            "api": ("update_rest_api", here),
            "authorizer": ("update_authorizer", {**here, "authorizerId": token["id"]}),
            "pool": ("update_authorizer", self.pool),
            "client certificate": ("update_client_certificate", self.certificate),
            "deployment": ("update_deployment", self.deployment),
            "gateway response": (
                "update_gateway_response",
                {**here, "responseType": "UNAUTHORIZED"},
            ),
            "integration": ("update_integration", at),
            "integration response": ("update_integration_response", status),
            "method": ("update_method", at),
            "scoped method": ("update_method", scoped),
            "method response": ("update_method_response", status),
            "resource": ("update_resource", {**here, "resourceId": self.pets}),
            "stage": ("update_stage", {**here, "stageName": "prod"}),
        }

    def prepare(self, what, *pairs):
        """Set what a path takes for granted."""
        function, at = self.targets[what]
        patches = [{"op": "replace", "path": path, "value": value} for path, value in pairs]
        getattr(self.client, function)(**at, patchOperations=patches)

    def patch(self, what, **operation):
        """Patch; gives the refusal, or None."""
        function, at = self.targets[what]
        written = {member: value for member, value in operation.items() if value is not None}
        try:
            answer = getattr(self.client, function)(**at, patchOperations=[written])
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]
        # What is answered is what is kept.
        found = getattr(self.client, function.replace("update_", "get_"))(**at)
        del answer["ResponseMetadata"], found["ResponseMetadata"]
        # UpdateRestApi shows tags where there are none, too.
        assert {"tags": {}, **found} == {"tags": {}, **answer}
        return None


@pytest.fixture(scope="module")
def everything(client):
    return Everything(client)


LOG = [
    ("/accessLogSettings/destinationArn", GROUP),
    ("/accessLogSettings/format", "$context.requestId"),
]
TLS = [("/securityPolicy", "SecurityPolicy_TLS13_2025_EDGE"), ("/endpointAccessMode", "BASIC")]
# What does not stand alone.
BEFORE = {
    "/accessLogSettings": LOG,
    "/accessLogSettings/destinationArn": LOG,
    "/accessLogSettings/format": LOG,
    "/endpointAccessMode": TLS,
    "/securityPolicy": TLS,
    "/integrationTarget": [("/connectionType", "VPC_LINK"), ("/connectionId", "abc")],
}
# Half of a log's settings is not a log: to take one away is allowed, and what is left is refused.
HALVES = {"/accessLogSettings/destinationArn", "/accessLogSettings/format"}


@pytest.mark.parametrize(
    ("what", "path", "documented", "value"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS]
)
def test_a_row_of_the_table(everything, what, path, documented, value):
    value = value(everything) if callable(value) else value
    if path in BEFORE:
        everything.prepare(what, *BEFORE[path])
    for op in OPERATIONS:
        source = {"from": "/description"} if op in {"copy", "move"} else {}
        refused = everything.patch(what, op=op, path=path, value=value, **source)
        if op == "remove" and path in HALVES:
            assert refused is not None
            assert "Access log settings" in refused[1]
        elif op in documented:
            assert refused is None, op
        else:
            assert refused is not None, op
            assert refused[0] == "BadRequestException", op


PROMOTIONS = [
    ("/deploymentId", "/canarySettings/deploymentId"),
    ("/variables", "/canarySettings/stageVariableOverrides"),
]


@pytest.mark.parametrize(("path", "source"), PROMOTIONS)
def test_what_may_be_copied(everything, path, source):
    everything.patch("stage", op="remove", path="/canarySettings")
    copy = {"op": "copy", "path": path, "from": source}
    assert everything.patch("stage", **copy) == (
        "BadRequestException",
        "Promotion not available. Canary does not exist.",
    )
    everything.patch("stage", op="replace", path="/canarySettings/percentTraffic", value="1")
    assert everything.patch("stage", **copy) is None
    code, message = everything.patch("stage", op="copy", **{"path": source, "from": path})
    assert code == "BadRequestException"
    assert message == (
        f"Invalid copy operation with path: {source} and from {path}. Valid copy:path are "
        "[/deploymentId, /variables] and valid copy:from are "
        "[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]"
    )


def test_operations_that_nobody_knows(everything):
    for what in everything.targets:
        refused = everything.patch(what, op="wrong", path="/name", value="x")
        assert refused is not None
        assert refused[0] == "ValidationException"
        assert "patchOperations.1.member.op" in refused[1]
