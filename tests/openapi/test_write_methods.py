"""Operations and models, written in both notations."""

import pytest

from gatelodge.openapi.write_methods import Notation, write_models, write_operation

METHOD = {
    "operationName": "Op",
    "requestParameters": {"method.request.path.id": True, "method.request.querystring.q": False},
    "requestModels": {"application/json": "Pet"},
    "methodResponses": {
        "200": {
            "responseParameters": {"method.response.header.A": True},
            "responseModels": {"application/json": "Pet"},
        }
    },
}


def test_openapi():
    assert write_operation(METHOD, Notation.OAS30, "GET /") == {
        "operationId": "Op",
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "q", "in": "query", "required": False, "schema": {"type": "string"}},
        ],
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
            "required": True,
        },
        "responses": {
            "200": {
                "description": "200 response",
                "headers": {"A": {"schema": {"type": "string"}, "required": True}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
            }
        },
    }


def test_swagger():
    assert write_operation(METHOD, Notation.SWAGGER, "GET /") == {
        "operationId": "Op",
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "parameters": [
            {"name": "id", "in": "path", "required": True, "type": "string"},
            {"name": "q", "in": "query", "required": False, "type": "string"},
            {"in": "body", "name": "Pet", "required": True,
             "schema": {"$ref": "#/definitions/Pet"}},
        ],
        "responses": {
            "200": {
                "description": "200 response",
                "headers": {"A": {"type": "string"}},
                "schema": {"$ref": "#/definitions/Pet"},
            }
        },
    }  # fmt: skip


@pytest.mark.parametrize("notation", list(Notation))
def test_an_operation_has_a_response(notation):
    written = write_operation({}, notation, "GET /")
    assert written == {"responses": {"default": {"description": "Default response for GET /"}}}


def test_models():
    api = {"models": [{"name": "A", "schema": '{"$ref": "#/definitions/B"}'}, {"name": "B"}]}
    expected = {"A": {"$ref": "#/components/schemas/B"}, "B": {}}
    assert write_models(api, Notation.OAS30) == expected
