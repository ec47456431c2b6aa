"""Mock integrations: the request template's status chooses the response."""

import json

import pytest
from tests.one_call import OPEN, decided, request, run

from gatelodge.integrate.failure import Failure
from gatelodge.integrate.mock import prepare
from gatelodge.published import GatewayResponseType, Integration, IntegrationResponse


def template(status):
    return json.dumps({"statusCode": status})


def answer(integration, content_type=None, **members):
    headers = [] if content_type is None else [("Content-Type", content_type)]
    asking = prepare(integration, {}, None)(decided(request(headers=headers), **members), OPEN)
    asked, result = run(asking)
    assert asked == []
    return result


def mock(templates, *responses, behaviour="WHEN_NO_MATCH"):
    return Integration(
        "MOCK", request_templates=templates, responses=responses, passthrough_behavior=behaviour
    )


RESPONSES = (
    IntegrationResponse(200),
    IntegrationResponse(404, "4\\d\\d", {"method.response.header.X": "'y'"}),
)


@pytest.mark.parametrize(
    ("status", "expected"), [(200, 200), (404, 404), (499, 404), (500, 200), (302, 200)]
)
def test_the_pattern_matches_the_whole_status(status, expected):
    found = answer(mock({"application/json": template(status)}, *RESPONSES))
    assert found.status == expected
    assert ("X", "y") in found.headers or expected == 200


def test_bodies_and_fields():
    response = IntegrationResponse(
        200,
        response_parameters={
            "method.response.header.Id": "context.requestId",
            "method.response.header.Gone": "method.request.header.Nothing",
            "method.response.header.Split": "method.request.path.id",
        },
        response_templates={"text/html": "<p>", "application/json": "{}"},
    )
    found = answer(mock({"application/json": template(200)}, response), parameters={"id": "a\r\nb"})
    fields = dict(found.headers)
    assert found.body == b"{}"
    assert fields["Content-Type"] == "application/json"
    assert fields["Id"].startswith("0123")
    assert "Gone" not in fields
    assert "\n" not in fields["Split"]
    only = IntegrationResponse(200, response_templates={"text/html": "<p>"})
    found = answer(mock({"application/json": template(200)}, only))
    assert (dict(found.headers)["Content-Type"], found.body) == ("text/html", b"<p>")


@pytest.mark.parametrize(
    ("content_type", "behaviour", "expected"),
    [
        ("application/json; charset=utf-8", "WHEN_NO_MATCH", 200),
        ("APPLICATION/JSON", "NEVER", 200),
        ("text/xml", "NEVER", GatewayResponseType.UNSUPPORTED_MEDIA_TYPE),
        ("text/xml", "WHEN_NO_TEMPLATES", GatewayResponseType.UNSUPPORTED_MEDIA_TYPE),
        ("text/xml", "WHEN_NO_MATCH", GatewayResponseType.API_CONFIGURATION_ERROR),
    ],
)
def test_content_types(content_type, behaviour, expected):
    integration = mock({"application/json": template(200)}, *RESPONSES, behaviour=behaviour)
    found = answer(integration, content_type)
    assert (found.kind if isinstance(found, Failure) else found.status) == expected


def test_what_cannot_be_answered():
    no_response = answer(mock({"application/json": template(200)}))
    assert no_response.kind is GatewayResponseType.API_CONFIGURATION_ERROR
    assert "200" in no_response.detail
    no_template = answer(mock({}, *RESPONSES, behaviour="WHEN_NO_TEMPLATES"))
    assert no_template.kind is GatewayResponseType.API_CONFIGURATION_ERROR
