"""Signing as botocore does it: the same request has the same signature."""

from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.compat import get_current_datetime
from botocore.credentials import Credentials
from tests.vectors.sigv4 import HEADER_FORM, HOST, KEY, REGION, SECRET, TIME

from gatelodge.sigv4 import presign, sign

CREDENTIALS = {"access_key_id": KEY, "secret": SECRET, "region": REGION, "service": "execute-api"}


@pytest.mark.parametrize("vector", HEADER_FORM, ids=lambda vector: vector[0])
def test_the_vectors(vector):
    _, method, path, query, fields, body, _, signature = vector
    token = next((value for name, value in fields if name == "x-amz-security-token"), None)
    others = [pair for pair in fields if pair[0] != "x-amz-security-token"]
    url = f"https://{HOST}{path}" + (f"?{query}" if query else "")
    added = sign(method, url, others, body, now=TIME, session_token=token, **CREDENTIALS)
    fields = dict(added)
    assert fields["X-Amz-Date"] == "20260102T030405Z"
    assert fields.get("X-Amz-Security-Token") == token
    assert fields["Authorization"].endswith(f"Signature={signature}")
    assert SECRET not in str(added)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/_aws/execute-api/abc/prod/pets?b=2&a=%20&a",
        "http://localhost/%E2%82%AC",
        "http://localhost",
    ],
)
def test_botocore_agrees(url, monkeypatch):
    now = get_current_datetime(remove_tzinfo=False)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: now)
    request = AWSRequest("POST", url, headers={"Content-Type": "text/plain"}, data=b"body")
    request.headers["Host"] = urlsplit(url).netloc
    SigV4Auth(Credentials(KEY, SECRET, "TOKEN"), "execute-api", REGION).add_auth(request)
    ours = dict(
        sign(
            "POST",
            url,
            [("Content-Type", "text/plain")],
            b"body",
            now=now,
            session_token="TOKEN",
            **CREDENTIALS,
        )
    )
    assert ours["Authorization"] == request.headers["Authorization"]


@pytest.mark.parametrize("token", [None, "TO+KEN/="])
def test_botocore_agrees_on_presigned_urls(token, monkeypatch):
    now = get_current_datetime(remove_tzinfo=False)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: now)
    url = "http://localhost:8080/prod/pets?x=1"
    request = AWSRequest("GET", url)
    SigV4QueryAuth(Credentials(KEY, SECRET, token), "execute-api", REGION, expires=60).add_auth(
        request
    )
    ours = presign("GET", url, now=now, expires=60, session_token=token, **CREDENTIALS)
    signature = ours.rpartition("X-Amz-Signature=")[2]
    assert request.url.endswith(f"X-Amz-Signature={signature}")


def test_what_proxies_change_is_not_signed():
    fields = [("User-Agent", "a"), ("Connection", "close"), ("X-Amzn-Trace-Id", "r"), ("X-A", "1")]
    added = dict(sign("GET", "http://h/", fields, b"", now=TIME, **CREDENTIALS))
    assert "SignedHeaders=host;x-a;x-amz-date," in added["Authorization"]


def test_a_host_field_that_is_given_counts():
    one = sign("GET", "http://a/", [("HOST", "b")], b"", now=TIME, **CREDENTIALS)
    assert one == sign("GET", "http://b/", [], b"", now=TIME, **CREDENTIALS)


def test_a_fragment_is_no_part_of_a_request():
    plain = presign("GET", "http://a/x", now=TIME, **CREDENTIALS)
    assert presign("GET", "http://a/x#y", now=TIME, **CREDENTIALS) == plain


@pytest.mark.parametrize("url", ["", "/prod/pets", "localhost:8080/x", "http://", "http:///x"])
def test_urls_that_are_not_absolute(url):
    with pytest.raises(ValueError, match="absolute"):
        sign("GET", url, [], b"", now=TIME, **CREDENTIALS)
    with pytest.raises(ValueError, match="absolute"):
        presign("GET", url, now=TIME, **CREDENTIALS)
