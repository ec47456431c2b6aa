"""The bootstrap for Python by itself: its HTTP, and how it reads and writes values."""

import json
import os
import socket
import subprocess
import sys
from decimal import Decimal

import pytest

from gatelodge.functions.bootstraps.python import FaultError, describe, marshal, unmarshal
from gatelodge.functions.runtimes import BOOTSTRAPS

HANDLER = """
def handler(event, context):
    print(context.aws_request_id, context.client_context, context.identity.cognito_identity_id)
    if event == "fail":
        raise KeyError("x")
    return {"got": event}
"""


@pytest.fixture
def house(tmp_path):
    """A house that speaks to one process octet by octet."""
    (tmp_path / "app.py").write_text(HANDLER)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        names = ("NAME", "VERSION", "MEMORY_SIZE", "LOG_GROUP_NAME", "LOG_STREAM_NAME")
        variables = {f"AWS_LAMBDA_{n}" if "LOG" in n else f"AWS_LAMBDA_FUNCTION_{n}": n
                     for n in names}  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-I", "-u", BOOTSTRAPS / "python.py"],
            env={
                **variables,
                "PATH": os.environ["PATH"],
                "LAMBDA_TASK_ROOT": str(tmp_path),
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{listening.getsockname()[1]}",
                "_HANDLER": "app.handler",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        line, _ = listening.accept()
    with line:
        line.settimeout(20)
        yield line, process
    process.wait(20)
    process.stdout.close()


def receive(line, end):
    """Read until something has arrived."""
    octets = b""
    while not octets.endswith(end):
        more = line.recv(65_536)
        assert more, octets
        octets += more
    return octets


def event(payload, *fields):
    head = ["HTTP/1.1 200 OK", f"content-length: {len(payload)}",
            "Lambda-Runtime-Aws-Request-Id:r1", "LAMBDA-RUNTIME-DEADLINE-MS:  1",
            "Lambda-Runtime-Invoked-Function-Arn: arn:f", *fields]  # fmt: skip
    return "\r\n".join([*head, "", ""]).encode() + payload


TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"
NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"


def test_a_result_goes_out_with_the_request_for_the_next_event(house):
    line, process = house
    assert receive(line, b"\r\n\r\n").startswith(NEXT)
    for octet in event(b'"one"'):  # however it comes
        line.sendall(bytes([octet]))
    told = receive(line, b"\r\n\r\n")
    head, _, rest = told.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\n")
    assert rest.startswith(b'{"got": "one"}GET ')
    # What becomes of a result is nobody's concern here: the next event is taken.
    line.sendall(b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\n\r\n{ }" + event(b"2"))
    assert b'{"got": 2}' + NEXT in receive(line, b"\r\n\r\n")
    line.sendall(TAKEN + event(b'"fail"'))
    told = receive(line, b"\r\n\r\n")
    assert b"/invocation/r1/error HTTP/1.1\r\n" in told
    assert b"Lambda-Runtime-Function-Error-Type: KeyError\r\n" in told
    line.sendall(TAKEN + event(b'{"a": '))
    assert b"Runtime.UnmarshalError" in receive(line, b"\r\n\r\n")
    line.close()
    assert process.wait(20) == 1
    assert process.stdout.read().startswith("r1 None None\n")


def test_the_context_that_a_caller_sends(house):
    line, process = house
    receive(line, b"\r\n\r\n")
    given = json.dumps({"custom": {"a": 1}})
    identity = json.dumps({"cognitoIdentityId": "someone"})
    fields = [f"Lambda-Runtime-Client-Context: {given}",
              f"Lambda-Runtime-Cognito-Identity: {identity}"]  # fmt: skip
    line.sendall(event(b"1", *fields))
    receive(line, b"\r\n\r\n")
    line.close()
    assert process.wait(20) == 1
    written = process.stdout.read()
    assert "custom={'a': 1}" in written
    assert written.endswith(" someone\n")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, b"null"),
        ("ä", '"ä"'.encode()),
        ({1: Decimal("1.5")}, b'{"1": 1.5}'),
        (float("nan"), b"NaN"),
    ],
)
def test_results(value, written):
    assert marshal(value) == written


def test_what_is_no_json():
    with pytest.raises(FaultError, match="Object of type set is not JSON serializable"):
        marshal({1})
    endless = []
    endless.append(endless)
    with pytest.raises(FaultError, match="Unable to marshal response"):
        marshal(endless)
    with pytest.raises(FaultError, match="Unable to unmarshal input"):
        unmarshal(b"{")


def test_an_error_that_cannot_tell_what_it_is():
    class Silent(Exception):  # noqa: N818 - any name will do
        def __str__(self):
            raise ValueError

    told = describe(Silent(), "r1")
    assert (told["errorType"], told["errorMessage"], told["requestId"]) == ("Silent", "", "r1")
