"""One answer of an authorizer for all workers: single flight, flush, a house that is killed."""

import http.client
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.gateway import Gateway
from tests.lambdas import PRINT, Events, Lambdas, proxy, scheme, wait_for

from gatelodge.store import MasterKey
from gatelodge.world.house_wire import WireError, ask_once

AUTHORIZER = (
    PRINT
    + """
import time
def handler(event, context):
    note(event)
    token = event["authorizationToken"]
    time.sleep(0.2)
    stage = event["methodArn"].rsplit("/", 2)[0]
    effect = "Deny" if token.startswith("deny") else "Allow"
    resource = event["methodArn"] if token.startswith("single") else stage + "/*"
    return {"principalId": token, "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]}}
"""
)
BACKEND = """
import os, time
def handler(event, context):
    if event["path"] == "/slow":
        time.sleep(5)
    return {"body": str(os.getpid())}
"""


def api(stage):
    mock = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200"}},
    }
    secured = [{"token": []}]
    return {
        "openapi": "3.0.1",
        "info": {"title": stage, "version": "1"},
        "servers": [{"url": f"https://abc123.execute-api.us-east-1.amazonaws.com/{stage}"}],
        "paths": {
            "/pets": {
                verb: {"security": secured, "x-amazon-apigateway-integration": mock}
                for verb in ("get", "post")
            },
            "/function": {"get": proxy("backend")},
            "/slow": {"get": proxy("backend")},
        },
        "components": {"securitySchemes": {"token": scheme("token", "judge")}},
    }


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    directory = tmp_path_factory.mktemp("gateway")
    lambdas = Lambdas(directory)
    lambdas.add("judge", AUTHORIZER, Timeout=5)
    lambdas.add("backend", BACKEND, Timeout=10, ReservedConcurrentExecutions=2)
    files = ["--functions", str(lambdas.file())]
    made = Gateway(directory, [api("prod")], options=files, workers=4)
    yield made
    made.stop()


@pytest.fixture
def judge(gateway):
    events = Events(gateway.state, "judge")
    events.new()
    return events


def hammer(gateway, tokens, calls, connections=16):
    """Call over many connections; gives how often each status came."""
    counts = {}
    lock = threading.Lock()

    def run(number):
        connection = http.client.HTTPConnection(gateway.host, timeout=30)
        mine = {}
        for n in range(calls // connections):
            headers = {"Authorization": tokens[(number + n) % len(tokens)]}
            connection.request("GET", "/_aws/execute-api/abc123/prod/pets", headers=headers)
            answer = connection.getresponse()
            answer.read()
            mine[answer.status] = mine.get(answer.status, 0) + 1
        connection.close()
        with lock:
            for status, count in mine.items():
                counts[status] = counts.get(status, 0) + count

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(run, range(connections)))
    return counts


def house_of(gateway):
    """Find the house: the child of the supervisor that listens at the AWS endpoint."""
    children = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children")
    # It is the first that was started, or the last that was started again.
    line = str(gateway.state / "run" / "worker-0")
    for pid in children.read_text().split():
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            try:
                if str(fd.readlink()) == line:
                    return int(pid)
            except OSError:
                continue
    return None


def test_one_invocation_for_each_identity_over_all_workers(gateway, judge):
    tokens = [f"user{number}" for number in range(5)]
    assert hammer(gateway, tokens, 10_000, connections=32) == {200: 10_000 // 32 * 32}
    asked = [event["authorizationToken"] for event in judge.new()]
    assert sorted(asked) == sorted(tokens)


def test_denials_are_kept_as_well(gateway, judge):
    assert hammer(gateway, ["deny"], 320) == {403: 320}
    assert len(judge.new()) == 1


def test_k10_a_flush_empties_every_worker(gateway, judge):
    assert hammer(gateway, ["flushed"], 160) == {200: 160}
    client = gateway.client("apigateway")
    client.flush_stage_authorizers_cache(restApiId="abc123", stageName="prod")
    assert hammer(gateway, ["flushed"], 160) == {200: 160}
    assert gateway.cli("cache", "flush", "abc123", "prod").returncode == 0
    assert hammer(gateway, ["flushed"], 160) == {200: 160}
    assert len(judge.new()) == 3


def test_k8_stages_share_nothing(gateway, judge):
    client = gateway.client("apigateway")
    deployment = client.get_stage(restApiId="abc123", stageName="prod")["deploymentId"]
    client.create_stage(restApiId="abc123", stageName="dev", deploymentId=deployment)
    headers = [("Authorization", "two-stages")]
    assert gateway.call("abc123", "/pets", headers=headers).status == 200
    assert gateway.call("abc123", "/pets", stage="dev", headers=headers).status == 200
    assert len(judge.new()) == 2


def test_a_new_deployment_asks_again(gateway, judge):
    headers = [("Authorization", "deployed")]
    assert gateway.call("abc123", "/pets", headers=headers).status == 200
    client = gateway.client("apigateway")
    client.create_deployment(restApiId="abc123", stageName="prod")
    assert gateway.call("abc123", "/pets", headers=headers).status == 200
    assert len(judge.new()) == 2


def test_cache_ls(gateway):
    headers = [("Authorization", "single-secret-token")]
    assert gateway.call("abc123", "/pets", headers=headers).status == 200
    listed = json.loads(gateway.cli("cache", "ls", "--json").stdout)
    entry = next(entry for entry in listed if entry["principalId"] == "single-secret-token")
    assert entry["allows"] == ["GET /pets"]
    assert entry["methods"] == 2
    assert "names a single method" in entry["warnings"][0]
    assert 0 <= entry["age"] <= entry["ttl"] == 300
    shown = gateway.cli("cache", "ls").stdout
    assert "allows 1 of 2 methods: GET /pets" in shown
    assert "warning: it names a single method (prod/GET/pets)" in shown


def test_concurrency_limits_hold_for_the_machine(gateway):
    def one(_):
        return gateway.call("abc123", "/slow").status

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(one, range(6)))
    assert statuses == [200, 200, 502, 502, 502, 502]


