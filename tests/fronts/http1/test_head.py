"""What llhttp lets pass and a gateway must not."""

import pytest

from gatelodge.fronts.http1.head import HTTP_1_1, bad_target, read_framing, split_absolute
from gatelodge.messages import Headers

HOST = ("Host", "x")


@pytest.mark.parametrize(
    ("target", "version", "line"),
    [
        ("/\n", HTTP_1_1, "Host: x"),
        ("/\r", HTTP_1_1, "Host: x"),
        ("/", "HTTP/1.1\r", "Host: x"),
        ("/", "HTTP/1.1\n", "Host: x"),
        ("/", HTTP_1_1, "Host: a\rb"),
        ("/", HTTP_1_1, "Host: a\n"),
        ("/", HTTP_1_1, "Host: a\nY: b"),
    ],
)
def test_lines_have_one_end(target, version, line):
    """What is left in a field line, Headers refuses."""
    try:
        framing = read_framing("GET", target, version, Headers((), [line]))
    except ValueError:
        framing = None
    assert framing is None


@pytest.mark.parametrize(
    "fields",
    [
        [HOST],
        [HOST, ("X", "1"), ("x", "2")],
        [HOST, ("Content-Length", "0")],
        [HOST, ("Connection", "keep-alive")],
    ],
)
def test_requests_without_a_body(fields):
    framing = read_framing("GET", "/", HTTP_1_1, Headers(fields))
    assert (framing.length, framing.chunked, framing.closes) == (0, False, False)


@pytest.mark.parametrize(
    ("method", "version", "fields"),
    [
        ("GET", HTTP_1_1, []),
        ("GET", HTTP_1_1, [HOST, ("host", "x")]),
        ("GET", "HTTP/1.2", [HOST]),
        ("GET", "HTTP/2.0", [HOST]),
        ("CONNECT", HTTP_1_1, [HOST]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "1"), ("Content-Length", "1")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "1, 1")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "-1")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "+1")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "0x1")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "1 ")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "\xb2")]),
        ("POST", HTTP_1_1, [HOST, ("Content-Length", "1"), ("Transfer-Encoding", "chunked")]),
        ("POST", HTTP_1_1, [HOST, ("Transfer-Encoding", "gzip, chunked")]),
        ("POST", HTTP_1_1, [HOST, ("Transfer-Encoding", "identity")]),
        ("POST", HTTP_1_1, [HOST, ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "x")]),
        ("POST", "HTTP/1.0", [HOST, ("Transfer-Encoding", "chunked")]),
    ],
)
def test_what_two_readers_could_frame_differently(method, version, fields):
    assert read_framing(method, "/", version, Headers(fields)) is None


@pytest.mark.parametrize(
    ("version", "fields", "closes"),
    [
        (HTTP_1_1, [], False),
        (HTTP_1_1, [("Connection", "CLOSE")], True),
        (HTTP_1_1, [("Connection", "a, close ,b")], True),
        (HTTP_1_1, [("Connection", "enclose")], False),
        ("HTTP/1.0", [], True),
        ("HTTP/1.0", [("Connection", "Keep-Alive")], False),
    ],
)
def test_when_the_connection_ends(version, fields, closes):
    assert read_framing("GET", "/", version, Headers([HOST, *fields])).closes is closes


def test_bodies():
    framing = read_framing("POST", "/", HTTP_1_1, Headers([HOST, ("Transfer-Encoding", "Chunked")]))
    assert framing.chunked
    waits = [HOST, ("Content-Length", "0012"), ("Expect", "100-Continue")]
    framing = read_framing("POST", "/", HTTP_1_1, Headers(waits))
    assert (framing.length, framing.expects_continue) == (12, True)


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("/", ("/", "")),
        ("/a?b?c", ("/a", "b?c")),
        ("/a?", ("/a", "")),
        ("//a/b", ("//a/b", "")),
        ("/a%2fb", ("/a%2fb", "")),
        ("http://x/a?b", ("/a", "b")),
        ("https://x", ("/", "")),
        ("http://x?b", ("/", "b")),
        ("http://y/a", None),
        ("http://x@y/a", None),
        ("http://x:80/a", None),
        ("ftp://x/a", None),
        ("*", None),
        ("a/b", None),
        ("?a", None),
    ],
)
def test_targets(target, parts):
    headers = Headers([HOST])
    assert (bad_target(target, headers) == "") is (parts is not None)
    assert (read_framing("GET", target, HTTP_1_1, headers) is None) is (parts is None)
    if parts is not None and not target.startswith("/"):
        assert split_absolute(target) == parts
