"""Exports in the shape that API Gateway gives them: every member is kept, both ways."""

import json
from pathlib import Path

import pytest

from gatelodge.openapi import Notation, Problems, Server, read, write

EXPORT = json.loads((Path(__file__).parent / "exports" / "pets.swagger.json").read_text())
SERVER = Server("a1b2c3d4e5", "eu-west-1", "prod")
# What describes an API and is not kept.
DESCRIBES = {"description", "tags"}


def imported(document):
    problems = Problems()
    read_once = read(document, problems)
    assert not problems.found, problems.found
    assert not read_once.left_out, read_once.left_out
    return read_once


@pytest.mark.parametrize("notation", list(Notation))
def test_an_export_imports_again_to_the_same_api(notation):
    api = imported(EXPORT).api
    assert imported(write(api, notation, SERVER)).api == api


def plain(value):
    """A document without descriptions and without defaults that an export may leave out."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: plain(part) for name, part in value.items() if name not in DESCRIBES}
    if "passthroughBehavior" in kept:
        kept.setdefault("timeoutInMillis", 29_000)
    if "x-amazon-apigateway-authorizer" in kept:
        kept["x-amazon-apigateway-authorizer"].setdefault("authorizerResultTtlInSeconds", 300)
    for name in ("responseParameters", "responseTemplates"):
        if kept.get(name) == {}:
            del kept[name]
    return kept


def test_an_export_is_written_as_it_was_read():
    written = plain(write(imported(EXPORT).api, Notation.SWAGGER, SERVER))
    expected = plain(EXPORT)
    # A media type without a model says nothing that an API keeps.
    for path, verb, members in (
        ("/", "get", ["consumes", "produces"]),
        ("/pets", "options", ["consumes"]),
    ):
        for member in members:
            del expected["paths"][path][verb][member]
    for item in (*written["paths"].values(), *expected["paths"].values()):
        for operation in item.values():
            operation.get("parameters", []).sort(key=lambda parameter: parameter["name"])
            operation["responses"].pop("default", None)
    assert written.keys() == expected.keys()
    for member, value in expected.items():
        assert written[member] == value, member


def test_what_of_it_cannot_be_served_is_named():
    problems = Problems()
    imported(EXPORT).check_served(problems)
    told = {problem.pointer for problem in problems.found}
    post, any_method = "/paths/~1pets/post", "/paths/~1pets~1{petId}/x-amazon-apigateway-any-method"
    assert {
        "/x-amazon-apigateway-minimum-compression-size",
        f"{post}/x-amazon-apigateway-request-validator",
        f"{any_method}/x-amazon-apigateway-integration/connectionType",
        "/paths/~1pets/get/x-amazon-apigateway-integration/type",
    } <= told
    assert any(pointer == post for pointer in told)  # API keys
