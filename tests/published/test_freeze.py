"""What CreateDeployment freezes: always the same from the same, and only what can be served."""

import pytest

from gatelodge.published import FormError
from gatelodge.published.freeze import freeze

PROXY = {"type": "HTTP_PROXY", "httpMethod": "ANY", "uri": "http://127.0.0.1/"}
WHERE = {"api_id": "abc123", "account": "111111111111", "region": "us-east-1"}


def api(method=None, **members):
    method = method or {"httpMethod": "GET", "authorizationType": "NONE", "integration": PROXY}
    return {"name": "pets", "resources": [{"path": "/pets", "methods": {"GET": method}}], **members}


def test_the_same_file_is_the_same_deployment():
    one, again = freeze(api(), **WHERE), freeze(api(), **WHERE)
    assert one == again
    assert len(one.deployment_id) == 6
    assert one.resources[0].id


@pytest.mark.parametrize(
    "other",
    [
        api(name="cats"),
        api(policy={"Version": "2012-10-17", "Statement": []}),
        api({"httpMethod": "GET", "authorizationType": "AWS_IAM", "integration": PROXY}),
    ],
)
def test_another_api_is_another_deployment(other):
    assert freeze(other, **WHERE).deployment_id != freeze(api(), **WHERE).deployment_id


def test_a_deployment_may_have_its_own_id():
    assert freeze(api(), **WHERE, deployment_id="mine").deployment_id == "mine"


def test_methods_name_authorizers_by_name_or_id():
    judge = {"name": "judge", "type": "TOKEN"}
    method = {"httpMethod": "GET", "authorizationType": "CUSTOM", "authorizerId": "judge"}
    frozen = freeze(api(method, authorizers=[judge]), **WHERE)
    named = frozen.resources[0].methods["GET"].authorizer_id
    assert frozen.authorizers[named].name == "judge"
    method = {**method, "authorizerId": "z1"}
    frozen = freeze(api(method, authorizers=[{**judge, "id": "z1"}]), **WHERE)
    assert frozen.resources[0].methods["GET"].authorizer_id == "z1"


def test_an_integration_that_cannot_run_is_left_out():
    method = {
        "httpMethod": "GET",
        "authorizationType": "NONE",
        "integration": {"type": "AWS", "httpMethod": "POST", "uri": "arn:aws:apigateway:x"},
    }
    assert freeze(api(method), **WHERE).resources[0].methods["GET"].integration is None


def test_what_only_editing_knows_is_left_out():
    method = {
        "httpMethod": "GET",
        "authorizationType": "NONE",
        "methodResponses": {},
        "requestParameters": {},
        "integration": {**PROXY, "connectionId": "x", "contentHandling": None},
    }
    plain = {k: v for k, v in method.items() if k in ("httpMethod", "authorizationType")}
    frozen = freeze(api(method, models=[], apiKeySource="HEADER"), **WHERE)
    assert frozen == freeze(api({**plain, "integration": PROXY}), **WHERE)


@pytest.mark.parametrize(
    ("written", "frozen"),
    [("r1", None), (None, None), ("shared", "shared")],
)
def test_the_name_of_kept_replies_is_the_resources_unless_another_is_given(written, frozen):
    integration = {
        **PROXY,
        "cacheNamespace": written,
        "cacheKeyParameters": ["method.request.path.i"],
    }
    method = {"httpMethod": "GET", "authorizationType": "NONE", "integration": integration}
    form = api(method)
    form["resources"][0]["id"] = "r1"
    made = freeze(form, **WHERE).resources[0].methods["GET"].integration
    assert made.cache_namespace == frozen
    assert made.cache_key_parameters == ("method.request.path.i",)


def test_status_templates_are_written_in_one_way():
    mock = {"type": "MOCK", "requestTemplates": {"application/json": '{ "statusCode" : 201 }'}}
    method = {"httpMethod": "GET", "authorizationType": "NONE", "integration": mock}
    frozen = freeze(api(method), **WHERE).resources[0].methods["GET"].integration
    assert frozen.request_templates == {"application/json": '{"statusCode": 201}'}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"resources": {}}, "resources is a list"),
        ({"resources": [None]}, "resources is a list"),
        ({"authorizers": {}}, "authorizers is a list"),
        ({"authorizers": [{"type": "TOKEN"}]}, "does not name one authorizer"),
        ({"authorizers": [{"name": "a", "type": "TOKEN"}] * 2}, "does not name one authorizer"),
        ({"shiny": True}, "unknown member 'shiny'"),
        ({"policy": {"a": {1, 2}}}, "not a JSON document"),
    ],
)
def test_what_is_not_of_the_right_shape(written, told):
    with pytest.raises(FormError, match=told):
        freeze(api(**written) if "resources" not in written else written, **WHERE)


def test_a_method_names_no_authorizer_that_is_not_there():
    method = {"httpMethod": "GET", "authorizationType": "CUSTOM", "authorizerId": "ghost"}
    with pytest.raises(FormError, match="there is no authorizer 'ghost'"):
        freeze(api(method), **WHERE)
