"""Schemas as models."""

import json

import pytest

from gatelodge.openapi.models import LOCAL, Models, refer
from gatelodge.openapi.problems import Problems

URL = "https://apigateway.amazonaws.com/restapis/abc123/models/Pet"


def models_of(document):
    problems, left_out = Problems(), Problems()
    return Models(document, problems, left_out), problems.found, left_out.found


@pytest.mark.parametrize("reference", ["#/definitions/Pet", "#/components/schemas/Pet", URL])
def test_references_are_spelt_in_one_way(reference):
    schema = {"items": [{"$ref": reference}], "x": {"$ref": 7}, "y": {"$ref": "#/other"}}
    expected = {"items": [{"$ref": f"{LOCAL}Pet"}], "x": {"$ref": 7}, "y": {"$ref": "#/other"}}
    assert refer(schema, LOCAL) == expected


def test_named_models():
    schemas = {"Pet": {"$ref": "#/components/schemas/Toy"}, "Toy": {"type": "string"}}
    models, found, left_out = models_of({"openapi": "3.0.1", "components": {"schemas": schemas}})
    assert not found
    assert not left_out
    pet, toy = models.all()
    assert (pet["name"], json.loads(pet["schema"])) == ("Pet", {"$ref": "#/definitions/Toy"})
    assert toy == {"name": "Toy", "contentType": "application/json", "schema": '{"type":"string"}'}
    assert models.name_of({"$ref": "#/components/schemas/Toy"}, Problems()) == "Toy"


def test_schemas_without_a_name():
    models, _, _ = models_of({"swagger": "2.0"})
    name = models.name_of({"type": "string"}, Problems())
    assert name.startswith("MODEL")
    assert len(name) == 11
    assert models.name_of({"type": "string"}, Problems()) == name
    assert models.name_of({"type": "integer"}, Problems()) != name
    assert len(models.all()) == 2


def test_what_is_left_out():
    schemas = {"not-a-name": {}, "list": [], "Good": {}}
    models, _, left_out = models_of({"swagger": "2.0", "definitions": schemas})
    assert [model["name"] for model in models.all()] == ["Good"]
    assert [p.pointer for p in left_out] == ["/definitions/not-a-name", "/definitions/list"]
    for schema in ({"$ref": "#/definitions/not-a-name"}, {"$ref": "#/definitions/gone"}, []):
        place = Problems()
        assert models.name_of(schema, place) is None
        assert place.found


def test_schemas_are_an_object():
    _, found, _ = models_of({"openapi": "3.0.1", "components": {"schemas": []}})
    assert found[0].pointer == "/components/schemas"
