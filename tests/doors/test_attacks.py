"""What a hostile client may try: each attempt is refused, and nothing of it reaches the backend."""

import socket
import time

import pytest
from tests.gateway import (
    OWNER,
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

FENCE = policy(allow(), deny(Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}))


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, backend):
    admin = policy(allow(), deny("execute-api:/prod/*/files/admin/*"))
    paths = {
        "/files/{proxy+}": {
            "x-amazon-apigateway-any-method": operation(
                f"{backend.url}/files/{{proxy}}", path=["proxy"]
            )
        },
        "/signed": {"post": operation(f"{backend.url}/signed", iam=True)},
    }
    apis = [
        api_document("attack", backend.url, policy=admin, paths=paths),
        api_document("fenced", backend.url, policy=FENCE),
    ]
    account = {"UserDetailList": [user("alice", identity())]}
    gateway = Gateway(tmp_path_factory.mktemp("attacks"), apis, [account])
    yield gateway
    assert gateway.stop() == 0


def raw(gateway, *pieces):
    """Send octets and read until the gateway closes or has answered everything."""
    host, port = gateway.host.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        for piece in pieces:
            sock.sendall(piece)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while data := sock.recv(65536):
            received += data
    return received


HOST = b"Host: x\r\n"
START = b"GET /_aws/execute-api/attack/prod/files/a HTTP/1.1\r\n"
POST = START.replace(b"GET", b"POST")


