"""Integration responses, one for each status."""

import pytest

from gatelodge.openapi.integration_responses import read_responses
from gatelodge.openapi.problems import Problems


def read(responses):
    problems = Problems()
    return read_responses({"responses": responses}, problems), problems.found


def test_responses():
    responses, found = read(
        {
            "default": {"statusCode": "200", "contentHandling": "CONVERT_TO_TEXT"},
            "4\\d{2}": {
                "statusCode": 404,
                "responseParameters": {"method.response.header.A": "'b'"},
                "responseTemplates": {"text/plain": "gone"},
            },
        }
    )
    assert not found
    assert responses[0]["selectionPattern"] is None
    assert responses[0]["contentHandling"] == "CONVERT_TO_TEXT"
    assert responses[1] == {
        "statusCode": 404,
        "selectionPattern": "4\\d{2}",
        "responseParameters": {"method.response.header.A": "'b'"},
        "responseTemplates": {"text/plain": "gone"},
    }


@pytest.mark.parametrize(
    ("responses", "pointer", "message"),
    [
        ({"default": []}, "/responses/default", "an integration response is an object"),
        ({"default": {}}, "/responses/default/statusCode", "None is not an HTTP status"),
        ({"default": {"statusCode": "99"}}, "/responses/default/statusCode", "200 to 599"),
        ({"(": {"statusCode": 200}}, "/responses/(", "not a regular expression"),
        ({"default": {"statusCode": 200, "x": 1}}, "/responses/default/x", "not honoured"),
        ({"default": {"statusCode": 200, "responseParameters": {"method.response.body.a": "'b'"}}},
         "/responses/default/responseParameters/method.response.body.a", "the target is"),
        ({"a": {"statusCode": 200}, "b": {"statusCode": "200"}}, "/responses/b/statusCode",
         "the response 'a' has this status too"),
        ([], "/responses", "responses is an object"),
    ],
)  # fmt: skip
def test_mistakes(responses, pointer, message):
    _, found = read(responses)
    assert any(p.pointer == pointer and message in p.message for p in found), found