def test_the_house_is_killed_in_the_middle(gateway, judge):
    assert hammer(gateway, ["steady"], 320) == {200: 320}
    stop = threading.Event()
    counts = {}

    def call():
        while not stop.is_set():
            for status, count in hammer(gateway, ["steady", "fresh"], 160, 8).items():
                counts[status] = counts.get(status, 0) + count

    calling = threading.Thread(target=call)
    calling.start()
    old = house_of(gateway)
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: house_of(gateway) not in (None, old), 20)
    wait_for(lambda: gateway.call("abc123", "/function").status == 200, 20)
    stop.set()
    calling.join()
    # Whoever was known stays known; who was asked about in the middle waited for the next house.
    assert set(counts) == {200}
    headers = [("Authorization", "after")]
    assert gateway.call("abc123", "/pets", headers=headers).status == 200


def test_functions_end_with_a_house_that_was_killed(gateway):
    pid = int(gateway.call("abc123", "/function").body)
    assert pid
    marks = functions_running(gateway)
    assert marks
    packages = Path((gateway.state / "run" / "functions-work").read_text())
    assert packages.is_dir()
    os.kill(house_of(gateway), signal.SIGKILL)
    wait_for(lambda: not marks & functions_running(gateway))
    wait_for(lambda: not packages.exists())
    wait_for(lambda: gateway.call("abc123", "/function").status == 200, 20)


def functions_running(gateway):
    """Find the processes of functions below this gateway."""
    found = set()
    waiting = [str(gateway.process.pid)]
    while waiting:
        pid = waiting.pop()
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            waiting += Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        if b"bootstraps/python.py" in command:
            found.add(pid)
    return found


def test_a_call_under_way_when_the_house_ends(gateway):
    answers = []
    calling = threading.Thread(
        target=lambda: answers.append(gateway.call("abc123", "/slow").status)
    )
    calling.start()
    wait_for(lambda: functions_running(gateway))
    time.sleep(0.5)  # it is in the middle of its five seconds
    os.kill(house_of(gateway), signal.SIGKILL)
    calling.join(20)
    assert answers == [502]
    wait_for(lambda: gateway.call("abc123", "/function").status == 200, 20)


def test_nobody_else_may_ask_the_house(gateway):
    line = gateway.state / "run" / "house.sock"
    assert line.stat().st_mode & 0o777 == 0o600
    with pytest.raises((WireError, ConnectionError)):
        ask_once(gateway.state / "run", MasterKey(os.urandom(32)), {"kind": "list authorizers"})


def test_the_authorizer_is_tried(gateway, judge):
    client = gateway.client("apigateway")
    authorizer = client.get_authorizers(restApiId="abc123")["items"][0]["id"]
    for headers, status, principal in (
        ({"Authorization": "tried"}, 0, "tried"),
        ({"Authorization": "deny"}, 0, "deny"),
        ({}, 401, None),
    ):
        said = client.test_invoke_authorizer(
            restApiId="abc123", authorizerId=authorizer, headers=headers
        )
        assert (said["clientStatus"], said.get("principalId")) == (status, principal)
        if principal:
            assert json.loads(said["policy"])["Version"] == "2012-10-17"
    assert len(judge.new()) == 2
    # Nothing of it was kept.
    assert gateway.call("abc123", "/pets", headers=[("Authorization", "tried")]).status == 200
    assert len(judge.new()) == 1
