"""What is edited is live after CreateDeployment, and not before; a stage can be moved back."""

import json
import time

import pytest
from tests.control.apigateway.calls import Api, refused
from tests.gateway import OWNER, REGION, allow, policy


@pytest.fixture(scope="module")
def deployed(client):
    """An API that tests only read, or fail to change."""
    api = Api(client)
    api.method(api.root)
    api.deploy()
    return api


def test_an_api_lives_from_its_deployment_to_its_deletion(gateway, client, backend):
    api = Api(client)
    assert gateway.call(api.id, "/").status == 403
    api.method(api.root, backend.url + "/one")
    assert gateway.call(api.id, "/").status == 403
    first = api.deploy()
    assert gateway.call(api.id, "/").json["target"] == "/one"
    at = {"resourceId": api.root, "httpMethod": "GET"}
    api.patch("update_integration", ("replace", "/uri", backend.url + "/two"), **at)
    assert gateway.call(api.id, "/").json["target"] == "/one"
    second = api.deploy()
    assert second != first
    assert gateway.call(api.id, "/").json["target"] == "/two"
    api.patch("update_stage", ("replace", "/deploymentId", first), stageName="prod")
    assert gateway.call(api.id, "/").json["target"] == "/one"
    assert client.get_stage(restApiId=api.id, stageName="prod")["deploymentId"] == first
    client.delete_stage(restApiId=api.id, stageName="prod")
    assert gateway.call(api.id, "/").status == 403
    client.create_stage(restApiId=api.id, stageName="prod", deploymentId=second)
    assert gateway.call(api.id, "/").json["target"] == "/two"
    client.delete_rest_api(restApiId=api.id)
    assert gateway.call(api.id, "/").status == 403
    assert refused(client.get_rest_api, restApiId=api.id) == (
        "NotFoundException",
        f"Invalid API identifier specified {OWNER}:{api.id}",
    )


def test_a_deployment_in_use_is_not_deleted(client):
    api = Api(client)
    api.method(api.root)
    used, free = api.deploy(), client.create_deployment(restApiId=api.id)["id"]
    assert refused(client.delete_deployment, restApiId=api.id, deploymentId=used) == (
        "BadRequestException",
        "Active stages pointing to this deployment must be moved or deleted",
    )
    client.delete_deployment(restApiId=api.id, deploymentId=free)
    for deployment in (free, "nothin"):
        assert refused(
            client.create_stage, restApiId=api.id, stageName="b", deploymentId=deployment
        ) == ("BadRequestException", "Deployment id does not exist")
        assert refused(
            api.patch, "update_stage", ("replace", "/deploymentId", deployment), stageName="prod"
        ) == ("BadRequestException", "Deployment id does not exist")


