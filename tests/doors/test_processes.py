"""Processes, restarts and the command line, as a person and a script meet them."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from tests.gateway import OWNER, Backend, Gateway, api_document, identity, user

from gatelodge.cli.why import explain_decision

ACCOUNT = {"UserDetailList": [user("alice", identity()), user("bob", identity("Deny"))]}


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture
def gateway(tmp_path, backend):
    gateway = Gateway(tmp_path, [api_document("house", backend.url)], [ACCOUNT], workers=2)
    yield gateway
    if gateway.process.poll() is None:
        gateway.process.kill()
        gateway.process.wait()


def children(pid):
    output = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    return [int(line) for line in output.stdout.split()]


def run(*arguments, cwd=None):
    command = [sys.executable, "-m", "gatelodge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_state_directory_is_private_and_tells_scripts_everything(gateway):
    modes = {
        name: stat.S_IMODE((gateway.state / name).stat().st_mode)
        for name in ("", "credentials", "master.key", "store.db")
    }
    assert modes == {"": 0o700, "credentials": 0o600, "master.key": 0o600, "store.db": 0o600}
    endpoints = json.loads((gateway.state / "endpoints.json").read_text())
    assert (endpoints["region"], endpoints["account"]) == ("us-east-1", OWNER)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(endpoints["aws"])
    assert refused.value.code == 403


def test_the_root_profile_calls_and_is_told_why(gateway):
    done = gateway.cli("call", "GET", gateway.url("house", "/signed"))
    assert done.stdout.startswith("200 OK\n"), done.stderr
    assert "why: 200 GET /prod/signed root · root of the API's own account" in done.stdout
    gateway.key("bob")
    denied = gateway.cli("call", "--as", "bob", "GET", gateway.url("house", "/signed"))
    assert denied.stdout.startswith("403 Forbidden\n")
    assert "bob · identity policy inline statement 1 denies:" in denied.stdout


def test_keys_and_decisions_survive_kill_9_of_everything(gateway):
    denied = gateway.call("house", "/signed", who=("alice",), region="eu-west-1")
    decision = denied.headers["x-gatelodge-decision"]
    for pid in [*children(gateway.process.pid), gateway.process.pid]:
        os.kill(pid, signal.SIGKILL)
    gateway.process.wait()
    gateway.start()
    assert gateway.call("house", "/signed", who=("alice",)).status == 200
    explained = explain_decision(gateway.state, decision)
    assert "scoped to a valid region" in explained.reason


def test_a_killed_worker_is_replaced_and_its_decisions_stay(gateway):
    answers = [gateway.call("house", "/nope") for _ in range(20)]
    workers = {answer.headers["x-gatelodge-decision"].partition("-")[0] for answer in answers}
    before = set(children(gateway.process.pid))
    victims = sorted(before)[-2:]  # the workers were forked after the house
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    for answer in answers:
        reason = explain_decision(gateway.state, answer.headers["x-gatelodge-decision"]).reason
        assert "no resource matches /nope" in reason
    while True:  # the door is open again once the new workers listen
        try:
            assert gateway.call("house").status == 200
            break
        except ConnectionError:
            continue
    assert workers <= {"1", "2"}
    assert gateway.stop() == 0


def test_nothing_outlives_the_supervisor(gateway):
    gateway.process.kill()
    # Every child holds the other end of standard error: it ends when the last of them has gone.
    gateway.reading.join(60)
    assert not gateway.reading.is_alive()


def test_a_deleted_key_is_refused_at_once_in_every_worker(gateway):
    for _ in range(8):
        assert gateway.call("house", "/signed", who=("alice",)).status == 200
    key = gateway.key("alice")["AccessKeyId"]
    assert key in gateway.cli("keys", "ls").stdout
    assert gateway.cli("keys", "delete", key).returncode == 0
    for _ in range(8):
        answer = gateway.call("house", "/signed", who=("alice",))
        assert answer.error == "UnrecognizedClientException"


def test_sigterm_lets_a_call_under_way_finish(tmp_path, backend):
    gateway = Gateway(tmp_path, [api_document("drain", backend.url)])
    host, port = gateway.host.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        head = b"POST /_aws/execute-api/drain/prod/pets HTTP/1.1\r\nHost: x\r\n"
        client.sendall(head + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")  # the call is under way
        gateway.process.terminate()
        client.sendall(b"body")
        received = b""
        while data := client.recv(65536):
            received += data
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b'"body": "body"' in received
    assert gateway.process.wait(30) == 0


def test_why_finds_the_last_denial(gateway):
    gateway.call("house", "/nope")
    gateway.call("house", "/pets")
    last = gateway.cli("why", "--last", "--json")
    denied = gateway.cli("why", "--denied")
    assert json.loads(last.stdout)["status"] == 200
    assert denied.stdout.startswith("403 GET /prod/nope anonymous · no resource matches /nope")
    assert gateway.cli("why", "9-9-9").returncode == 1


def test_decision_lines_and_access_log(tmp_path, backend):
    log = tmp_path / "access.log"
    form = (
        "$context.requestId $context.status $context.identity.userArn $context.identity.userAgent"
    )
    options = ["--log-decisions", "--access-log", str(log), "--access-log-format", form]
    gateway = Gateway(tmp_path, [api_document("logs", backend.url)], options=options)
    agent = [("User-Agent", 'a"\\b')]
    answer = gateway.call("logs", headers=agent)
    gateway.call("logs", "/nope")
    assert gateway.stop() == 0
    first = log.read_text().splitlines()[0]
    assert first == f"{answer.headers['x-amzn-RequestId']} 200 - a" + r"\"\\b"
    lines = "".join(gateway.errors)
    assert "403 GET /prod/nope anonymous · no resource matches /nope" in lines
    assert "200 GET /prod/pets anonymous · the method is open" in lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--account", "12"], "--account '12': an account has twelve digits"),
        (["--trusted-proxy", "x"], "--trusted-proxy 'x': not an address or range"),
        (["--workers", "0"], "--workers 0: from 1 to 256"),
        (["--access-log-format", "x"], "must contain $context.requestId"),
        (["missing.yaml"], "missing.yaml: No such file or directory"),
    ],
)
def test_mistakes_on_the_command_line(tmp_path, arguments, message):
    done = run("serve", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--data-port", port, "--aws-port", "0", cwd=tmp_path)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "--data-port" in done.stderr


def test_a_port_that_another_gateway_serves_is_told(gateway, tmp_path):
    port = gateway.host.rpartition(":")[2]
    arguments = ("--data-port", port, "--aws-port", "0", "--state", str(tmp_path / "other"))
    done = run("serve", *arguments)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr


def test_serve_without_files_starts_empty(tmp_path):
    gateway = Gateway(tmp_path)
    assert gateway.call("none").message == "Forbidden"
    assert gateway.stop() == 0


def test_another_master_key_is_refused(tmp_path):
    gateway = Gateway(tmp_path)
    gateway.stop()
    (gateway.state / "master.key").write_text("A" * 43 + "=\n")
    done = gateway.cli("keys", "ls")
    assert done.returncode == 1
    assert "sealed under another master key" in done.stderr
