"""Profiles and requests of the commands that sign."""

import json

import pytest
from tests.gateway import Backend

from gatelodge.cli.sending import SendError, read_profile, send


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    return tmp_path


def write(path, **sections):
    text = ""
    for name, members in sections.items():
        text += f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in members.items())
    path.write_text(text)


OURS = {"aws_access_key_id": "AKIAOURS", "aws_secret_access_key": "100%sure"}
THEIRS = {"aws_access_key_id": "ASIA", "aws_secret_access_key": "s", "aws_session_token": "t"}


def test_profiles_of_both_files(home, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    write(state / "credentials", gatelodge=OURS)
    write(home / ".aws" / "credentials", other=THEIRS, half={"aws_access_key_id": "A"})
    assert read_profile(state, "gatelodge") == ("AKIAOURS", "100%sure", None)
    assert read_profile(state, "other") == ("ASIA", "s", "t")
    with pytest.raises(SendError, match="no profile 'none'"):
        read_profile(state, "none")
    with pytest.raises(SendError, match="lacks aws_secret_access_key"):
        read_profile(state, "half")


def post(url, method="POST", headers=(), body=b""):
    return send(
        method,
        url,
        headers,
        body,
        credentials=("AKIA", "secret", "token"),
        region="us-east-1",
        service="execute-api",
    )


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("POST", b"abc", "3"), ("POST", b"", "0"), ("GET", b"", None), ("GET", b"x", "1")],
)
def test_what_is_sent_is_what_was_signed(method, body, length):
    backend = Backend()
    try:
        answer = post(f"{backend.url}/a%20b?x=%2F", method, [("X-A", "1"), ("X-A", "2")], body)
    finally:
        backend.close()
    told = json.loads(answer.body)
    names = [name.lower() for name, _ in told["headers"]]
    fields = dict(told["headers"])
    assert told["target"] == "/a%20b?x=%2F"
    assert names.count("x-a") == 2
    assert "SignedHeaders=host;x-a;x-amz-date;x-amz-security-token," in fields["Authorization"]
    assert fields.get("Content-Length") == length
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "not an http or https URL"),
        ("ftp://x/", "not an http or https URL"),
        ("http://", "not an http or https URL"),
        ("http://[", "not a URL"),
        ("http://x:99999/", "not a URL"),
        ("http://127.0.0.1:1/", "no answer from 127.0.0.1:1"),
        ("http://127.0.0.1:1/a\r\nX: y", "no answer"),
    ],
)
def test_what_cannot_be_sent(url, told):
    with pytest.raises(SendError, match=told.replace(".", r"\.")):
        post(url)
