"""Positive vectors: every request of the reference and of AWS's suite verifies, as signed."""

import hashlib
from datetime import timedelta

import pytest
from tests.vectors import sigv4 as v

from gatelodge import sigv4
from gatelodge.messages import Headers, Request


def request(method="GET", path="/prod/pets", query="", fields=(), body=b"", now=v.TIME):
    return Request(
        id="r",
        method=method,
        raw_path=path,
        raw_query=query,
        headers=Headers(list(fields)),
        body=body,
        source_ip="192.0.2.1",
        peer_ip="192.0.2.1",
        received_at=now,
    )


def authorization(signature, signed="host;x-amz-date", service="execute-api", date="20260102"):
    return (
        f"AWS4-HMAC-SHA256 Credential={v.KEY}/{date}/{v.REGION}/{service}/aws4_request, "
        f"SignedHeaders={signed}, Signature={signature}"
    )


def signed(signature, further=(), **kwargs):
    names = ";".join(sorted(["host", "x-amz-date", *(name for name, _ in further)]))
    fields = [("Host", v.HOST), ("X-Amz-Date", v.TIMESTAMP), *further]
    fields.append(("Authorization", authorization(signature, names)))
    return request(fields=fields, **kwargs)


def outcome(req, service="execute-api", secret=v.SECRET):
    claim = sigv4.read(req, region=v.REGION, service=service)
    if isinstance(claim, sigv4.Refusal):
        return claim
    key = sigv4.derive(secret, claim.date, claim.region, claim.service)
    return sigv4.verify(req, claim, key)


@pytest.mark.parametrize("vector", v.HEADER_FORM, ids=lambda vector: vector[0])
def test_header_vectors(vector):
    _, method, path, query, further, body, digest, signature = vector
    req = signed(signature, further, method=method, path=path, query=query, body=body)
    assert outcome(req) is None
    if digest:
        claim = sigv4.read(req, region=v.REGION, service="execute-api")
        canonical = sigv4.canonical_request(req, claim)
        assert hashlib.sha256(canonical.encode("latin-1")).hexdigest() == digest


def test_unsigned_token_is_accepted():
    """V11: SDKs exist that add the token after signing."""
    fields = [
        ("Host", v.HOST),
        ("X-Amz-Date", v.TIMESTAMP),
        ("X-Amz-Security-Token", "SESSIONTOKEN+/="),
        ("Authorization", authorization(v.HEADER_FORM[0][-1])),
    ]
    req = request(fields=fields)
    claim = sigv4.read(req, region=v.REGION, service="execute-api")
    assert claim.session_token == "SESSIONTOKEN+/="
    assert outcome(req) is None


@pytest.mark.parametrize("vector", v.QUERY_FORM, ids=lambda vector: vector[0])
def test_query_vectors(vector):
    _, further, signature = vector
    query = f"{v.PRESIGNED_QUERY}{further}&X-Amz-Signature={signature}"
    assert outcome(request(query=query, fields=[("Host", v.HOST)])) is None


def test_token_added_to_a_url_after_signing_is_accepted():
    _, further, signature = v.QUERY_FORM[0]
    query = f"{v.PRESIGNED_QUERY}{further}&X-Amz-Signature={signature}&X-Amz-Security-Token=T"
    assert outcome(request(query=query, fields=[("Host", v.HOST)])) is None


@pytest.mark.parametrize("vector", v.SUITE, ids=lambda vector: vector[0])
def test_suite(vector):
    _, method, path, query, fields, names, signature = vector
    value = authorization(signature, names, "service", "20150830")
    req = request(method, path, query, [*fields, ("Authorization", value)], now=v.SUITE_TIME)
    assert outcome(req, "service") is None


def test_body_that_the_door_did_not_see_is_refused():
    refusal = outcome(signed(v.HEADER_FORM[0][-1], body=None))
    assert refusal.error is sigv4.SignatureError.INVALID_SIGNATURE


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("E18", {"signature": "be" + v.HEADER_FORM[0][-1][2:]}),
        ("method", {"method": "POST"}),
        ("path", {"path": "/prod/pet"}),
        ("query", {"query": "a=1"}),
        ("E19", {"body": b'{"name":"Max"}'}),
    ],
)
def test_what_is_signed_cannot_be_changed(name, changed):
    arguments = {"signature": v.HEADER_FORM[0][-1], **changed}
    refusal = outcome(signed(**arguments))
    assert refusal.error is sigv4.SignatureError.INVALID_SIGNATURE
    assert refusal.message.startswith("The request signature we calculated does not match")


def test_mismatch_echoes_the_canonical_strings():
    """Reference: sigv4.md section 9, the literal with its closing newline."""
    refusal = outcome(signed("0" * 64))
    canonical = (
        "GET\n/prod/pets\n\n"
        f"host:{v.HOST}\nx-amz-date:{v.TIMESTAMP}\n\nhost;x-amz-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    to_sign = (
        f"AWS4-HMAC-SHA256\n{v.TIMESTAMP}\n20260102/us-east-1/execute-api/aws4_request\n"
        f"{v.HEADER_FORM[0][-2]}"
    )
    assert refusal.message == (
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. "
        "Consult the service documentation for details.\n\n"
        f"The Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{to_sign}'\n"
    )


def test_other_key_or_host_does_not_verify():
    signature = v.HEADER_FORM[0][-1]
    assert outcome(signed(signature), secret="another") is not None
    req = signed(signature)
    req.headers = Headers([("Host", "evil.example"), *list(req.headers.pairs)[1:]])
    assert outcome(req).error is sigv4.SignatureError.INVALID_SIGNATURE  # E26


def test_a_path_signed_with_single_encoding_is_refused():
    """E20: the canonical request a client would make that does not encode twice."""
    right = outcome(signed("0" * 64, path="/prod/my%20file"))
    assert "/prod/my%2520file" in right.message


def test_a_presigned_url_takes_no_further_parameter():
    _, further, signature = v.QUERY_FORM[0]
    query = f"{v.PRESIGNED_QUERY}{further}&X-Amz-Signature={signature}&y=2"
    refusal = outcome(request(query=query, fields=[("Host", v.HOST)]))
    assert refusal.error is sigv4.SignatureError.INVALID_SIGNATURE  # E23


def test_signed_field_that_was_dropped_is_refused():
    vector = v.HEADER_FORM[9]
    req = signed(vector[-1], vector[4])
    req.headers = Headers([p for p in req.headers.pairs if p[0] != "x-amz-security-token"])
    assert outcome(req).error is sigv4.SignatureError.INVALID_SIGNATURE


def test_signature_of_yesterday_is_not_of_today():
    req = signed(v.HEADER_FORM[0][-1])
    req.received_at = v.TIME + timedelta(days=1)
    assert outcome(req).message.startswith("Signature expired: 20260102T030405Z")
