"""The checks that need no key: every literal of sigv4.md sections 4 to 7, in their order."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.sigv4.test_verify import authorization, request
from tests.vectors import sigv4 as v

from gatelodge import sigv4

GOOD = authorization("0" * 64)
HASHED = "zyc3Ntxgrok+f83ynVWygiLlbsRSBgJKn5TLWxgJTvs="
INCOMPLETE = "IncompleteSignature"
INVALID = "InvalidSignature"


def read(value=None, query="", date=v.TIMESTAMP, now=v.TIME, date_field="X-Amz-Date"):
    fields = [("Host", v.HOST)]
    if date:
        fields.append((date_field, date))
    if value is not None:
        fields.append(("Authorization", value))
    req = request(query=query, fields=fields, now=now)
    return sigv4.read(req, region=v.REGION, service="execute-api")


def refusal(*args, **kwargs):
    found = read(*args, **kwargs)
    assert isinstance(found, sigv4.Refusal), found
    return found.error.value, found.message


def with_scope(scope):
    return GOOD.replace(f"{v.KEY}/20260102/us-east-1/execute-api/aws4_request", scope)


REGION_WORDS = "Credential should be scoped to a valid region, not 'eu-west-1'. "
SERVICE_WORDS = "Credential should be scoped to correct service: 'execute-api'. "


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (None, "MissingAuthenticationToken", "Missing Authentication Token"),  # E1
        ("AWS4-HMAC-SHA512 Credential=a", INCOMPLETE,
         "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),  # E2
        ("Bearer xyz", INCOMPLETE,
         "Invalid key=value pair (missing equal-sign) in Authorization header "
         f"(hashed with SHA-256 and encoded with Base64): '{HASHED}'."),  # E3
        (GOOD.replace("host;", ""), INCOMPLETE,
         "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),  # E5
        (with_scope("AKIDEXAMPLE/20260102/us-east-1/execute-api"), INCOMPLETE,
         "Credential must have exactly 5 slash-delimited elements, "
         "e.g. keyid/date/region/service/term, "
         "got 'AKIDEXAMPLE/20260102/us-east-1/execute-api'"),  # E10
        (with_scope("AKIDEXAMPLE/20260102/eu-west-1/execute-api/aws4_request"), INVALID,
         REGION_WORDS),  # E11
        (with_scope("AKIDEXAMPLE/20260102/us-east-1/apigateway/aws4_request"), INVALID,
         SERVICE_WORDS),  # E12
        (with_scope("AKIDEXAMPLE/20260102/us-east-1/EXECUTE-API/aws4_request"), INVALID,
         SERVICE_WORDS),
        (with_scope("AKIDEXAMPLE/20260102/eu-west-1/apigateway/aws4_request"), INVALID,
         REGION_WORDS + SERVICE_WORDS),  # E13
        (with_scope("AKIDEXAMPLE/20260102/us-east-1/execute-api/aws3"), INVALID,
         "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3'."),
        (with_scope("AKIDEXAMPLE/20260101/us-east-1/execute-api/aws4_request"), INVALID,
         "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
         "HTTP: '20260101' != '20260102', from '20260102T030405Z'."),  # E14
    ],
)  # fmt: skip
def test_literals(value, error, message):
    assert refusal(value) == (error, message)


def test_missing_parameters_are_collected():
    error, message = refusal("xyz", date=None)
    assert error == INCOMPLETE
    assert message.startswith(
        "Authorization header requires 'Credential' parameter. "
        "Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. "
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    )
    assert "xyz" not in message  # what may be a secret is only shown hashed


def test_one_missing_parameter():
    """E4"""
    _, message = refusal(GOOD.replace("SignedHeaders=host;x-amz-date, ", ""))
    assert message.startswith("Authorization header requires 'SignedHeaders' parameter. (Hashed")


def test_date_format():
    """E6"""
    got = "Fri, 02 Jan 2026 03:04:05 GMT"
    assert refusal(GOOD, date=got) == (
        INCOMPLETE,
        f"Date must be in ISO-8601 'basic format'. Got '{got}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601",
    )


@pytest.mark.parametrize("date", ["2026-01-02T03:04:05Z", v.TIMESTAMP])
@pytest.mark.parametrize("field", ["Date", "X-Amz-Date"])
def test_extended_form_and_plain_date_field(date, field):
    assert read(GOOD, date=date, date_field=field).timestamp == v.TIMESTAMP


@pytest.mark.parametrize("date", ["20260230T000000Z", "20260102T240000Z", "\u0662" * 8, ""])
def test_no_date_is_no_date(date):
    assert isinstance(read(GOOD, date=date), sigv4.Refusal)


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (301, "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z "
              "(20260102T030906Z - 5 min.)"),  # E7
        (299, None),  # E8
        (300, None),
        (-300, None),
        (-360, "Signature not yet current: 20260102T030405Z is still later than 20260102T030305Z "
               "(20260102T025805Z + 5 min.)"),  # E9
        (-301, "Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z "
               "(20260102T025904Z + 5 min.)"),
    ],
)  # fmt: skip
def test_window(seconds, message):
    found = read(GOOD, now=v.TIME + timedelta(seconds=seconds))
    assert (found.message if isinstance(found, sigv4.Refusal) else None) == message


def presigned(further="", without=()):
    pieces = f"{v.PRESIGNED_QUERY}&X-Amz-Signature={'0' * 64}{further}".split("&")
    return "&".join(piece for piece in pieces if piece.partition("=")[0] not in without)


@pytest.mark.parametrize(
    ("expires", "seconds", "accepted"),
    [("300", 300, True), ("300", 301, False), ("3600", 3599, True), ("10", 11, False),
     ("10", -300, True), ("10", -301, False), ("604800", 604_800, True),
     ("0", 0, False), ("604801", 0, False), ("x", 0, False), ("-1", 0, False)],
)  # fmt: skip
def test_expires(expires, seconds, accepted):
    """E25 and section 6: the operator's choice among AWS's undocumented ones."""
    now = v.TIME + timedelta(seconds=seconds)
    found = read(query=presigned(f"&X-Amz-Expires={expires}"), date=None, now=now)
    assert isinstance(found, sigv4.Claim) is accepted


def test_an_escaped_name_is_the_same_name():
    """Escaping a parameter's name does not turn a presigned URL into something else."""
    escaped = presigned("&X-Amz-Expires=10").replace("X-Amz-Algorithm", "X-Amz-%41lgorithm")
    late = v.TIME + timedelta(seconds=11)
    assert isinstance(read(query=escaped, date=None, now=late), sigv4.Refusal)
    assert refusal(GOOD, query=escaped)[0] == INVALID