def test_what_has_no_methods_or_no_integration_is_not_deployed(client):
    api = Api(client)
    assert refused(api.deploy) == (
        "BadRequestException",
        "The REST API doesn't contain any methods",
    )
    client.put_method(
        restApiId=api.id, resourceId=api.root, httpMethod="GET", authorizationType="NONE"
    )
    assert refused(api.deploy) == ("BadRequestException", "No integration defined for method")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda api, at: api.client.update_method(
                **at,
                patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}],
            ),
            "API keys",
        ),
        (
            lambda api, at: api.client.put_integration(
                **at,
                type="AWS",
                integrationHttpMethod="POST",
                uri=f"arn:aws:apigateway:{REGION}:sns:action/Publish",
            ),
            "'aws'",
        ),
        (
            lambda api, at: api.client.put_integration(
                **at, type="MOCK", requestTemplates={"application/json": "#set($a = 1)"}
            ),
            "mapping templates",
        ),
        (
            lambda api, at: api.client.put_integration(
                **at, type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://a.example/{id}"
            ),
            "{id}",
        ),
        (
            lambda api, at: api.client.put_gateway_response(
                restApiId=api.id,
                responseType="UNAUTHORIZED",
                responseParameters={"gatewayresponse.header.Content-Length": "'1'"},
            ),
            "Content-Length",
        ),
        (
            lambda api, at: api.client.update_rest_api(
                restApiId=api.id,
                patchOperations=[
                    {"op": "replace", "path": "/minimumCompressionSize", "value": "0"}
                ],
            ),
            "minimum-compression-size",
        ),
        (
            lambda api, at: api.client.update_rest_api(
                restApiId=api.id,
                patchOperations=[
                    {
                        "op": "replace",
                        "path": "/endpointConfiguration/ipAddressType",
                        "value": "dualstack",
                    },
                    {
                        "op": "replace",
                        "path": "/endpointConfiguration/types/EDGE",
                        "value": "PRIVATE",
                    },
                ],
            ),
            "private APIs",
        ),
        (
            lambda api, at: api.client.put_integration(
                **at,
                type="HTTP_PROXY",
                integrationHttpMethod="GET",
                uri="http://a.example/",
                responseTransferMode="STREAM",
            ),
            "/resources/~1/GET/x-amazon-apigateway-integration/responseTransferMode: "
            "responseTransferMode is not honoured here",
        ),
        (
            lambda api, at: api.client.put_integration(
                **at,
                type="HTTP_PROXY",
                integrationHttpMethod="GET",
                uri="http://a.example/",
                connectionType="VPC_LINK",
                connectionId="abc",
                integrationTarget="arn:x",
            ),
            "integration/integrationTarget: VPC links are not supported",
        ),
        (
            lambda api, at: api.patch(
                "update_rest_api",
                ("replace", "/securityPolicy", "SecurityPolicy_TLS13_2025_EDGE"),
                ("replace", "/endpointAccessMode", "STRICT"),
            ),
            "/x-amazon-apigateway-security-policy: x-amazon-apigateway-security-policy is not "
            "honoured here; remove it; /x-amazon-apigateway-endpoint-access-mode: x-amazon-",
        ),
    ],
    ids=[
        "api key",
        "aws",
        "template",
        "uri",
        "gateway response",
        "compression",
        "private",
        "stream",
        "target",
        "tls",
    ],
)
def test_what_cannot_be_honoured_is_refused_at_deployment(gateway, client, change, told):
    api = Api(client)
    at = api.method(api.root)
    api.deploy()
    change(api, at)
    code, message = refused(api.deploy)
    assert code == "BadRequestException"
    assert told in message
    assert "--tolerate" not in message  # which is for files
    assert gateway.call(api.id, "/").json == {"mock": True}


def test_a_stage_whose_variables_do_not_fill_a_uri_is_refused(gateway, client, backend):
    api = Api(client)
    api.method(api.root, "http://${stageVariables.host}/x")
    code, message = refused(api.deploy)
    assert code == "BadRequestException"
    assert "GET /" in message
    assert "host" in message
    host = backend.url.removeprefix("http://")
    api.deploy(variables={"host": host})
    assert gateway.call(api.id, "/").json["target"] == "/x"
    code, message = refused(
        api.patch, "update_stage", ("remove", "/variables/host"), stageName="prod"
    )
    assert code == "BadRequestException"
    api.patch("update_stage", ("replace", "/variables/host", f"{host}/y"), stageName="prod")
    assert gateway.call(api.id, "/").json["target"] == "/y/x"


def test_a_policy_is_kept_with_full_arns_and_works_from_the_next_deployment(gateway, client):
    api = Api(client)
    api.method(api.root)
    api.deploy()
    text = json.dumps(policy(allow(resource=["execute-api:/prod/POST/*"])))
    answer = api.patch("update_rest_api", ("replace", "/policy", text))
    # Its quotes are escaped once more than JSON needs.
    assert '{\\"Version\\":\\"2012-10-17\\"' in answer["policy"]
    stored = json.loads(json.loads(f'"{answer["policy"]}"'))
    arn = f"arn:aws:execute-api:{REGION}:{OWNER}:{api.id}/prod/POST/*"
    assert stored["Statement"][0]["Resource"] == arn
    assert answer["tags"] == {}
    assert gateway.call(api.id, "/").status == 200
    api.deploy()
    answer = gateway.call(api.id, "/")
    assert answer.status == 403
    assert "no resource-based policy allows" in answer.message
    for wrong in ("{", '{"Statement": 1}', text.replace('"Allow"', '"allow"')):
        code, message = refused(api.patch, "update_rest_api", ("replace", "/policy", wrong))
        assert code == "BadRequestException"
        assert message.startswith("Invalid policy document. Please check the policy syntax")
    ghost = text.replace(
        '"Principal": "*"', f'"Principal": {{"AWS": "arn:aws:iam::{OWNER}:user/g"}}'
    )
    assert (
        "g does not exist"
        in refused(api.patch, "update_rest_api", ("replace", "/policy", ghost))[1]
    )
    cleared = api.patch("update_rest_api", ("replace", "/policy", ""))
    assert "policy" not in cleared
    api.deploy()
    assert gateway.call(api.id, "/").status == 200


