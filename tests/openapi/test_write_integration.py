"""Integrations, written."""

import pytest

from gatelodge.openapi.write_integration import write_integration
from gatelodge.openapi.write_methods import WriteError

MOCK = {"type": "MOCK", "passthroughBehavior": "NEVER", "timeoutInMillis": 50}


@pytest.mark.parametrize(
    ("members", "written"),
    [
        ({}, {}),
        ({"cacheNamespace": "r1", "cacheKeyParameters": []}, {}),
        ({"cacheNamespace": "other"}, {"cacheNamespace": "other"}),
        ({"tlsInsecureSkipVerification": True}, {"tlsConfig": {"insecureSkipVerification": True}}),
        ({"responses": [{"statusCode": 200, "selectionPattern": None, "responseTemplates": {}}]},
         {"responses": {"default": {"statusCode": "200"}}}),
        ({"responses": [{"statusCode": 404, "selectionPattern": "4..", "contentHandling": "X"}]},
         {"responses": {"4..": {"statusCode": "404", "contentHandling": "X"}}}),
        ({"credentials": "c", "requestTemplates": {}}, {"credentials": "c"}),
    ],
)  # fmt: skip
def test_members(members, written):
    expected = {"type": "mock", "passthroughBehavior": "never", "timeoutInMillis": 50}
    assert write_integration({**MOCK, **members}, "r1", "GET /") == expected | written


def test_two_responses_of_one_pattern():
    responses = [{"statusCode": 200}, {"statusCode": 500, "selectionPattern": ""}]
    with pytest.raises(WriteError, match="GET /: two integration responses have the pattern"):
        write_integration({**MOCK, "responses": responses}, None, "GET /")
