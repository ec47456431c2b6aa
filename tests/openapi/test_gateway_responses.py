"""Gateway responses of a document."""

import pytest
from tests.openapi.documents import X, document, imported, told

RESPONSES = f"{X}gateway-responses"


def test_responses():
    """I7"""
    written = {
        "UNAUTHORIZED": {
            "statusCode": "418",
            "responseParameters": {"gatewayresponse.header.A": "'b'"},
            "responseTemplates": {"text/plain": "no"},
        },
        "DEFAULT_4XX": {},
    }
    read_once, found = imported(document(**{RESPONSES: written}))
    assert not found
    assert read_once.api["gatewayResponses"] == {
        "UNAUTHORIZED": {
            "responseType": "UNAUTHORIZED",
            **written["UNAUTHORIZED"],
            "statusCode": 418,
        },
        "DEFAULT_4XX": {
            "responseType": "DEFAULT_4XX",
            "statusCode": None,
            "responseParameters": {},
            "responseTemplates": {},
        },
    }


@pytest.mark.parametrize(
    ("response", "where", "message"),
    [
        ([], "", "a gateway response is an object"),
        ({"statusCode": 99}, "/statusCode", "not an HTTP status"),
        ({"surprise": 1}, "/surprise", "not honoured"),
        ({"responseParameters": {"header.A": "'b'"}}, "/responseParameters/header.A", "the target"),
        ({"responseTemplates": {"a/b": 1}}, "/responseTemplates/a~1b", "a text is expected"),
    ],
)
def test_mistakes(response, where, message):
    _, found = imported(document(**{RESPONSES: {"THROTTLED": response}}))
    place = f"/{RESPONSES}/THROTTLED{where}"
    assert any(p == place and message in m for p, m in told(found)), told(found)
