"""Gateway responses: what is built in, what is inherited, and what is not."""

import pytest
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway.gateway_responses import (
    delete_gateway_response,
    get_gateway_response,
    get_gateway_responses,
    put_gateway_response,
    update_gateway_response,
)

TEMPLATE = {"application/json": '{"message":$context.error.messageString}'}
ORIGIN = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}


@pytest.fixture
def desk(tmp_path):
    return DeskApi(tmp_path)


def of(desk, kind="UNAUTHORIZED"):
    return {**desk.api, "responseType": kind}


def shown(desk, kind="UNAUTHORIZED"):
    return desk.do(get_gateway_response, **of(desk, kind))


def test_every_type_is_there_from_the_beginning(desk):
    listed = desk.do(get_gateway_responses, **desk.api)["items"]
    assert len(listed) == 21
    for one in listed:
        assert one["defaultResponse"] is True
        assert (one["responseParameters"], one["responseTemplates"]) == ({}, TEMPLATE)
    without = {one["responseType"] for one in listed if "statusCode" not in one}
    assert without == {"DEFAULT_4XX", "DEFAULT_5XX"}


def test_who_is_not_customised_shows_what_its_class_is(desk):
    desk.do(
        put_gateway_response,
        **of(desk, "DEFAULT_4XX"),
        statusCode="400",
        responseParameters=ORIGIN,
    )
    found = shown(desk)
    assert (found["statusCode"], found["responseParameters"]) == ("400", ORIGIN)
    assert found["defaultResponse"] is True
    assert shown(desk, "INTEGRATION_FAILURE")["statusCode"] == "504"  # of the other class


def test_who_is_customised_inherits_nothing(desk):
    desk.do(put_gateway_response, **of(desk, "DEFAULT_4XX"), responseParameters=ORIGIN)
    desk.do(put_gateway_response, **of(desk), statusCode="418")
    found = shown(desk)
    assert (found["statusCode"], found["responseParameters"]) == ("418", {})
    assert found["responseTemplates"] == TEMPLATE
    desk.do(delete_gateway_response, **of(desk))
    assert shown(desk)["responseParameters"] == ORIGIN


def test_a_patch_begins_with_what_is_shown(desk):
    desk.do(put_gateway_response, **of(desk, "DEFAULT_4XX"), responseParameters=ORIGIN)
    patch = [{"op": "replace", "path": "/statusCode", "value": "418"}]
    desk.do(update_gateway_response, **of(desk), patchOperations=patch)
    found = shown(desk)
    assert (found["statusCode"], found["responseParameters"]) == ("418", ORIGIN)
    assert found["defaultResponse"] is False


def test_a_status_is_reset_by_an_empty_value(desk):
    desk.do(put_gateway_response, **of(desk, "DEFAULT_4XX"), statusCode="400")
    assert shown(desk)["statusCode"] == "400"
    patch = [{"op": "replace", "path": "/statusCode", "value": None}]
    desk.do(update_gateway_response, **of(desk, "DEFAULT_4XX"), patchOperations=patch)
    assert shown(desk)["statusCode"] == "401"


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"statusCode": "99"}, "Invalid status code specified"),
        ({"statusCode": "4000"}, "Invalid status code specified"),
        ({"responseParameters": {"X": "'x'"}}, "Invalid parameter name specified: X"),
        (
            {"responseParameters": {"gatewayresponse.header.a b": "'x'"}},
            "Invalid parameter name specified",
        ),
    ],
)
def test_what_no_response_is(desk, members, told):
    code, message = desk.refused(put_gateway_response, **of(desk), **members)
    assert code == "BadRequestException"
    assert told in message
    assert shown(desk)["defaultResponse"] is True