@pytest.mark.parametrize(
    ("name", "request_octets"),
    [
        ("both framings", POST + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
         b"0\r\n\r\n"),
        ("two lengths", POST + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        ("two different lengths", POST + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n"),
        ("list of lengths", POST + HOST + b"Content-Length: 3, 3\r\n\r\nabc"),
        ("signed length", POST + HOST + b"Content-Length: +3\r\n\r\nabc"),
        ("other coding", POST + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ("obscured coding", POST + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("space before colon", POST + HOST + b"Content-Length : 3\r\n\r\nabc"),
        ("two hosts", START + HOST + b"Host: y\r\n\r\n"),
        ("no host", START + b"\r\n"),
        ("folded field", START + HOST + b"X: a\r\n b\r\n\r\n"),
        ("bare line feed", START + b"Host: x\nX: y\r\n\r\n"),
        ("bare carriage return", START + HOST + b"X: a\rb\r\n\r\n"),
        ("NUL", START + HOST + b"X: a\0b\r\n\r\n"),
        ("bad chunk", POST + HOST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        ("connect", b"CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n"),
        ("absolute form", b"GET http://evil/_aws/execute-api/attack/prod/files/a HTTP/1.1\r\n"
         + HOST + b"\r\n"),
        ("asterisk", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n"),
        ("nonsense", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"),
    ],
)  # fmt: skip
def test_ambiguous_messages_are_refused_and_the_connection_closed(gateway, name, request_octets):
    smuggled = request_octets + START + HOST + b"\r\n"
    answer = raw(gateway, smuggled)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert answer.count(b"HTTP/1.1") == 1
    assert b"Connection: close" in answer


def test_absolute_form_that_agrees_with_host(gateway):
    request = b"GET http://x/_aws/execute-api/attack/prod/files/a HTTP/1.1\r\n" + HOST + b"\r\n"
    assert raw(gateway, request).startswith(b"HTTP/1.1 200 ")


def test_a_client_may_close_its_side_after_asking(gateway):
    """Its end can arrive at any moment before the answer is written; none of them loses it."""
    for _ in range(200):
        assert raw(gateway, START + HOST + b"\r\n").startswith(b"HTTP/1.1 200 ")


def test_limits(gateway):
    big = START + HOST + b"X: " + b"a" * 21_000 + b"\r\n\r\n"
    assert raw(gateway, big).startswith(b"HTTP/1.1 431 ")
    declared = POST + HOST + b"Content-Length: 10485761\r\n\r\n"
    answer = raw(gateway, declared)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b'{"message":"HTTP content length exceeded 10485760 bytes"}')
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    host, port = gateway.host.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.sendall(POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(11):
                sock.sendall(chunk)
        except OSError:
            pass  # refused and closed while we were still sending
        try:
            received = sock.recv(1000)
        except ConnectionResetError:
            received = b"HTTP/1.1 413 "
    assert received.startswith(b"HTTP/1.1 413 ")


def test_pipelined_requests_are_answered_in_order(gateway):
    requests = b"".join(
        b"GET /_aws/execute-api/attack/prod/files/%d HTTP/1.1\r\nHost: x\r\n\r\n" % number
        for number in range(20)
    )
    answer = raw(gateway, requests)
    positions = [answer.index(b'"target": "/files/%d"' % number) for number in range(20)]
    assert positions == sorted(positions)


def test_what_follows_a_chunked_body_in_one_piece_is_not_lost_track_of(gateway):
    chunked = POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    answer = raw(gateway, chunked + START + HOST + b"\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in answer
    assert b'"body": "abc"' in answer


def test_a_chunked_body_that_is_all_framing_is_not_read_for_ever(gateway):
    """Trailers and chunk extensions are bounded, too."""
    host, port = gateway.host.split(":")
    head = POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    for start, more in ((b"0\r\n", b"X: " + b"a" * 1000 + b"\r\n"), (b"1", b";a=" + b"b" * 1000)):
        with socket.create_connection((host, int(port)), timeout=20) as sock:
            sock.sendall(head + start)
            try:
                for _ in range(100_000):
                    sock.sendall(more)
                received = b"it was all read"
            except OSError:
                received = b"HTTP/1.1 413 "  # closed while we were still sending
        assert received.startswith(b"HTTP/1.1 413 ")


def test_a_body_may_come_in_chunks_of_one(gateway):
    chunked = POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = raw(gateway, chunked + b"1\r\na\r\n" * 50_000, b"0\r\n\r\n")
    assert b'"body": "' + b"a" * 50_000 + b'"' in answer


def test_what_a_client_sends_ahead_without_reading_is_bounded(gateway):
    """Whoever reads no answers is not read from for ever, either."""
    host, port = gateway.host.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.setblocking(False)
        # What the system buffers of requests and of answers, and a little more.
        ask, bound = (START + HOST + b"\r\n") * 1000, 32 * 1024 * 1024
        sent = idle = 0
        while idle < 20:
            try:
                sent += sock.send(ask)
                idle = 0
            except BlockingIOError:
                time.sleep(0.05)
                idle += 1
            assert sent < bound


def test_requests_in_single_octets(gateway):
    request = POST + HOST + b"Content-Length: 3\r\n\r\nabc"
    whole = raw(gateway, request)
    split = raw(gateway, *[request[i : i + 1] for i in range(len(request))])
    assert whole.partition(b"\r\n\r\n")[2] == split.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "path",
    [
        "/files/admin/x",
        "/files/%61dmin/x",
        "/files/%61%64%6d%69%6e/x",
    ],
)
def test_one_resource_has_one_spelling(gateway, path):
    """A Deny on a path holds for every spelling of it."""
    assert gateway.call("attack", path).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/files/./admin/x",
        "/files/a/../admin/x",
        "/files/%2e%2e/admin",
        "/files/.%2e/admin",
        "/files/a%2f..%2fadmin%2fx",
        "/files/a\\admin",
        "/files/a%5cadmin",
        "/files/a%00",
        "/files/a%0d%0aX:y",
        "/files/%ff",
        "/files/%zz",
        "/files/%",
    ],
)
def test_paths_that_could_be_read_in_two_ways_are_refused(gateway, path):
    answer = gateway.call("attack", path)
    assert (answer.status, answer.message) == (400, "Bad Request")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/files/a%2Fb", "/files/a%2Fb"),
        ("/files/a%2fb", "/files/a%2Fb"),
        ("/files/a%252Fb", "/files/a%252Fb"),
        ("/files/%41b", "/files/Ab"),
        ("/files/a%20b%3Fc%23d", "/files/a%20b%3Fc%23d"),
        ("/files/%E2%82%AC", "/files/%E2%82%AC"),
        ("/files//a", "/files//a"),
        ("/files/a;b=c,d@e!$&'()*+", "/files/a;b=c,d@e!$&'()*+"),
    ],
)
def test_what_was_authorized_is_what_is_sent_on(gateway, path, target):
    assert gateway.call("attack", path).json["target"] == target


def test_forwarded_for_of_a_stranger_is_ignored(gateway):
    """I5: there is no trusted proxy here, so the peer is the source."""
    answer = gateway.call("fenced", source="203.0.113.9")
    assert answer.status == 403
    reason = gateway.why(answer)["reason"]
    assert "aws:SourceIp 127.0.0.1 is in 127.0.0.0/8" in reason
    assert "X-Forwarded-For 203.0.113.9 was ignored" in reason


def test_the_backend_sees_who_really_called(gateway):
    answer = gateway.call("attack", "/files/a", source="203.0.113.9")
    fields = dict(answer.json["headers"])
    assert fields["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"


def test_credentials_go_no_further(gateway):
    answer = gateway.call("attack", "/signed", "POST", who=("alice",), body=b"{}")
    names = {name.lower() for name, _ in answer.json["headers"]}
    assert answer.status == 200
    assert "authorization" not in names
    assert answer.json["body"] == "{}"


def test_signed_fields_and_bodies_cannot_be_changed(gateway):
    def swap(before, after):
        return lambda fields: [(n, after if v == before else v) for n, v in fields]

    typed = [("Content-Type", "application/json")]
    attempts = [
        {"change": swap("application/json", "text/plain")},
        {"change": lambda fields: [p for p in fields if p[0] != "Content-Type"]},
        {"change": lambda fields: [*fields, ("Content-Type", "text/plain")]},
    ]
    for attempt in attempts:
        answer = gateway.call(
            "attack", "/signed", "POST", who=("alice",), headers=typed, body=b"{}", **attempt
        )
        assert answer.error == "InvalidSignatureException"
    key = gateway.key("alice")
    assert key["SecretAccessKey"] not in "".join(gateway.errors)


def test_a_signature_for_one_body_carries_no_other(gateway):
    kept = []
    gateway.call(
        "attack", "/signed", "POST", who=("alice",), body=b"one",
        change=lambda fields: kept.extend(fields) or fields,
    )  # fmt: skip
    answer = gateway.send("POST", gateway.url("attack", "/signed"), kept, b"two")
    assert answer.error == "InvalidSignatureException"


def test_hop_by_hop_fields_do_not_cross(gateway, backend):
    fields = [("Connection", "X-Secret"), ("X-Secret", "1"), ("TE", "trailers"), ("X-Kept", "1")]
    answer = gateway.call("attack", "/files/a", headers=fields)
    names = {name.lower() for name, _ in answer.json["headers"]}
    assert not names & {"x-secret", "te", "connection"}
    assert "x-kept" in names
    assert dict(answer.json["headers"])["Host"] == backend.url.removeprefix("http://")


def test_account_of_the_owner_is_masked(gateway):
    answer = gateway.call("fenced")
    assert OWNER not in answer.message
    assert "********1111" in answer.message