def test_a_signed_method_made_call_by_call(gateway, client):
    api = Api(client)
    api.method(api.root, authorization="AWS_IAM")
    api.deploy()
    assert gateway.call(api.id, "/").status == 403
    assert gateway.call(api.id, "/", who=("nobody",)).status == 403
    assert gateway.call(api.id, "/", who=("caller",)).json == {"mock": True}


def test_the_methods_of_a_deployment_are_shown_as_they_were(client):
    api = Api(client)
    api.method(api.resource("pets"), authorization="AWS_IAM")
    deployment = api.deploy(description="first", stageDescription="live")
    api.method(api.root)
    found = client.get_deployment(restApiId=api.id, deploymentId=deployment, embed=["apisummary"])
    assert found["description"] == "first"
    assert found["apiSummary"] == {
        "/pets": {"GET": {"authorizationType": "AWS_IAM", "apiKeyRequired": False}}
    }
    changed = api.patch(
        "update_deployment", ("replace", "/description", "1st"), deploymentId=deployment
    )
    assert changed["description"] == "1st"
    assert [one["id"] for one in client.get_deployments(restApiId=api.id)["items"]] == [deployment]
    assert client.get_stages(restApiId=api.id)["item"][0]["description"] == "live"
    assert client.get_stages(restApiId=api.id, deploymentId="other1")["item"] == []


def test_an_access_log_goes_to_the_file_of_its_log_group(gateway, client):
    api = Api(client)
    api.method(api.root)
    api.deploy()
    group = f"arn:aws:logs:{REGION}:{OWNER}:log-group:apis/{api.id}"
    api.patch(
        "update_stage",
        ("replace", "/accessLogSettings/destinationArn", f"{group}:*"),
        ("replace", "/accessLogSettings/format", "$context.requestId $context.status"),
        stageName="prod",
    )
    answer = gateway.call(api.id, "/")
    file = gateway.state / "logs" / f"{OWNER}_{REGION}_apis%2F{api.id}.log"
    wanted = f"{answer.headers['x-amzn-RequestId']} 200\n"
    end = time.monotonic() + 10
    while not file.exists() or file.read_text() != wanted:
        assert time.monotonic() < end
        time.sleep(0.02)
    stage = api.patch("update_stage", ("remove", "/accessLogSettings"), stageName="prod")
    assert "accessLogSettings" not in stage


@pytest.mark.parametrize(
    ("destination", "line"),
    [
        ("/etc/passwd", "$context.requestId"),
        (f"arn:aws:logs:{REGION}:222222222222:log-group:g", "$context.requestId"),
        (f"arn:aws:logs:eu-west-1:{OWNER}:log-group:g", "$context.requestId"),
        (f"arn:aws:firehose:{REGION}:{OWNER}:deliverystream/s", "$context.requestId"),
        (f"arn:aws:logs:{REGION}:{OWNER}:log-group:{'#' * 100}", "$context.requestId"),
        (f"arn:aws:logs:{REGION}:{OWNER}:log-group:g", "$context.status"),
        (f"arn:aws:logs:{REGION}:{OWNER}:log-group:g", "$context.requestId $context.nothing"),
        (f"arn:aws:logs:{REGION}:{OWNER}:log-group:g", "$context.requestId\n$context.status"),
    ],
)
def test_other_access_logs_are_refused(client, destination, line, deployed):
    assert (
        refused(
            deployed.patch,
            "update_stage",
            ("replace", "/accessLogSettings/destinationArn", destination),
            ("replace", "/accessLogSettings/format", line),
            stageName="prod",
        )[0]
        == "BadRequestException"
    )
