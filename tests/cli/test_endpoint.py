"""The signed client: how members are written, and how answers and refusals are read."""

import http.server
import threading
from typing import ClassVar
from urllib.parse import parse_qs

import pytest

from gatelodge.cli.endpoint import SignedEndpoint
from gatelodge.files.endpoint import EndpointError

KEYS = ("AKIAEXAMPLE", "secret", None)
LISTED = b"""<R xmlns="x"><ListResult><Users><member><Name>a</Name><Tags/></member><member>
<Name>b</Name></member></Users><IsTruncated>false</IsTruncated></ListResult></R>"""
REFUSED = b"""<ErrorResponse xmlns="x"><Error><Code>NoSuchEntity</Code><Message>gone</Message>
</Error></ErrorResponse>"""


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        replies: ClassVar = []
        asked: ClassVar = []

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.asked.append((self.command, self.path, self.headers, body))
            status, headers, reply = self.replies.pop(0)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        do_GET = do_PUT = do_POST

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.handler, server.url = Handler, f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def served(server):
    """Give an endpoint with replies, and what it was asked."""

    def connect(*replies):
        server.handler.replies[:] = replies
        return SignedEndpoint(server.url, "eu-west-1", KEYS), server.handler.asked

    return connect


def test_members_of_a_query(served):
    endpoint, asked = served((200, [], LISTED))
    members = {"Tags": [{"Key": "k", "Value": "ü&="}], "SetAsDefault": True, "MaxItems": 5}
    read = endpoint.query("ListUsers", members)
    assert read == {
        "Users": [{"Name": "a", "Tags": ""}, {"Name": "b"}],
        "IsTruncated": "false",
    }
    (_, path, headers, body) = asked[0]
    assert path == "/"
    assert "/us-east-1/iam/aws4_request" in headers["Authorization"]
    assert parse_qs(body.decode()) == {
        "Action": ["ListUsers"],
        "Version": ["2010-05-08"],
        "Tags.member.1.Key": ["k"],
        "Tags.member.1.Value": ["ü&="],
        "SetAsDefault": ["true"],
        "MaxItems": ["5"],
    }


def test_sts_is_regional(served):
    endpoint, asked = served((200, [], b"<R><Result><Account>1</Account></Result></R>"))
    assert endpoint.query("GetCallerIdentity", {}, "sts") == {"Account": "1"}
    assert "/eu-west-1/sts/aws4_request" in asked[0][2]["Authorization"]


def test_rest(served):
    endpoint, asked = served((200, [], b'{"id": "a"}'), (204, [], b""))
    assert endpoint.rest("PUT", "/restapis/a", {"mode": "overwrite", "x": "a b"}, b"{}") == {
        "id": "a"
    }
    assert endpoint.rest("GET", "/x") == {}
    command, path, headers, body = asked[0]
    assert (command, path, body) == ("PUT", "/restapis/a?mode=overwrite&x=a%20b", b"{}")
    assert headers["Accept"] == "application/json"
    assert "/eu-west-1/apigateway/aws4_request" in headers["Authorization"]


@pytest.mark.parametrize(
    ("reply", "call", "code", "status", "told"),
    [
        ((404, [("x-amzn-ErrorType", "NotFoundException:x")], b'{"message": "gone"}'), "rest",
         "NotFoundException", 404, "gone"),
        ((403, [], b'{"Message": "no"}'), "rest", "Error", 403, "no"),
        ((200, [], b"<html>"), "rest", "Unreadable", 200, "no AWS endpoint"),
        ((404, [], REFUSED), "query", "NoSuchEntity", 404, "gone"),
        ((200, [], b"not xml"), "query", "Unreadable", 200, "no AWS endpoint"),
    ],
)  # fmt: skip
def test_refusals(served, reply, call, code, status, told):
    endpoint, _ = served(reply)
    with pytest.raises(EndpointError, match=told) as refused:
        endpoint.rest("GET", "/x") if call == "rest" else endpoint.query("GetUser", {})
    assert (refused.value.code, refused.value.status) == (code, status)


def test_nobody_answers():
    endpoint = SignedEndpoint("http://127.0.0.1:1", "eu-west-1", KEYS)
    with pytest.raises(EndpointError, match=r"no answer from 127\.0\.0\.1:1") as refused:
        endpoint.rest("GET", "/restapis")
    assert refused.value.status == 0
