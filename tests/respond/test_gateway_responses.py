"""Gateway responses, built in and customised (gateway-responses.md sections 1 and 2)."""

import pytest
from tests.gateway import OWNER, REGION
from tests.one_call import decided, request

from gatelodge.context.call import CallError
from gatelodge.published import Api, GatewayResponse, GatewayResponseType
from gatelodge.respond.gateway_responses import GatewayResponses, built_in

DENIED = GatewayResponseType.ACCESS_DENIED


def answer(kind=DENIED, error_type="AccessDeniedException", *, accept=None, status=None, **types):
    customised = {name: GatewayResponse(name, **members) for name, members in types.items()}
    api = Api("abc123", "a", OWNER, REGION, "d", gateway_responses=customised)
    headers = [] if accept is None else [("Accept", accept)]
    variables = decided(request(headers=headers), api=api, error=CallError('no "way"', kind.value))
    return GatewayResponses(api).answer(kind, error_type, variables, status)


def test_built_in_answers():
    denied = answer()
    assert (denied.status, denied.body) == (403, b'{"Message":"no \\"way\\""}')
    assert dict(denied.headers) == {
        "x-amzn-ErrorType": "AccessDeniedException",
        "Content-Type": "application/json",
    }
    other = answer(GatewayResponseType.MISSING_AUTHENTICATION_TOKEN, "MissingAuth")
    assert other.body == b'{"message":"no \\"way\\""}'


@pytest.mark.parametrize("kind", list(GatewayResponseType))
def test_every_type_has_an_answer(kind):
    assert answer(kind, "X").status == kind.default_status


def test_customised_answers():
    made = answer(
        ACCESS_DENIED={
            "status_code": 404,
            "response_parameters": {
                "gatewayresponse.header.X-A": "'a'",
                "gatewayresponse.header.X-Amzn-ErrorType": "'Mine'",
                "gatewayresponse.header.X-Gone": "method.request.header.Nothing",
            },
            "response_templates": {
                "application/json": "$context.error.message|$stageVariables.v|$context.nothing|$x"
            },
        }
    )
    assert (made.status, made.body) == (404, b'no "way"|||$x')
    assert dict(made.headers)["X-A"] == "a"
    assert dict(made.headers)["X-Amzn-ErrorType"] == "Mine"
    assert "X-Gone" not in dict(made.headers)
    assert len([n for n, _ in made.headers if n.lower() == "x-amzn-errortype"]) == 1


def test_a_customised_answer_has_a_small_m():
    made = answer(ACCESS_DENIED={"response_parameters": {"gatewayresponse.header.A": "'a'"}})
    assert made.body == b'{"message":"no \\"way\\""}'


def test_defaults_serve_for_types_without_their_own():
    four = {"DEFAULT_4XX": {"status_code": 418}, "DEFAULT_5XX": {"status_code": 599}}
    assert answer(**four).status == 418
    assert answer(GatewayResponseType.INTEGRATION_TIMEOUT, "X", **four).status == 599
    assert answer(ACCESS_DENIED={"status_code": 401}, **four).status == 401


@pytest.mark.parametrize(
    ("customised", "status"), [({}, 502), ({"INTEGRATION_FAILURE": {"status_code": 599}}, 599)]
)
def test_a_status_of_the_call_yields_to_a_customised_one(customised, status):
    made = answer(GatewayResponseType.INTEGRATION_FAILURE, "X", status=502, **customised)
    assert made.status == status


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("text/xml", b"<x/>"),
        ("text/plain, TEXT/XML;q=0.1", b"<x/>"),
        ("application/json", b"{}"),
        (None, b"{}"),
        ("*/*", b"{}"),
    ],
)
def test_the_template_is_chosen_by_accept(accept, body):
    templates = {"text/xml": "<x/>", "application/json": "{}"}
    assert answer(accept=accept, ACCESS_DENIED={"response_templates": templates}).body == body
    only = {"ACCESS_DENIED": {"response_templates": {"text/xml": "<x/>"}}}
    assert answer(accept="application/json", **only).body == b"<x/>"


def test_values_cannot_begin_another_field():
    text = {"gatewayresponse.header.A": "method.request.path.id"}
    customised = {"DEFAULT_4XX": GatewayResponse("DEFAULT_4XX", None, text)}
    api = Api("a", "a", OWNER, REGION, "d", gateway_responses=customised)
    variables = decided(parameters={"id": "x\r\nSet-Cookie: y"}, api=api)
    made = GatewayResponses(api).answer(DENIED, "X", variables)
    assert "\n" not in dict(made.headers)["A"]


def test_before_an_api_is_known():
    made = built_in(400, "BadRequestException", "Bad Request")
    assert (made.status, made.body) == (400, b'{"message":"Bad Request"}')
