"""Responses of methods and of integrations: one for each status, and headers that are declared."""

import pytest
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway import integration_responses as of_integrations
from gatelodge.control.apigateway import method_responses as of_methods
from gatelodge.control.apigateway.methods import get_method

HEADER = "method.response.header.X"
MISSING = ("NotFoundException", "Invalid Response status code specified")


@pytest.fixture
def desk(tmp_path):
    desk = DeskApi(tmp_path)
    desk.method()
    desk.mock(desk.at)
    return desk


def status(desk, code="200"):
    return {**desk.at, "statusCode": code}


def test_from_making_to_deletion(desk):
    desk.do(of_methods.put_method_response, **status(desk), responseParameters={HEADER: False})
    desk.do(
        of_integrations.put_integration_response,
        **status(desk),
        responseParameters={HEADER: "'x'"},
        selectionPattern="",
    )
    method = desk.do(get_method, **desk.at)
    assert method["methodResponses"] == {
        "200": {"statusCode": "200", "responseParameters": {HEADER: False}}
    }
    assert method["methodIntegration"]["integrationResponses"] == {
        "200": {
            "statusCode": "200",
            "selectionPattern": "",
            "responseParameters": {HEADER: "'x'"},
        }
    }
    desk.do(of_integrations.delete_integration_response, **status(desk))
    desk.do(of_methods.delete_method_response, **status(desk))
    assert "integrationResponses" not in desk.do(get_method, **desk.at)["methodIntegration"]


def test_a_methods_response_is_made_once_and_an_integrations_set_anew(desk):
    desk.do(of_methods.put_method_response, **status(desk))
    assert desk.refused(of_methods.put_method_response, **status(desk)) == (
        "ConflictException",
        "Response already exists for this resource",
    )
    for pattern in ("4..", "5.."):
        made = desk.do(
            of_integrations.put_integration_response, **status(desk), selectionPattern=pattern
        )
        assert made["selectionPattern"] == pattern


@pytest.mark.parametrize(
    "operation",
    [
        of_methods.get_method_response,
        of_methods.update_method_response,
        of_methods.delete_method_response,
        of_integrations.get_integration_response,
        of_integrations.update_integration_response,
        of_integrations.delete_integration_response,
    ],
)
def test_what_is_not_there(desk, operation):
    assert desk.refused(operation, **status(desk, "404")) == MISSING


def test_maps_are_shown_as_they_were_given_and_not_when_a_patch_empties_them(desk):
    """Recorded from AWS in LocalStack's test_lifecycle_method_response and its neighbours."""
    empty = {"responseParameters": {}, "responseModels": {}}
    made = desk.do(of_methods.put_method_response, **status(desk), **empty)
    assert made == {"statusCode": "200", **empty}
    assert desk.do(of_methods.get_method_response, **status(desk)) == made
    full = [
        {"op": "add", "path": f"/responseParameters/{HEADER}", "value": "true"},
        {"op": "add", "path": "/responseModels/application~1json", "value": "Empty"},
    ]
    changed = desk.do(of_methods.update_method_response, **status(desk), patchOperations=full)
    assert changed["responseParameters"] == {HEADER: True}
    gone = [{**operation, "op": "remove"} for operation in full]
    changed = desk.do(of_methods.update_method_response, **status(desk), patchOperations=gone)
    assert changed == {"statusCode": "200"}
    assert desk.do(of_methods.get_method_response, **status(desk)) == changed


def test_an_integrations_response_is_shown_with_what_was_given(desk):
    put = of_integrations.put_integration_response
    assert desk.do(put, **status(desk)) == {"statusCode": "200"}
    given = {"selectionPattern": "", "responseTemplates": {"application/json": "x"}}
    assert desk.do(put, **status(desk), **given) == {"statusCode": "200", **given}
    assert (
        desk.do(of_integrations.get_integration_response, **status(desk))["selectionPattern"] == ""
    )


def test_what_is_missing_above_an_integrations_response(desk):
    at = {**status(desk), "httpMethod": "PATCH"}
    no_method = ("NotFoundException", "Invalid Method identifier specified")
    no_integration = ("NotFoundException", "Invalid Integration identifier specified")
    assert desk.refused(of_integrations.get_integration_response, **at) == no_method
    assert desk.refused(of_integrations.put_integration_response, **at) == no_method
    # As recorded: this one does not look for the method.
    assert desk.refused(of_integrations.delete_integration_response, **at) == no_integration
    desk.method("PATCH")
    for operation in (
        of_integrations.get_integration_response,
        of_integrations.put_integration_response,
        of_integrations.delete_integration_response,
    ):
        assert desk.refused(operation, **at) == no_integration


@pytest.mark.parametrize("code", ["", "20", "2000", "600", "2xx", "-20"])
def test_what_is_no_status(desk, code):
    for put in (of_methods.put_method_response, of_integrations.put_integration_response):
        assert desk.refused(put, **status(desk, code)) == (
            "BadRequestException",
            "Invalid status code specified",
        )


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"selectionPattern": "("}, "Invalid selection pattern specified"),
        ({"contentHandling": "EAT"}, "Invalid content handling specified"),
        (
            {"responseTemplates": {"123": "x"}},
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]",
        ),
        ({"responseParameters": {"x": "'x'"}}, "Invalid mapping expression"),
        ({"responseParameters": {HEADER: "'x'"}}, "Invalid mapping expression"),
    ],
)
def test_what_no_response_of_an_integration_is(desk, members, told):
    desk.do(of_methods.put_method_response, **status(desk))
    code, message = desk.refused(
        of_integrations.put_integration_response, **status(desk), **members
    )
    assert code == "BadRequestException"
    assert told in message
