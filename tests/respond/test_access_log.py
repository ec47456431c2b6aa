"""Access log lines (gateway-responses.md section 4.2)."""

import json

import pytest
from tests.one_call import ID, decided, request

from gatelodge.context.call import CallError
from gatelodge.respond.access_log import JSON_FORMAT, Delivered, FormatError, compile_format

DONE = Delivered(200, 12, 34, 201, 56, {"authorize.status": "200"}, "r1")
FAILED = Delivered(403, 0, 1, None, None, {"authorizer.status": "401", "authorizer.error": 'a"b'})


def line(text, delivered=DONE, asked=None, **members):
    return compile_format(text)(decided(asked, **members), delivered)


@pytest.mark.parametrize(
    ("name", "value", "failed"),
    [
        ("status", "200", "403"),
        ("responseLength", "12", "0"),
        ("responseLatency", "34", "1"),
        ("integrationStatus", "201", "-"),
        ("integration.status", "201", "-"),
        ("integration.integrationStatus", "201", "-"),
        ("integrationLatency", "56", "-"),
        ("integration.latency", "56", "-"),
        ("integration.requestId", "r1", "-"),
        ("awsEndpointRequestId", "r1", "-"),
        ("authorize.status", "200", "-"),
        ("authorizer.status", "-", "401"),
        ("authorizer.error", "-", 'a\\"b'),
        ("authorizer.requestId", "-", "-"),
        ("authenticate.latency", "-", "-"),
        ("identity.userArn", "-", "-"),
        ("xrayTraceId", "-", "-"),
        ("requestId", ID, ID),
    ],
)
def test_variables(name, value, failed):
    text = f"$context.requestId $context.{name}"
    assert line(text) == f"{ID} {value}"
    assert line(text, FAILED) == f"{ID} {failed}"


def test_an_authorizer_does_not_speak_for_the_gateway():
    said = {"status": "200", "requestId": "x", "latency": "0", "n": "1", "integrationLatency": 3}
    names = ("status", "requestId", "latency", "n", "integrationLatency")
    text = " ".join(["$context.requestId", *(f"$context.authorizer.{name}" for name in names)])
    assert line(text, FAILED, authorizer=said) == f"{ID} 401 - - 1 3"


def test_the_format_without_a_format_is_json():
    error = CallError('a "quoted" word', "ACCESS_DENIED")
    read = json.loads(line(JSON_FORMAT, FAILED, error=error))
    assert read["requestId"] == ID
    assert read["status"] == "403"
    assert read["error.message"] == 'a "quoted" word'
    assert read["integrationStatus"] == "-"


def test_a_header_forges_no_line_and_no_member():
    evil = request(headers=[("User-Agent", 'x","status":"200\t')])
    read = json.loads(line(JSON_FORMAT, FAILED, evil))
    assert read["status"] == "403"
    assert read["identity.userAgent"] == 'x","status":"200\t'
    error = CallError("a\nb", "X")
    assert "\n" not in line("$context.requestId $context.error.message", error=error)


def test_message_string_brings_its_quotes():
    text = "$context.requestId $context.error.messageString"
    assert line(text, error=CallError("no", "X")) == f'{ID} "no"'


def test_punctuation_ends_a_name():
    assert line("$context.requestId.") == f"{ID}."
    assert line("[$context.requestId]") == f"[{ID}]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must contain"),
        ("$context.status", "must contain"),
        ("$context.requestId $context.surprise", "no variable \\$context.surprise"),
        ("$context.requestId" + "x" * 3072, "at most 3 KB"),
    ],
)
def test_what_is_no_format(text, told):
    with pytest.raises(FormatError, match=told):
        compile_format(text)


def test_the_extended_id_will_do():
    assert line("$context.extendedRequestId").endswith("=")
