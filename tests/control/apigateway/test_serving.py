"""What cannot be served is refused when it would become live, every place of it by name."""

import pytest
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.integration_responses import put_integration_response
from gatelodge.control.apigateway.integrations import put_integration
from gatelodge.control.apigateway.rest_apis import update_rest_api
from gatelodge.control.apigateway.serving import check_stage, publishable
from gatelodge.control.fault import Fault
from gatelodge.published import Stage


@pytest.fixture
def desk(tmp_path):
    return DeskApi(tmp_path)


def freeze(desk, **options):
    api_id = desk.api["restApiId"]
    return publishable(desk.call(), api_id, read_form(desk.call(), api_id), "d1", **options)


def told(desk, **options):
    with pytest.raises(Fault) as refused:
        freeze(desk, **options)
    assert refused.value.code == "BadRequestException"
    return refused.value.message


def test_it_is_frozen_as_it_is(desk):
    desk.mock(desk.method())
    api = freeze(desk)
    assert (api.id, api.deployment_id) == (desk.api["restApiId"], "d1")
    assert {resource.path for resource in api.resources} == {"/", "/pets"}


def test_methods_and_integrations_must_be_there_but_for_files(desk):
    assert told(desk) == "The REST API doesn't contain any methods"
    assert freeze(desk, complete=False)
    desk.method()
    assert told(desk) == "No integration defined for method"
    assert freeze(desk, complete=False)


def test_every_place_is_named_up_to_ten(desk):
    for verb in ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"):
        at = desk.method(verb, apiKeyRequired=True)
        desk.do(
            put_integration, **at, type="HTTP", integrationHttpMethod="GET", uri="http://a.example"
        )
    message = told(desk)
    assert message.startswith("This API cannot be deployed here: /resources/~1pets/")
    assert message.count("API keys") + message.count("'http'") == 10
    assert message.endswith("; and 2 more")


def test_private_apis(desk):
    desk.mock(desk.method())
    patch = [{"op": "replace", "path": "/endpointConfiguration/types/EDGE", "value": "PRIVATE"}]
    address = [
        {"op": "replace", "path": "/endpointConfiguration/ipAddressType", "value": "dualstack"}
    ]
    desk.do(update_rest_api, **desk.api, patchOperations=[*patch, *address])
    assert "private APIs are not supported" in told(desk)


def test_two_responses_of_one_pattern(desk):
    at = desk.method()
    desk.mock(at)
    for status in ("200", "201"):
        desk.do(put_integration_response, **at, statusCode=status, selectionPattern="2..")
    assert "two integration responses have the selection pattern '2..'" in told(desk)


def test_an_empty_pattern_is_that_of_the_default_response(desk):
    at = desk.method()
    desk.mock(at)
    desk.do(put_integration_response, **at, statusCode="200", selectionPattern="")
    freeze(desk)
    desk.do(put_integration_response, **at, statusCode="201")
    assert "two integration responses have the selection pattern 'default'" in told(desk)


def test_a_stage_that_cannot_be_compiled_names_the_method(desk):
    at = desk.method()
    uri = "http://${stageVariables.host}/"
    desk.do(put_integration, **at, type="HTTP_PROXY", integrationHttpMethod="GET", uri=uri)
    api = freeze(desk)
    check_stage(api, Stage(api.id, "prod", "d1", {"host": "a.example"}))
    with pytest.raises(Fault, match="Stage prod cannot serve GET /pets"):
        check_stage(api, Stage(api.id, "prod", "d1"))
