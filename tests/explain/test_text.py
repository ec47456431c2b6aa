"""Explanations on a terminal: nothing that a client sends steers it."""

import pytest
from tests.explain.visits import explained
from tests.play import request, statement

from gatelodge.explain.text import in_full, one_line
from gatelodge.messages import Headers


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("abc123.execute-api.us-east-1.amazonaws.com", "/prod/open"),
        ("127.0.0.1:8080", "/_aws/execute-api/abc123/prod/open"),
    ],
)
def test_one_line(host, path):
    asked = request(path=path)
    asked.headers = Headers([("Host", host)])
    assert one_line(explained(asked)) == (
        "200 GET /prod/open anonymous · the method is open, and the API has no resource policy"
    )


def test_a_denial_in_full():
    inside = statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    explanation = explained(request(path="/prod/open"), fence=[inside])
    text = in_full("1-1-0", explanation)
    lines = text.split("\n")
    assert lines[0] == (
        "403 GET /prod/open anonymous · no resource policy allows this; nearest is resource policy "
        "statement 1: aws:SourceIp 192.0.2.7 is not in 10.0.0.0/8"
    )
    assert "decision   1-1-0" in lines
    assert "from       192.0.2.7" in lines
    assert "api        abc123 stage prod deployment d1" in lines
    assert "answered   AccessDeniedException" in lines
    assert "resource policy, caller anonymous: silent" in lines
    assert "WARNING" not in text


@pytest.mark.parametrize("octets", ["\x1b[31m", "\x9b31m", "\r", "\x07", "\xad"])
def test_control_characters_are_shown_as_escapes(octets):
    asked = request(path="/prod/signed", fields=[("Authorization", f"Bearer{octets}x a=b")])
    explanation = explained(asked)
    explanation.record._values[4] = f"/prod/{octets}"
    for text in (one_line(explanation), in_full("1-1-0", explanation)):
        assert octets not in text
        assert f"\\x{ord(octets[0]):02x}" in text


def test_a_disagreement_is_told():
    explanation = explained(request(path="/prod/open"), fence=[statement()])
    assert explanation.agrees
    explanation.replayed = "denied"
    assert "WARNING: decided as allowed" in in_full("1-1-0", explanation)
