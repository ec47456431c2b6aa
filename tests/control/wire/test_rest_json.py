"""REST with JSON: members from everywhere, and answers and errors as their shapes say."""

import json

import pytest
from tests.play import request

from gatelodge.control.fault import Fault
from gatelodge.control.models import service_model
from gatelodge.control.wire import rest_json

GATEWAY, LAMBDA = service_model("apigateway"), service_model("lambda")
PLAIN = [("Accept", "application/json")]


def parsed(model, operation, method, path, *, query="", body=b"", fields=()):
    asked = request(method, path, fields, body=body, query=query)
    assert rest_json.operation_named(model, asked) == operation
    return rest_json.parse(model.operation_model(operation), asked)


def test_members_come_from_everywhere():
    assert parsed(
        GATEWAY, "GetResources", "GET", "/restapis/a/resources", query="limit=7&embed=x&embed=y"
    ) == {"restApiId": "a", "limit": 7, "embed": ["x", "y"]}
    assert parsed(
        LAMBDA,
        "Invoke",
        "POST",
        "/2015-03-31/functions/f/invocations",
        query="Qualifier=2",
        body=b"\xff",
        fields=[("X-Amz-Invocation-Type", "Event")],
    ) == {
        "FunctionName": "f",
        "Qualifier": "2",
        "InvocationType": "Event",
        "Payload": b"\xff",
    }


def test_parameters_that_no_member_names_are_those_of_a_map():
    found = parsed(
        GATEWAY,
        "ImportRestApi",
        "POST",
        "/restapis",
        query="mode=import&failonwarnings=true&basepath=split",
        body=b"{}",
    )
    assert found == {"failOnWarnings": True, "parameters": {"basepath": "split"}, "body": b"{}"}


@pytest.mark.parametrize(
    ("query", "body"), [("limit=many", b""), ("limit=%ff", b""), ("&".join(["a=1"] * 1001), b"")]
)
def test_queries_that_cannot_be_read(query, body):
    with pytest.raises(Fault, match="SerializationException"):
        parsed(GATEWAY, "GetRestApis", "GET", "/restapis", query=query, body=body)


def answered(operation, output, fields=PLAIN):
    return rest_json.answer(GATEWAY.operation_model(operation), output, request(fields=fields))


def test_answers():
    made = answered("CreateRestApi", {"id": "a", "description": None})
    assert (made.status, json.loads(made.body)) == (201, {"id": "a"})
    gone = answered("DeleteMethod", None)
    assert (gone.status, gone.body) == (204, b"")
    listed = answered("GetRestApis", {"items": [{"id": "a"}]})
    assert json.loads(listed.body) == {"item": [{"id": "a"}]}
    hypertext = answered("GetRestApis", {"items": [{"id": "a"}]}, ())
    assert dict(hypertext.headers)["Content-Type"] == "application/hal+json"
    assert json.loads(hypertext.body)["_embedded"] == {"item": [{"id": "a"}]}


def test_a_header_field_ends_where_its_value_has_a_line():
    answer = answered("GetExport", {"contentDisposition": "a\r\nSet-Cookie: b", "body": b"x"})
    assert not any(name.lower() == "set-cookie" for name, _ in answer.headers)
    assert all("\n" not in value for _, value in answer.headers)


@pytest.mark.parametrize(
    ("model", "fault", "body"),
    [
        (GATEWAY, Fault("NotFoundException", "no", 404), {"message": "no"}),
        (GATEWAY, Fault("AccessDeniedException", "no", 403), {"Message": "no"}),
        (
            LAMBDA,
            Fault("ResourceNotFoundException", "no", 404),
            {"Type": "User", "Message": "no"},
        ),
        (LAMBDA, Fault("ServiceException", "no", 500), {"Type": "Service", "Message": "no"}),
    ],
)
def test_errors(model, fault, body):
    response = rest_json.refuse(model, fault, request())
    assert response.status == fault.status
    assert dict(response.headers)["x-amzn-ErrorType"] == fault.code
    assert json.loads(response.body) == body
