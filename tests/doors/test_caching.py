"""Kept replies behind authorizers and functions, and with the house gone, through the socket."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.doors.test_many_workers import house_of
from tests.gateway import Backend, Gateway, operation
from tests.lambdas import PRINT, Events, Lambdas, proxy, scheme, wait_for

JUDGE = """
def handler(event, context):
    token = event["authorizationToken"]
    return {"principalId": token, "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:*", "Effect": "Deny" if token == "no" else "Allow",
         "Resource": "*"}]}}
"""
FUNCTION = (
    PRINT
    + """
def handler(event, context):
    note(event)
    return {"statusCode": 200, "headers": {"X-Id": event["requestContext"]["requestId"]},
            "body": event["requestContext"]["authorizer"]["principalId"]}
"""
)
ENABLED = [("/cacheClusterEnabled", "true"), ("/*/*/caching/enabled", "true")]
RENEW = ("Cache-Control", "max-age=0")


def api(backend):
    key = {"cacheKeyParameters": ["method.request.path.id", "method.request.querystring.a"]}
    path = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    keyed = {**operation(f"{backend}/pets/{{id}}", path=["id"], **key), "parameters": [path]}
    return {
        "openapi": "3.0.1",
        "info": {"title": "cached", "version": "1"},
        "servers": [{"url": "https://abc123.execute-api.us-east-1.amazonaws.com/prod"}],
        "paths": {
            "/judged": {"get": {**proxy("function"), "security": [{"token": []}]}},
            "/pets/{id}": {"get": keyed},
            "/open": {"get": operation(f"{backend}/open")},
        },
        "components": {"securitySchemes": {"token": scheme("token", "judge")}},
    }


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, backend):
    directory = tmp_path_factory.mktemp("gateway")
    lambdas = Lambdas(directory)
    lambdas.add("judge", JUDGE)
    lambdas.add("function", FUNCTION)
    files = ["--functions", str(lambdas.file())]
    made = Gateway(directory, [api(backend.url)], options=files, workers=3)
    yield made
    made.stop()


@pytest.fixture
def events(gateway):
    patches = [{"op": "replace", "path": path, "value": value} for path, value in ENABLED]
    client = gateway.client("apigateway")
    client.update_stage(restApiId="abc123", stageName="prod", patchOperations=patches)
    client.flush_stage_cache(restApiId="abc123", stageName="prod")
    events = Events(gateway.state, "function")
    events.new()
    return events


def judged(gateway, token, *fields):
    return gateway.call("abc123", "/judged", headers=[("Authorization", token), *fields])


def test_a_functions_reply_serves_other_callers_and_no_refused_one(gateway, events):
    first = judged(gateway, "alice")
    assert (first.status, first.body) == (200, b"alice")
    second = judged(gateway, "bob")
    assert (second.body, second.headers["X-Id"]) == (b"alice", first.headers["X-Id"])
    assert second.headers["x-amzn-RequestId"] != first.headers["x-amzn-RequestId"]
    assert judged(gateway, "no").status == 403
    assert gateway.call("abc123", "/judged").status == 401
    assert len(events.new()) == 1
    reason = gateway.why(second)["reason"]
    assert "authorizer policy statement 1 allows" in reason
    assert "; the reply was served from the stage's cache, " in reason


def test_an_authorizers_policy_permits_no_renewal(gateway, events):
    judged(gateway, "alice")
    answer = judged(gateway, "alice", RENEW)
    assert (answer.status, answer.headers["Warning"][:3]) == (200, "199")
    assert len(events.new()) == 1
    assert "; Cache-Control: max-age=0 was ignored" in gateway.why(answer)["reason"]
    assert judged(gateway, "no", RENEW).status == 403


def target(gateway, path):
    return gateway.call("abc123", path).json["target"]


@pytest.mark.usefixtures("events")
def test_what_is_no_key_tells_nothing_apart(gateway):
    assert target(gateway, "/pets/1?a=1&b=1") == "/pets/1?a=1&b=1"
    assert target(gateway, "/pets/1?a=1&b=2") == "/pets/1?a=1&b=1"
    assert target(gateway, "/pets/%31?b=3&a=%31") == "/pets/1?a=1&b=1"
    for path in (
        "/pets/2?a=1&b=1",
        "/pets/1?a=1&a=1&b=1",
        "/pets/1?a=1%26b=1",
        "/pets/1?a=",
        "/pets/1",
        "/pets/1?A=1",
        "/pets/1%252Fa",
        "/pets/1?a=%ff",
        "/pets/1?a=%fe",
    ):
        assert target(gateway, path) != "/pets/1?a=1&b=1"
    assert target(gateway, "/pets/1?a=%fe") == "/pets/1?a=%fe"


@pytest.mark.usefixtures("events")
def test_without_the_house_calls_go_to_their_integrations(gateway):
    assert gateway.call("abc123", "/open").status == 200
    old = house_of(gateway)
    os.kill(old, signal.SIGKILL)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: gateway.call("abc123", "/open").status, range(40)))
    assert answers == [200] * 40
    wait_for(lambda: house_of(gateway) not in (None, old), 20)

    def kept():
        answer = gateway.call("abc123", "/open")
        return "served from the stage's cache" in gateway.why(answer)["reason"]

    wait_for(kept, 20)
