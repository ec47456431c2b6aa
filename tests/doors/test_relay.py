"""What a backend answers is what the client gets, and what it fails to answer has AWS's words."""

import hashlib
import socket
import threading

import pytest
from tests.gateway import Backend, Gateway, api_document, operation


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def broken():
    """A server that answers with whatever octets the path asks for, and closes."""
    server = socket.create_server(("127.0.0.1", 0))
    answers = {
        "/early": b"",
        "/half": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "/nonsense": b"this is not HTTP\r\n\r\n",
        "/unframed": b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nuntil the end",
        "/interim": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "/badchunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "/folded": b"HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
        "/feeds": b"HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 0\n\n",
        "/returns": b"HTTP/1.1 200 OK\r\nX-A: 1\rX-B: 2\r\nContent-Length: 0\r\n\r\n",
        "/empty": b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "/twice": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb",
        "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        "/huge": b"HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n" + b"a" * 10_485_761,
        "/endless": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 200_000,
    }

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    data = connection.recv(65536)
                    if not data:
                        break
                    head += data
                path = head.split(b" ", 2)[1].decode() if head else "/early"
                if path == "/slow":
                    connection.recv(1)  # until the gateway gives up
                    continue
                try:
                    connection.sendall(answers.get(path, b""))
                except OSError:
                    pass  # the gateway has seen enough

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    server.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, backend, broken):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"
    mapped = {
        "integration.request.querystring.who": "method.request.header.X-Who",
        "integration.request.header.X-Static": "'fixed'",
        "integration.request.header.X-Stage": "context.stage",
        "integration.request.header.X-Color": "stageVariables.color",
        "integration.request.header.X-Ip": "context.identity.sourceIp",
    }
    mock = {
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 204}'},
            "responses": {
                "default": {"statusCode": "500"},
                "20.": {
                    "statusCode": "200",
                    "responseParameters": {
                        "method.response.header.Access-Control-Allow-Origin": "'*'"
                    },
                    "responseTemplates": {"application/json": '{"ok": true}'},
                },
            },
        }
    }
    paths = {
        "/any/{proxy+}": {
            "x-amazon-apigateway-any-method": operation(
                f"{backend.url}/any/{{proxy}}", path=["proxy"]
            )
        },
        "/mapped": {"get": operation(f"{backend.url}/m?a=1", requestParameters=mapped)},
        "/color": {"get": operation(f"{backend.url}/${{stageVariables.color}}")},
        "/broken/{id}": {
            "x-amazon-apigateway-any-method": operation(
                f"{broken}/{{id}}", path=["id"], timeoutInMillis=300
            )
        },
        "/patient/{id}": {"get": operation(f"{broken}/{{id}}", path=["id"])},
        "/closed": {"get": operation(closed)},
        "/unresolved": {"get": operation("http://no-such-host.invalid/")},
        "/mock": {"options": mock},
        "/nothing": {"get": {}},
    }
    responses = {
        "INTEGRATION_TIMEOUT": {
            "statusCode": 418,
            "responseParameters": {"gatewayresponse.header.X-Path": "context.resourcePath"},
            "responseTemplates": {
                "application/json": '{"type":"$context.error.responseType",'
                '"message":$context.error.messageString}'
            },
        }
    }
    apis = [
        api_document("relay", backend.url, paths=paths),
        api_document(
            "custom", backend.url, paths=paths,
            **{"x-amazon-apigateway-gateway-responses": responses},
        ),
    ]  # fmt: skip
    options = ["--stage-variable", "color=blue"]
    gateway = Gateway(tmp_path_factory.mktemp("relay"), apis, options=options)
    yield gateway
    assert gateway.stop() == 0


def reply(status, fields=(), body=b"", *, length=True):
    def send(handler):
        handler.send_response_only(status)
        for name, value in fields:
            handler.send_header(name, value)
        if length:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return send


def test_bodies_cross_octet_for_octet(gateway, backend):
    body = bytes(range(256)) * 40_960  # 10 MB
    backend.replies["/any/big"] = reply(200, [("Content-Type", "image/png")], body)
    answer = gateway.call("relay", "/any/big")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.body == body


def test_requests_of_ten_megabytes_cross(gateway, backend):
    def digest(handler):
        reply(200, body=hashlib.sha256(handler.received).digest())(handler)

    backend.replies["/any/upload"] = digest
    body = bytes(range(256)) * 40_960
    answer = gateway.call("relay", "/any/upload", "POST", body=body)
    assert answer.body == hashlib.sha256(body).digest()


def test_repeated_fields_are_kept_apart(gateway, backend):
    fields = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Empty", "")]
    backend.replies["/any/cookies"] = reply(200, fields)
    answer = gateway.call("relay", "/any/cookies")
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert answer.headers["X-Empty"] == ""
    echoed = gateway.call("relay", "/any/echo", headers=[("X-A", "1"), ("X-A", "2")])
    assert [v for n, v in echoed.json["headers"] if n == "X-A"] == ["1", "2"]


