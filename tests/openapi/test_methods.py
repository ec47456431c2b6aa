"""What operations declare of requests and responses."""

import pytest
from tests.openapi.documents import document, imported, method_of

STRING = {"type": "string"}
SCHEMAS = {"components": {"schemas": {"Pet": {"type": "object"}}}}
PET = {"schema": {"$ref": "#/components/schemas/Pet"}}


def parameter(name, where, **members):
    return {"name": name, "in": where, "schema": STRING, **members}


def test_parameters():
    operation = {
        "parameters": [
            parameter("id", "path"),
            parameter("q", "query", required=True),
            parameter("X-A", "header", required=False),
        ]
    }
    assert method_of(operation)["requestParameters"] == {
        "method.request.path.id": True,
        "method.request.querystring.q": True,
        "method.request.header.X-A": False,
    }


def test_parameters_of_the_path_count_unless_the_operation_has_them():
    item = {
        "parameters": [parameter("q", "query", required=True), parameter("r", "query")],
        "get": {"parameters": [parameter("q", "query")]},
    }
    read_once, _ = imported({**document(), "paths": {"/p": item}})
    parameters = read_once.api["resources"][0]["methods"]["GET"]["requestParameters"]
    assert parameters == {
        "method.request.querystring.q": False,
        "method.request.querystring.r": False,
    }


def test_bodies_and_responses_of_openapi():
    operation = {
        "requestBody": {"content": {"application/json": PET, "text/plain": {}}},
        "responses": {
            "200": {
                "description": "",
                "headers": {"X-A": {"schema": STRING, "required": True}, "X-B": {"schema": STRING}},
                "content": {"text/xml": PET},
            },
            "404": {"description": ""},
        },
    }
    method = method_of(operation, **SCHEMAS)
    assert method["requestModels"] == {"application/json": "Pet"}
    assert method["methodResponses"] == {
        "200": {
            "statusCode": "200",
            "responseParameters": {
                "method.response.header.X-A": True,
                "method.response.header.X-B": False,
            },
            "responseModels": {"text/xml": "Pet"},
        },
        "404": {"statusCode": "404", "responseParameters": {}, "responseModels": {}},
    }


@pytest.mark.parametrize(
    ("consumes", "root", "types"),
    [
        (None, None, ["application/json"]),
        (["text/xml", "text/plain"], ["x/y"], ["text/xml", "text/plain"]),
        (None, ["x/y"], ["x/y"]),
    ],
)
def test_bodies_of_swagger(consumes, root, types):
    body = {"in": "body", "name": "b", "schema": {"$ref": "#/definitions/Pet"}}
    operation = {"parameters": [body]} | ({"consumes": consumes} if consumes else {})
    members = {"definitions": {"Pet": {"type": "object"}}} | ({"consumes": root} if root else {})
    method = method_of(operation, swagger=True, **members)
    assert method["requestModels"] == dict.fromkeys(types, "Pet")


def test_references_are_followed():
    members = {
        "components": {
            "parameters": {
                "Q": parameter("q", "query"),
                "R": {"$ref": "#/components/parameters/Q"},
            },
            "responses": {
                "Ok": {"description": "", "headers": {"A": {"$ref": "#/components/headers/A"}}}
            },
            "headers": {"A": {"schema": STRING}},
            "requestBodies": {"B": {"content": {"application/json": {"schema": STRING}}}},
        }
    }
    operation = {
        "parameters": [{"$ref": "#/components/parameters/R"}],
        "requestBody": {"$ref": "#/components/requestBodies/B"},
        "responses": {"200": {"$ref": "#/components/responses/Ok"}},
    }
    method = method_of(operation, **members)
    assert method["requestParameters"] == {"method.request.querystring.q": False}
    assert set(method["requestModels"]) == {"application/json"}
    assert method["methodResponses"]["200"]["responseParameters"] == {
        "method.response.header.A": False
    }


@pytest.mark.parametrize(
    ("operation", "pointer"),
    [
        ({"parameters": [parameter("c", "cookie")]}, "/paths/~1p/get/parameters/0"),
        ({"parameters": [{"in": "query"}]}, "/paths/~1p/get/parameters/0"),
        ({"parameters": {}}, "/paths/~1p/get/parameters"),
        ({"parameters": [{"$ref": "#/nowhere"}]}, "/paths/~1p/get/parameters/0"),
        ({"parameters": [{"$ref": "other.yaml#/x"}]}, "/paths/~1p/get/parameters/0"),
        ({"responses": {"default": {"description": "", "content": {}}}},
         "/paths/~1p/get/responses/default"),
        ({"responses": {"2XX": {"headers": {}}}}, "/paths/~1p/get/responses/2XX"),
        ({"responses": []}, "/paths/~1p/get/responses"),
        ({"responses": {"200": {"headers": []}}}, "/paths/~1p/get/responses/200/headers"),
        ({"requestBody": {"content": []}}, "/paths/~1p/get/requestBody/content"),
        ({"requestBody": []}, "/paths/~1p/get/requestBody"),
        ({"requestBody": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/No"}}}}},
         "/paths/~1p/get/requestBody/content/a~1b/schema/$ref"),
    ],
)  # fmt: skip
def test_what_a_method_cannot_hold_is_left_out_and_told(operation, pointer):
    read_once, found = imported(document(operation))
    assert not found
    assert pointer in [problem.pointer for problem in read_once.left_out]


def test_references_in_a_circle():
    members = {"components": {"parameters": {"A": {"$ref": "#/components/parameters/A"}}}}
    operation = {"parameters": [{"$ref": "#/components/parameters/A"}]}
    read_once, _ = imported(document(operation, **members))
    assert "too many references" in read_once.left_out[0].message


def test_a_plain_default_response_says_nothing():
    read_once, _ = imported(document({"responses": {"default": {"description": "d"}}}))
    assert read_once.left_out == []
