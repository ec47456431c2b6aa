"""Rows of the reference's tables that need a deployment, a clock or a URL of their own.

Their numbers are those of authorization-workflow.md, resource-policy.md and sigv4.md.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from tests.gateway import (
    OWNER,
    REGION,
    Backend,
    Gateway,
    allow,
    api_document,
    deny,
    identity,
    operation,
    policy,
    user,
)

from gatelodge import sigv4

INVOKE = "execute-api:Invoke"


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, backend):
    variable = allow(f"arn:aws:execute-api:{REGION}:{OWNER}:oldversion/prod/GET/${{aws:username}}")
    apis = [
        api_document("plain", backend.url),
        api_document(
            "case",
            backend.url,
            policy=policy(allow("execute-api:/prod/GET/pets")),
            paths={p: {"get": operation(f"{backend.url}/x")} for p in ("/pets", "/Pets")},
        ),
        api_document(
            "oldversion",
            backend.url,
            policy={"Statement": [variable]},
            paths={
                "/{name}": {"get": operation(f"{backend.url}/x", iam=True)},
            },
        ),
    ]
    gateway = Gateway(
        tmp_path_factory.mktemp("rows"),
        apis,
        [{"UserDetailList": [user("alice", identity()), user("nobody")]}],
    )
    yield gateway
    assert gateway.stop() == 0


def test_r3_the_case_of_a_path_counts(gateway):
    assert gateway.call("case", "/pets").status == 200
    assert gateway.call("case", "/Pets").error == "AccessDeniedException"


def test_p16_a_variable_of_an_old_version_is_literal(gateway):
    """And a user of that very name is no such literal."""
    denied = gateway.call("oldversion", "/nobody", who=("nobody",))
    assert denied.error == "AccessDeniedException"
    assert gateway.call("oldversion", "/alice", who=("alice",)).status == 200


@pytest.fixture(scope="module")
def deployed(gateway, backend):
    """An API made over the AWS endpoint: GET / goes to the backend."""
    client = gateway.client("apigateway")
    made = client.create_rest_api(name="rows", endpointConfiguration={"types": ["REGIONAL"]})
    where = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    client.put_method(**where, authorizationType="NONE")
    client.put_integration(
        **where, type="HTTP_PROXY", integrationHttpMethod="GET", uri=f"{backend.url}/x"
    )
    client.create_deployment(restApiId=made["id"], stageName="prod")
    return client, made["id"]


def test_n9_what_is_not_deployed_is_not_in_force(gateway, deployed):
    client, api = deployed
    fence = json.dumps(policy(deny()))
    change = {"op": "replace", "path": "/policy", "value": fence}
    client.update_rest_api(restApiId=api, patchOperations=[change])
    assert gateway.call(api, "/").status == 200
    client.create_deployment(restApiId=api, stageName="prod")
    assert gateway.call(api, "/").error == "AccessDeniedException"
    client.update_rest_api(restApiId=api, patchOperations=[{**change, "value": ""}])
    assert gateway.call(api, "/").error == "AccessDeniedException"
    client.create_deployment(restApiId=api, stageName="prod")
    assert gateway.call(api, "/").status == 200


def test_r11_and_r12_a_disabled_endpoint_is_one_after_its_deployment(gateway, deployed):
    client, api = deployed
    host = f"{api}.execute-api.{REGION}.localhost"

    def by_name():
        return gateway.send("GET", f"http://{gateway.host}/prod/", [("Host", host)])

    assert by_name().status == 200
    change = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    client.update_rest_api(restApiId=api, patchOperations=[change])
    assert by_name().status == 200
    client.create_deployment(restApiId=api, stageName="prod")
    refused = by_name()
    assert (refused.status, refused.error) == (403, "ForbiddenException")
    assert refused.json == {"message": "Forbidden"}


def test_p5_a_user_who_is_named_and_gone(gateway, deployed):
    """Its key is nobody's. Who takes its name: docs/reference/deviations.md."""
    _, api = deployed
    iam, client = gateway.client("iam"), deployed[0]
    arn = iam.create_user(UserName="again")["User"]["Arn"]
    resource = client.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
    iam_only = {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}
    client.update_method(**method, patchOperations=[iam_only])
    named = json.dumps(policy(allow(principal={"AWS": arn})))
    changes = [
        {"op": "replace", "path": "/policy", "value": named},
        {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "false"},
    ]
    client.update_rest_api(restApiId=api, patchOperations=changes)
    client.create_deployment(restApiId=api, stageName="prod")

    def call():
        made = iam.create_access_key(UserName="again")["AccessKey"]
        gateway.keys[("again",)] = made
        return gateway.call(api, "/", who=("again",)), made

    answer, first = call()
    assert answer.status == 200
    iam.delete_access_key(UserName="again", AccessKeyId=first["AccessKeyId"])
    iam.delete_user(UserName="again")
    assert gateway.call(api, "/", who=("again",)).error == "UnrecognizedClientException"


def signing(gateway, who="alice", *, off=0, **more):
    key = gateway.key(who)
    return {
        "access_key_id": key["AccessKeyId"],
        "secret": key["SecretAccessKey"],
        "region": REGION,
        "service": "execute-api",
        "now": datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=off),
        **more,
    }


