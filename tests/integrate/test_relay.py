"""Which fields cross the gateway, and under which names."""

import pytest
from tests.one_call import call, request

from gatelodge.integrate.relay import request_fields, response_lines, without_credentials
from gatelodge.messages import Headers, ReplyLines


def sent(headers=(), *, consumed=False, **members):
    asked = call(request(headers=headers, **members))
    fields = request_fields(asked, "Host: h", consumed=consumed)
    assert request_fields(asked, "Host: h", consumed=consumed) is fields
    *lines, end = fields.split("\r\n")
    assert (lines[0], end) == ("Host: h", "")
    return [line.partition(": ")[::2] for line in lines]


@pytest.mark.parametrize(
    "name",
    [
        "Connection",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Content-Length",
        "Expect",
        "X-Amzn-Apigateway-Api-Id",
    ],
)
def test_fields_that_do_not_cross(name):
    names = [key.lower() for key, value in sent([(name, "mine")]) if value == "mine"]
    assert names == []


def test_what_connection_names_does_not_cross_either():
    fields = sent([("Connection", "close, X-Hop"), ("X-Hop", "1"), ("X-Stays", "2")])
    names = {name.lower() for name, _ in fields}
    assert "x-hop" not in names
    assert "x-stays" in names


def test_where_a_request_came_from():
    fields = dict(sent(scheme="https"))
    assert fields["X-Forwarded-For"] == "10.1.2.3"
    assert fields["X-Forwarded-Proto"] == "https"
    assert fields["X-Forwarded-Port"] == "8080"
    assert fields["x-amzn-apigateway-api-id"] == "abc123"
    assert fields["User-Agent"] == "AmazonAPIGateway_abc123"
    chain = dict(sent([("X-Forwarded-For", "1.1.1.1"), ("User-Agent", "mine")], peer_ip="9.9.9.9"))
    assert chain["X-Forwarded-For"] == "1.1.1.1, 9.9.9.9"
    assert chain["User-Agent"] == "mine"


def test_credentials_cross_unless_they_were_used():
    signed = [("Authorization", "a"), ("X-Amz-Security-Token", "t")]
    assert {"Authorization", "X-Amz-Security-Token"} <= dict(sent(signed)).keys()
    # With and without what a client nearly always sends.
    for more in ([], [("User-Agent", "mine")]):
        crossed = dict(sent([*signed, *more], consumed=True)).keys()
        assert not {"Authorization", "X-Amz-Security-Token"} & crossed


def test_repeated_fields_cross_where_they_stood():
    fields = sent([("X-A", "1"), ("User-Agent", "mine"), ("X-A", "2"), ("X-B", "3")])
    assert fields[1:5] == [("X-A", "1"), ("User-Agent", "mine"), ("X-A", "2"), ("X-B", "3")]
    asked = call(request())
    asked.request.headers = Headers(
        [("X-A", "1"), ("X-A", "2"), ("Host", "mine"), ("User-Agent", "u")]
    )
    written = request_fields(asked, "Host: h", consumed=False)
    assert written.startswith("Host: h\r\nX-A: 1\r\nX-A: 2\r\nUser-Agent: u\r\nX-Forwarded-For: ")


@pytest.mark.parametrize(
    ("line", "relayed"),
    [
        ("X-Any: 1", ["X-Any: 1"]),
        ("Server: nginx", ["x-amzn-Remapped-Server: nginx"]),
        ("date: now", ["x-amzn-Remapped-Date: now"]),
        ("WWW-Authenticate: Basic", ["x-amzn-Remapped-WWW-Authenticate: Basic"]),
        ("X-Amzn-ErrorType: mine", ["x-amzn-Remapped-X-Amzn-ErrorType: mine"]),
        ("Transfer-Encoding: chunked", []),
        ("x-gatelodge-decision: forged", []),
        ("Set-Cookie: a=1", ["Set-Cookie: a=1"]),
    ],
)
def test_fields_of_replies(line, relayed):
    assert response_lines([line], keep_length=False) == relayed


def test_what_is_remembered_of_a_replys_fields():
    lines = ReplyLines(["Server: nginx", "Content-Length: 7", "X-Any: 1"])
    for _ in range(2):
        relayed = response_lines(lines, keep_length=False)
        assert relayed == ["x-amzn-Remapped-Server: nginx", "x-amzn-Remapped-Content-Length: 7",
                           "X-Any: 1"]  # fmt: skip
        relayed.append("X-Added: to one answer")
    assert response_lines(lines, keep_length=True)[1] == "Content-Length: 7"
    assert response_lines(lines, keep_length=False)[1] == "x-amzn-Remapped-Content-Length: 7"


def test_what_a_replys_connection_names_is_dropped():
    lines = ["Connection: close, X-Hop", "X-Hop: 1", "X-Stays: 2"]
    relayed = response_lines(lines, keep_length=False)
    assert "X-Hop: 1" not in relayed
    assert "X-Stays: 2" in relayed


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("a=1&b", "a=1&b"),
        ("X-Amz-Signature=s&a=1", "a=1"),
        ("a=1&X%2DAmz-Date=d", "a=1"),
        ("x-amz-date=d", "x-amz-date=d"),
        ("X-Amz-Other=1", "X-Amz-Other=1"),
    ],
)
def test_presigned_parameters_are_taken_out(query, left):
    assert without_credentials(query) == left
