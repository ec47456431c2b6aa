"""Exports in the shape that API Gateway gives them: every member is kept, both ways."""

import json
from pathlib import Path

import pytest

from gatelodge.openapi import Notation, Problems, Server, read, write
from gatelodge.openapi.text import parse_text

EXPORTS = sorted((Path(__file__).parent / "exports").iterdir())
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


def written_and_read(api, notation):
    """An API after it was exported and imported again, through the text of both."""
    text = json.dumps(write(api, notation, SERVER)).encode()
    return imported(parse_text(text)).api


@pytest.mark.parametrize("notation", list(Notation))
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_an_export_imports_again_to_the_same_api(path, notation):
    api = dict(imported(parse_text(path.read_bytes())).api)
    assert api["resources"]
    again = dict(written_and_read(api, notation))
    for one in (api, again):
        one.setdefault("apiKeySource", "HEADER")  # which is what none means
    assert again == api


def test_the_exports_have_what_real_ones_have():
    """Shapes that public exports show: none of them may go missing from these."""
    texts = {path.name: path.read_text() for path in EXPORTS}
    for shape in (
        '"swagger"', "openapi:", "host", "basePath", '"servers"', "awsSigv4", "providerARNs",
        "x-api-key", '"in": "query"', "identityValidationExpression", "{proxy+}", "any-method",
        "cacheKeyParameters", "${stageVariables.", "request-validators", "binary-media-types",
        "gateway-responses", "4\\\\d{2}", "Access-Control-Allow-Origin", "contentHandling",
        "x-amazon-apigateway-policy", "        200:", "&preflight",
    ):  # fmt: skip
        assert any(shape in text for text in texts.values()), shape


SERVED = {
    "cached-proxy.oas30.json": set(),
    "console-proxy.oas30.yaml": set(),
    "mechanisms.oas30.json": set(),
    "stage-variables.swagger.json": set(),
    "storage.swagger.json": {"integration type 'aws' is not supported"},
    "validated.swagger.yaml": {
        "x-amazon-apigateway-minimum-compression-size is not honoured",
        "the method asks for API keys",
        "x-amazon-apigateway-request-validator is not honoured",
        "integration type 'aws' is not supported",
    },
}


@pytest.mark.parametrize("name", SERVED)
def test_what_of_each_cannot_be_served_is_named(name):
    problems = Problems()
    path = Path(__file__).parent / "exports" / name
    imported(parse_text(path.read_bytes())).check_served(problems)
    told = {problem.message for problem in problems.found}
    assert len(told) == len(SERVED[name])
    for beginning in SERVED[name]:
        assert any(message.startswith(beginning) for message in told), beginning


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