def presigned(gateway, change=lambda url: url, **more):
    url = sigv4.presign("GET", gateway.url("plain", "/signed"), **signing(gateway, **more))
    url = change(url)
    return gateway.send("GET", url, [("Host", urlsplit(url).netloc)])


def dropped(name):
    def change(url):
        head, _, query = url.partition("?")
        kept = [piece for piece in query.split("&") if not piece.startswith(f"{name}=")]
        return f"{head}?{'&'.join(kept)}"

    return change


@pytest.mark.parametrize(
    ("case", "more", "change", "error"),
    [
        ("V12", {}, lambda url: url, None),
        ("V13", {"expires": None}, lambda url: url, None),
        ("E23", {}, lambda url: f"{url}&y=2", "InvalidSignatureException"),
        ("E24", {}, dropped("X-Amz-Signature"), "IncompleteSignatureException"),
        ("E25", {"off": -302}, lambda url: url, "InvalidSignatureException"),
        ("expired", {"off": -10, "expires": 5}, lambda url: url, "InvalidSignatureException"),
        ("longer", {"off": -900, "expires": 3600}, lambda url: url, None),
        ("E11", {"region": "eu-west-1"}, lambda url: url, "InvalidSignatureException"),
        (
            "7a",
            {},
            lambda url: url.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
            "MissingAuthenticationTokenException",
        ),
    ],
)
def test_presigned_urls(gateway, case, more, change, error):
    answer = presigned(gateway, change, **more)
    assert (answer.status, answer.error) == ((200, None) if error is None else (403, error))
    if case == "E24":
        assert answer.message == (
            "AWS query-string parameters must include 'X-Amz-Signature'. "
            "Re-examine the query-string parameters."
        )
    if error is None:
        assert "X-Amz" not in answer.json["target"]


def test_e22_both_forms_at_once(gateway):
    url = sigv4.presign("GET", gateway.url("plain", "/signed"), **signing(gateway))
    host = ("Host", urlsplit(url).netloc)
    fields = [host, *sigv4.sign("GET", url, [host], b"", **signing(gateway))]
    assert gateway.send("GET", url, fields).error == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("case", "value", "error", "told"),
    [
        ("E3", "Bearer xyz", "IncompleteSignatureException", "zyc3Ntxgrok+f83ynVWygiLlbsRSBgJKn5"),
        ("word", "xyz", "IncompleteSignatureException", "requires 'Credential' parameter."),
        ("E10", "AWS4-HMAC-SHA256 Credential={key}/{day}/us-east-1/execute-api, SignedHeaders="
         "host;x-amz-date, Signature=00", "IncompleteSignatureException", "exactly 5 slash"),
        ("E13", "AWS4-HMAC-SHA256 Credential={key}/{day}/eu-west-1/apigateway/aws4_request, "
         "SignedHeaders=host;x-amz-date, Signature=00", "InvalidSignatureException",
         "'eu-west-1'. Credential should be scoped to correct service: 'execute-api'. "),
        ("E14", "AWS4-HMAC-SHA256 Credential={key}/20200101/us-east-1/execute-api/aws4_request, "
         "SignedHeaders=host;x-amz-date, Signature=00", "InvalidSignatureException",
         "'20200101' != '{day}'"),
    ],
)  # fmt: skip
def test_headers_that_are_no_signature(gateway, case, value, error, told):
    now = datetime.fromtimestamp(time.time(), UTC)
    filled = {"key": gateway.key("alice")["AccessKeyId"], "day": f"{now:%Y%m%d}"}
    fields = [
        ("Host", gateway.host),
        ("X-Amz-Date", f"{now:%Y%m%dT%H%M%SZ}"),
        ("Authorization", value.format(**filled)),
    ]
    answer = gateway.send("GET", gateway.url("plain", "/signed"), fields)
    assert (answer.status, answer.error) == (403, error)
    assert told.format(**filled) in answer.message


@pytest.mark.parametrize(("off", "good"), [(-299, True), (-302, False), (295, True), (310, False)])
def test_e7_to_e9_the_clock(gateway, off, good):
    answer = gateway.call("plain", "/signed", who=("alice",), off=off)
    assert (answer.status == 200) is good
    if not good:
        assert answer.error == "InvalidSignatureException"


def test_e21_a_body_that_is_said_to_be_unsigned(gateway):
    unsigned = [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]
    kept = []
    gateway.call(
        "plain", "/signed", "POST", who=("alice",), headers=unsigned, body=b"",
        change=lambda fields: kept.extend(fields) or fields,
    )  # fmt: skip
    answer = gateway.send("POST", gateway.url("plain", "/signed"), kept, b"body")
    assert answer.error == "InvalidSignatureException"


def test_e26_another_host_than_the_signed_one(gateway):
    def other(fields):
        return [(n, "elsewhere" if n == "Host" else v) for n, v in fields]

    answer = gateway.call("plain", "/signed", who=("alice",), change=other)
    assert answer.error == "InvalidSignatureException"
