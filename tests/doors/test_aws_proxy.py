"""Lambda proxy integrations through the socket: the event, whole, and what may be answered."""

import base64
import http.server
import json
import threading

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.gateway import OWNER, STAGE, Gateway, identity, user
from tests.lambdas import Lambdas, X, proxy

# Answers what it is told to, or the event.
CODE = """
import json
def handler(event, context):
    told = (event["headers"] or {}).get("X-Answer")
    if told == "fail":
        raise Exception("boom")
    if told is None:
        return {"body": json.dumps(event)}
    return json.loads(told)
"""


class Elsewhere:
    """Lambda's Invoke operation, elsewhere; keeps what it was sent."""

    def __init__(self):
        outer = self
        self.requests = []
        self.answer = (200, {}, b'{"body": "from elsewhere"}')

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), body))
                status, fields, answer = outer.answer
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def elsewhere():
    made = Elsewhere()
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, elsewhere):
    directory = tmp_path_factory.mktemp("gateway")
    lambdas = Lambdas(directory)
    lambdas.add("backend", CODE)
    lambdas.add("unpermitted", CODE, permitted=False)
    slow = "import time\ndef handler(event, context):\n    time.sleep(5)\n"
    lambdas.add("slow", slow, Timeout=10)
    lambdas.written.append({
        "FunctionName": "remote", "Remote": {"Endpoint": elsewhere.url, "FunctionName": "there"},
        "Permissions": [{"Principal": "apigateway.amazonaws.com"}]})  # fmt: skip
    both = {"get": proxy("backend"), "post": proxy("backend"), "head": proxy("backend")}
    document = {
        "openapi": "3.0.1",
        "info": {"title": "proxy", "version": "1"},
        "servers": [{"url": f"https://abc123.execute-api.us-east-1.amazonaws.com/{STAGE}"}],
        f"{X}binary-media-types": ["image/png", "application/x-*"],
        "paths": {
            "/pets/{id}": both,
            "/files/{proxy+}": {f"{X}any-method": proxy("backend")},
            "/plain": both,
            "/signed": {"get": {**proxy("backend"), f"{X}auth": {"type": "AWS_IAM"}}},
            "/unpermitted": {"get": proxy("unpermitted")},
            "/missing": {"get": proxy("no-such-function")},
            "/slow": {"get": proxy("slow", timeoutInMillis=300)},
            "/remote": {"get": proxy("remote")},
            "/custom": {"get": proxy("backend")},
        },
        f"{X}gateway-responses": {},
    }
    made = Gateway(
        directory,
        [document],
        [{"UserDetailList": [user("caller", identity())]}],
        options=["--functions", str(lambdas.file()), "--stage-variable", "colour=blue",
                 "--trusted-proxy", "127.0.0.1"],
    )  # fmt: skip
    yield made
    made.stop()