@pytest.mark.parametrize("status", [204, 304, 301, 404, 500, 599])
def test_statuses_are_relayed(gateway, backend, status):
    body = b"" if status in (204, 304) else b"body"
    backend.replies[f"/any/{status}"] = reply(status, body=body, length=status != 204)
    answer = gateway.call("relay", f"/any/{status}")
    assert (answer.status, answer.body) == (status, body)
    assert answer.error is None
    # And the connection to the backend is good for another.
    assert gateway.call("relay", "/any/again").status == 200


def test_head_tells_the_length_of_what_it_leaves_out(gateway, backend):
    backend.replies["/any/head"] = reply(200, body=b"0123456789")
    answer = gateway.call("relay", "/any/head", "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == "10"
    assert gateway.call("relay", "/any/head").body == b"0123456789"


def test_reserved_fields_of_the_backend_are_renamed(gateway, backend):
    fields = [
        ("Server", "backend/1"),
        ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("WWW-Authenticate", "Basic"),
        ("x-gatelodge-decision", "forged"),
        ("x-amzn-RequestId", "forged"),
        ("Connection", "X-Hop"),
        ("X-Hop", "1"),
    ]
    backend.replies["/any/reserved"] = reply(200, fields, b"x")
    headers = gateway.call("relay", "/any/reserved").headers
    assert headers["x-amzn-Remapped-Server"] == "backend/1"
    assert headers["x-amzn-Remapped-Date"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert headers["x-amzn-Remapped-WWW-Authenticate"] == "Basic"
    assert headers["x-amzn-Remapped-Content-Length"] == "1"
    assert headers["x-amzn-Remapped-X-Amzn-RequestId"] == "forged"
    assert headers["X-Hop"] is None
    assert "forged" not in headers.get_all("x-gatelodge-decision")
    assert len(headers.get_all("x-amzn-RequestId")) == 1


def test_query_and_fields_are_mapped(gateway):
    answer = gateway.call("relay", "/mapped?who=client&b=%20", headers=[("X-Who", "a b&c")])
    fields = dict(answer.json["headers"])
    assert answer.json["target"] == "/m?a=1&b=%20&who=a%20b%26c"
    assert (fields["X-Static"], fields["X-Stage"]) == ("fixed", "prod")
    assert (fields["X-Color"], fields["X-Ip"]) == ("blue", "127.0.0.1")
    assert gateway.call("relay", "/color").json["target"] == "/blue"


def test_mock(gateway):
    answer = gateway.call("relay", "/mock", "OPTIONS")
    assert (answer.status, answer.json) == (200, {"ok": True})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/closed", 504, "Network error communicating with endpoint"),
        ("/unresolved", 500, "Internal server error"),
        ("/nothing", 500, "Internal server error"),
        ("/broken/slow", 504, "Endpoint request timed out"),
        ("/broken/early", 504, "Network error communicating with endpoint"),
        ("/broken/half", 504, "Network error communicating with endpoint"),
        ("/broken/nonsense", 504, "Network error communicating with endpoint"),
        ("/broken/badchunk", 504, "Network error communicating with endpoint"),
        ("/broken/folded", 504, "Network error communicating with endpoint"),
        ("/broken/feeds", 504, "Network error communicating with endpoint"),
        ("/broken/returns", 504, "Network error communicating with endpoint"),
        ("/broken/empty", 504, "Network error communicating with endpoint"),
        ("/patient/huge", 504, "Network error communicating with endpoint"),
        ("/patient/endless", 504, "Network error communicating with endpoint"),
    ],
)
def test_backends_that_fail(gateway, path, status, message):
    answer = gateway.call("relay", path)
    assert (answer.status, answer.error) == (status, "InternalServerErrorException")
    assert answer.json == {"message": message}
    assert "the integration failed" in gateway.why(answer)["reason"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/unframed", b"until the end"),
        ("/interim", b"ok"),
        ("/twice", b"a"),
        ("/chunked", b"abcde"),
    ],
)
def test_unusual_replies_are_understood(gateway, path, body):
    answer = gateway.call("relay", f"/broken{path}")
    assert (answer.status, answer.body) == (200, body)


def test_failures_can_be_customised(gateway):
    answer = gateway.call("custom", "/broken/slow")
    assert (answer.status, answer.headers["X-Path"]) == (418, "/broken/{id}")
    assert answer.json == {"type": "INTEGRATION_TIMEOUT", "message": "Endpoint request timed out"}


def test_every_answer_carries_its_ids(gateway):
    seen = set()
    for path in ("/any/a", "/nope", "/closed"):
        headers = gateway.call("relay", path).headers
        assert len(headers["x-amzn-RequestId"]) == 36
        assert headers["x-amz-apigw-id"].endswith("=")
        seen.add(headers["x-gatelodge-decision"])
    assert len(seen) == 3
