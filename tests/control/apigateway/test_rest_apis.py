"""APIs: what one is made with, and whose it is."""

import json

import pytest
from tests.control.apigateway.calls import REGION
from tests.control.apigateway.desk import DeskApi
from tests.gateway import allow, policy

from gatelodge.control.apigateway.resources import get_resources
from gatelodge.control.apigateway.rest_apis import (
    create_rest_api,
    delete_rest_api,
    endpoint_configuration,
    get_rest_api,
    get_rest_apis,
)
from gatelodge.control.fault import Fault

POLICY = json.dumps(policy(allow("execute-api:/*")))


@pytest.fixture
def desk(tmp_path):
    return DeskApi(tmp_path)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"name": ""}, "API name cannot be empty or whitespace"),
        ({"name": "  "}, "API name cannot be empty or whitespace"),
        ({"description": ""}, "Description cannot be an empty string"),
        ({"minimumCompressionSize": -1}, "Invalid minimum compression size"),
        ({"policy": "{"}, "Invalid policy document"),
        ({"securityPolicy": "TLS_1_2"}, "TLS_1_2 is not possible for EDGE APIs"),
        ({"endpointAccessMode": "STRICT"}, "Endpoint access mode is not supported for this"),
        ({"tags": {"aws:x": ""}}, "may not begin with aws:"),
    ],
)
def test_what_no_api_is(desk, members, told):
    code, message = desk.refused(create_rest_api, **{"name": "a", **members})
    assert code == "BadRequestException"
    assert told in message
    assert len(desk.do(get_rest_apis)["items"]) == 1


@pytest.mark.parametrize(
    ("written", "filled_in"),
    [
        ({}, {"types": ["EDGE"], "ipAddressType": "ipv4"}),
        ({"types": ["REGIONAL"]}, {"types": ["REGIONAL"], "ipAddressType": "ipv4"}),
        (
            {"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-1"]},
            {"types": ["PRIVATE"], "ipAddressType": "dualstack", "vpcEndpointIds": ["vpce-1"]},
        ),
    ],
)
def test_endpoints(written, filled_in):
    assert endpoint_configuration(written) == filled_in


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"types": ["EDGE", "REGIONAL"]}, "multiple Endpoint Types"),
        ({"types": ["NEAR"]}, "Invalid EndpointTypes specified"),
        ({"types": []}, "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."),
        (
            {"types": ["PRIVATE"], "ipAddressType": "ipv4"},
            "Only dualstack ipAddressType is supported for Private APIs.",
        ),
        ({"ipAddressType": "ipv6"}, "ipAddressType must be either ipv4 or dualstack."),
        ({"vpcEndpointIds": ["vpce-1"]}, "Only PRIVATE APIs have VPC endpoints"),
    ],
)
def test_what_no_endpoint_is(written, told):
    with pytest.raises(Fault, match=told):
        endpoint_configuration(written)


def test_a_policy_is_shown_with_its_quotes_escaped_once_more(desk):
    made = desk.do(create_rest_api, name="a", policy=POLICY)
    shown = desk.do(get_rest_api, restApiId=made["id"])["policy"]
    assert shown.startswith('{\\"')
    (statement,) = json.loads(shown.replace('\\"', '"'))["Statement"]
    assert statement["Resource"].endswith(f":{made['id']}/*")


def test_a_policy_and_tags_need_permissions_of_their_own(desk):
    desk.required.clear()
    desk.do(create_rest_api, name="a", policy=POLICY, tags={"k": "v"})
    assert {check.action for check in desk.required} == {
        "apigateway:UpdateRestApiPolicy",
        "apigateway:PUT",
    }


def test_a_clone_has_everything_and_shares_nothing(desk):
    desk.mock(desk.method())
    desk.required.clear()
    clone = desk.do(create_rest_api, name="b", cloneFrom=desk.api["restApiId"])
    arn = f"arn:aws:apigateway:{REGION}::/restapis/{desk.api['restApiId']}"
    assert [(check.action, check.resource) for check in desk.required] == [("apigateway:GET", arn)]
    paths = [one["path"] for one in desk.do(get_resources, restApiId=clone["id"])["items"]]
    assert sorted(paths) == ["/", "/pets"]
    desk.do(delete_rest_api, **desk.api)
    assert desk.do(get_rest_api, restApiId=clone["id"])["name"] == "b"


def test_apis_of_others_are_not_there(desk):
    other = desk.other("222222222222")
    assert other.do(get_rest_apis)["items"] == []
    for operation in (get_rest_api, delete_rest_api):
        with pytest.raises(Fault) as refused:
            other.do(operation, **desk.api)
        assert refused.value.message == (
            f"Invalid API identifier specified 222222222222:{desk.api['restApiId']}"
        )
    assert desk.refused(get_rest_api, restApiId=desk.api["restApiId"].upper())[0] == (
        "NotFoundException"
    )