def told(gateway, answer, path="/plain", headers=(), **more):
    """Have the function answer this."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return gateway.call("abc123", path, headers=[("X-Answer", text), *headers], **more)


def test_the_event(gateway):
    headers = [("X-A", "1"), ("x-a", "2"), ("User-Agent", "curl/8"), ("Content-Type", "text/plain")]
    answer = gateway.call(
        "abc123", "/pets/5?q=1&q=2&e=&%C3%BC=%20", "POST", headers=headers, source="192.0.2.1",
        body="ü".encode(),
    )  # fmt: skip
    event = answer.json
    context = event.pop("requestContext")
    sent, every = event.pop("headers"), event.pop("multiValueHeaders")
    assert event == {
        "resource": "/pets/{id}",
        "path": "/pets/5",
        "httpMethod": "POST",
        "queryStringParameters": {"q": "2", "e": "", "ü": " "},
        "multiValueQueryStringParameters": {"q": ["1", "2"], "e": [""], "ü": [" "]},
        "pathParameters": {"id": "5"},
        "stageVariables": {"colour": "blue"},
        "body": "ü",
        "isBase64Encoded": False,
    }
    assert (sent["X-A"], every["X-A"]) == ("2", ["1", "2"])
    assert sent["X-Forwarded-For"] == "192.0.2.1, 127.0.0.1"
    assert sent["User-Agent"] == "curl/8"
    assert "Content-Length" not in sent
    assert set(sent) == set(every)
    assert "authorizer" not in context
    assert context["requestId"] == answer.headers["x-amzn-RequestId"]
    assert context["path"] == "/prod/pets/5"
    assert context["resourcePath"] == "/pets/{id}"
    assert context["accountId"] == OWNER
    assert context["stage"] == STAGE
    known = {"sourceIp": "192.0.2.1", "userAgent": "curl/8"}
    assert {k: v for k, v in context["identity"].items() if v is not None} == known


def test_what_is_empty_is_null(gateway):
    event = gateway.call("abc123", "/plain").json
    empty = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body")
    assert [event[name] for name in empty] == [None] * 4
    assert event["isBase64Encoded"] is False


def test_a_greedy_path(gateway):
    event = gateway.call("abc123", "/files/a/b%20c/d", "PATCH").json
    assert event["pathParameters"] == {"proxy": "a/b c/d"}
    assert event["path"] == "/files/a/b c/d"
    assert event["httpMethod"] == "PATCH"
    assert event["resource"] == "/files/{proxy+}"


def test_a_signed_caller(gateway):
    key = gateway.key("caller")
    url = gateway.url("abc123", "/signed")
    request = AWSRequest("GET", url)
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
    event = gateway.send("GET", url, [("Host", gateway.host), *request.headers.items()]).json
    who = event["requestContext"]["identity"]
    assert who["userArn"] == f"arn:aws:iam::{OWNER}:user/caller"
    assert who["accountId"] == OWNER
    assert who["accessKey"] == key["AccessKeyId"]
    assert who["user"] == who["caller"]
    assert who["user"].startswith("AIDA")
    # A function could replay what the gateway has checked.
    assert "Authorization" not in event["headers"]
    assert "X-Amz-Date" in event["headers"]


@pytest.mark.parametrize(
    ("content_type", "body", "expected", "encoded"),
    [
        ("image/png", b"\x89PNG\xff", base64.b64encode(b"\x89PNG\xff").decode(), True),
        ("image/png; x=1", b"a", "YQ==", True),
        ("image/gif", b"a\xff", "a\ufffd", False),
        ("application/json", b'{"a": 1}', '{"a": 1}', False),
    ],
)
def test_bodies(gateway, content_type, body, expected, encoded):
    headers = [("Content-Type", content_type)]
    event = gateway.call("abc123", "/plain", "POST", headers=headers, body=body).json
    assert (event["body"], event["isBase64Encoded"]) == (expected, encoded)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ({}, 200, b""),
        ({"body": None}, 200, b""),
        ({"statusCode": 201}, 201, b""),
        ({"statusCode": "404", "body": "no"}, 404, b"no"),
        ({"statusCode": 200.0}, 200, b""),
        ({"headers": None, "multiValueHeaders": None, "body": "ü"}, 200, "ü".encode()),
        ({"headers": {"Test-Header": "value"}}, 200, b""),
        ({"isBase64Encoded": False, "body": "x"}, 200, b"x"),
        ({"isBase64Encoded": None, "body": "x"}, 200, b"x"),
        # Without a binary type that the client asks for, base64 stays what it is.
        ({"isBase64Encoded": True, "body": "eA=="}, 200, b"eA=="),
    ],
)
def test_answers(gateway, answer, status, body):
    got = told(gateway, answer)
    assert (got.status, got.body) == (status, body)
    assert got.headers["Content-Type"] == "application/json"
    assert got.error is None


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        '"text"',
        "[1]",
        "7",
        {"statusCode": 200, "extra": 1},
        {"errorMessage": "x"},
        {"statusCode": "many"},
        {"statusCode": 0},
        {"statusCode": 100},
        {"statusCode": 600},
        {"statusCode": True},
        {"statusCode": 200.5},
        {"statusCode": [200]},
        {"body": {"a": 1}},
        {"body": 7},
        {"isBase64Encoded": "true", "body": "eA=="},
        {"headers": ["a"]},
        {"headers": []},
        {"headers": ""},
        {"headers": False},
        {"multiValueHeaders": []},
        {"headers": {"A": 7}},
        {"headers": {"A": ["x"]}},
        {"headers": {"A": None}},
        {"headers": {"A b": "x"}},
        {"headers": {"": "x"}},
        {"multiValueHeaders": {"A": "x"}},
        {"multiValueHeaders": {"A": [7]}},
        {"multiValueHeaders": ["A"]},
        "fail",
    ],
)
def test_malformed_answers(gateway, answer):
    """D13 of gateway-responses.md"""
    got = told(gateway, answer)
    assert (got.status, got.error) == (502, "InternalServerErrorException")
    assert got.json == {"message": "Internal server error"}


def test_header_fields_of_an_answer(gateway):
    got = told(
        gateway,
        {
            "headers": {"A": "1", "B": True, "Content-Type": "text/html", "WWW-Authenticate": "x"},
            "multiValueHeaders": {"a": ["1", "2"], "Set-Cookie": ["c=1", "d=2"]},
        },
    )
    assert got.headers.get_all("A") == ["1", "2"]
    assert got.headers["B"] == "true"
    assert got.headers.get_all("Content-Type") == ["text/html"]
    assert got.headers.get_all("Set-Cookie") == ["c=1", "d=2"]
    assert got.headers["x-amzn-Remapped-WWW-Authenticate"] == "x"
    assert "WWW-Authenticate" not in got.headers


def test_a_field_cannot_begin_another(gateway):
    got = told(gateway, {"headers": {"A": "1\r\nInjected: 2"}, "body": "x"})
    assert got.headers["A"] == "1Injected: 2"
    assert "Injected" not in got.headers


@pytest.mark.parametrize("accept", ["image/png", "application/x-*", "image/png, text/html"])
def test_binary_answers(gateway, accept):
    octets = b"\x89PNG\xff\x00"
    answer = {"isBase64Encoded": True, "body": base64.b64encode(octets).decode()}
    got = told(gateway, answer, headers=[("Accept", accept)])
    assert got.body == octets
    got = told(gateway, {"isBase64Encoded": True, "body": "%"}, headers=[("Accept", accept)])
    assert (got.status, got.json) == (500, {"message": "Internal server error"})


def test_head(gateway):
    got = told(gateway, {"body": "x"}, method="HEAD")
    assert (got.status, got.body) == (200, b"")


@pytest.mark.parametrize(
    ("path", "status", "message", "why"),
    [
        ("/unpermitted", 500, "Internal server error", "add that with AddPermission"),
        ("/missing", 500, "Internal server error", "there is no such function"),
        ("/slow", 504, "Endpoint request timed out", "the function did not answer in time"),
    ],
)
def test_functions_that_cannot_answer(gateway, path, status, message, why):
    got = gateway.call("abc123", path)
    assert (got.status, got.message) == (status, message)
    explained = gateway.cli("why", got.headers["x-gatelodge-decision"]).stdout
    assert why in explained


def test_a_request_that_is_too_large(gateway):
    body = b"x" * (6 * 1024 * 1024)
    headers = [("Content-Type", "text/plain")]
    got = gateway.call("abc123", "/plain", "POST", headers=headers, body=body)
    assert (got.status, got.message) == (413, "Request Too Long")


def test_a_function_elsewhere(gateway, elsewhere):
    elsewhere.requests.clear()
    got = gateway.call("abc123", "/remote?a=1")
    assert (got.status, got.body) == (200, b"from elsewhere")
    path, headers, body = elsewhere.requests[0]
    assert path == "/2015-03-31/functions/there/invocations"
    assert headers["X-Amz-Invocation-Type"] == "RequestResponse"
    assert json.loads(body)["queryStringParameters"] == {"a": "1"}
    for answer, status in (
        ((200, {"X-Amz-Function-Error": "Unhandled"}, b'{"errorMessage": "x"}'), 502),
        ((429, {}, b"{}"), 502),
        ((404, {}, b"{}"), 500),
        ((403, {}, b"{}"), 500),
        ((500, {}, b"{}"), 502),
    ):
        elsewhere.answer = answer
        assert gateway.call("abc123", "/remote").status == status