@pytest.mark.parametrize("expires", ["9" * 5_000, "\u0663", "1.5", ""])
def test_expires_that_is_no_number(expires):
    query = presigned(f"&X-Amz-Expires={expires}".encode().decode("latin-1"))
    found = read(query=query, date=None)
    assert isinstance(found, sigv4.Refusal) or not expires


def test_presigned_without_expires_has_the_window():
    assert isinstance(read(query=presigned(), date=None), sigv4.Claim)
    late = v.TIME + timedelta(seconds=301)
    assert isinstance(read(query=presigned(), date=None, now=late), sigv4.Refusal)


def test_presigned_missing_parameters():
    """E24, and all of them together."""
    tail = "Re-examine the query-string parameters."
    assert refusal(query=presigned(without=["X-Amz-Signature"]), date=None) == (
        INCOMPLETE,
        f"AWS query-string parameters must include 'X-Amz-Signature'. {tail}",
    )
    assert refusal(query="X-Amz-Algorithm=AWS4-HMAC-SHA256", date=None) == (
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Credential'. "
        "AWS query-string parameters must include 'X-Amz-Signature'. "
        "AWS query-string parameters must include 'X-Amz-SignedHeaders'. "
        f"AWS query-string parameters must include 'X-Amz-Date'. {tail}",
    )


def test_presigned_with_another_algorithm():
    query = presigned().replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
    assert refusal(query=query, date=None)[0] == "MissingAuthenticationToken"


def test_both_forms():
    """E22"""
    assert refusal(GOOD, query=presigned()) == (
        INVALID,
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("a=%4", "Incomplete trailing escape % sequence"),
        ("a=%", "Incomplete trailing escape % sequence"),
        ("a=%GG&b=1", "Illegal hex character in escape % pattern: %GG"),
    ],
)
def test_query_escapes(query, message):
    assert refusal(GOOD, query=query) == ("MalformedQueryString", message)


def test_repeated_parameters():
    """Of the header's the last wins, of the query's the first."""
    value = GOOD.replace("Signature=" + "0" * 64, "Signature=aa, Signature=bb")
    assert read(value).signature == "bb"
    query = presigned("&X-Amz-Signature=ff")
    assert read(query=query, date=None).signature == "0" * 64


def test_parameters_in_any_order_and_spacing():
    scope = f"{v.KEY}/20260102/us-east-1/execute-api/aws4_request"
    value = f"AWS4-HMAC-SHA256 Signature={'0' * 64},SignedHeaders=host ,  Credential={scope}"
    claim = read(value)
    assert (claim.access_key_id, claim.signed_headers) == (v.KEY, "host")


def test_order_of_checks():
    """A request that is wrong in every way is refused for the first of them, step by step."""
    old = datetime(2020, 1, 1, tzinfo=UTC)
    assert refusal("Bearer xyz", query="a=%GG", now=old)[0] == "MalformedQueryString"
    bad_scope = with_scope("AKIDEXAMPLE/20200101/eu-west-1/s3/aws4_request")
    unsigned_host = bad_scope.replace("host;", "")
    assert "SignedHeader" in refusal(unsigned_host, date="x", now=old)[1]
    assert "Date must be" in refusal(bad_scope, date="x", now=old)[1]
    assert "not yet current" in refusal(bad_scope, now=old)[1]
    assert "scoped to a valid region" in refusal(bad_scope)[1]
