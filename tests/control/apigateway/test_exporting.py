"""GetExport through the wire: what a stage serves, in both notations."""

import json
import re
from pathlib import Path

import boto3
import pytest
from tests.control.apigateway.calls import refused
from tests.gateway import REGION, allow, api_document, operation, policy

from gatelodge.openapi import Problems, read
from gatelodge.openapi.text import parse_text

X = "x-amazon-apigateway-"


def export(client, api_id, kind="oas30", stage="prod", **members):
    return client.get_export(restApiId=api_id, stageName=stage, exportType=kind, **members)


def everything(client, api_id, kind="oas30", **members):
    parameters = {"extensions": "integrations,authorizers,apigateway"}
    return export(client, api_id, kind, parameters=parameters, **members)


@pytest.fixture(scope="module")
def document(backend):
    document = api_document("anything00", backend.url, policy=policy(allow()))
    document[f"{X}gateway-responses"] = {"ACCESS_DENIED": {"statusCode": 404}}
    document["components"] = {"schemas": {"Pet": {"type": "object"}}}
    document["paths"]["/pets"]["post"]["requestBody"] = {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    }
    return document


@pytest.fixture(scope="module")
def api_id(client, document):
    made = client.import_rest_api(body=json.dumps(document).encode())
    client.create_deployment(restApiId=made["id"], stageName="prod")
    return made["id"]


def api_of(text):
    problems = Problems()
    imported = read(parse_text(text), problems)
    assert not problems.found
    # In the order of their names: that of an export follows ids, which are drawn.
    authorizers = sorted(imported.api.get("authorizers", ()), key=lambda one: one["name"])
    return {**imported.api, "authorizers": authorizers}


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
@pytest.mark.parametrize("accepts", ["application/json", "application/yaml"])
def test_what_is_exported_imports_again_to_the_same_api(
    gateway, client, api_id, document, kind, accepts
):
    answer = everything(client, api_id, kind, accepts=accepts)
    assert answer["contentType"] == "application/octet-stream"
    form = accepts.removeprefix("application/")
    named = rf'attachment; filename="{kind}_\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.{form}"'
    assert re.fullmatch(named, answer["contentDisposition"])
    text = answer["body"].read()
    assert text.lstrip().startswith(b"{") == (form == "json")
    other = client.import_rest_api(body=text, failOnWarnings=True)["id"]
    client.create_deployment(restApiId=other, stageName="prod")
    again = everything(client, other, kind, accepts=accepts)["body"].read()
    ours, theirs = api_of(text), api_of(again)
    assert ours.pop("policy") == theirs.pop("policy")  # which names the first API
    assert ours == theirs
    assert gateway.call(other, "/signed").error == "MissingAuthenticationTokenException"
    assert gateway.call(other, "/signed", who=["caller"]).status == 200
    assert gateway.call(other, "/pets").status == 404  # its fence names the first API
    client.delete_rest_api(restApiId=other)


EXPORTS = Path(__file__).parents[2] / "openapi" / "exports"


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
@pytest.mark.parametrize(
    "name",
    [
        "cached-proxy.oas30.json",
        "console-proxy.oas30.yaml",
        "mechanisms.oas30.json",
        "stage-variables.swagger.json",
    ],
)
def test_exports_in_the_shapes_of_real_ones_go_there_and_back(client, name, kind):
    document = (EXPORTS / name).read_bytes()
    made = client.import_rest_api(body=document, failOnWarnings=True)["id"]
    variables = {"host": "backend.example", "function": "orders", "color": "blue"}
    client.create_deployment(restApiId=made, stageName="prod", variables=variables)
    text = everything(client, made, kind)["body"].read()
    again = client.import_rest_api(body=text, failOnWarnings=True)["id"]
    client.create_deployment(restApiId=again, stageName="prod", variables=variables)
    same = api_of(everything(client, again, kind)["body"].read())
    assert api_of(text) == same
    original = api_of(document)
    assert original["name"] == same["name"]
    assert original["authorizers"] == same["authorizers"]
    methods = {(one["path"], verb) for one in original["resources"] for verb in one["methods"]}
    assert methods == {(one["path"], verb) for one in same["resources"] for verb in one["methods"]}
    for api_id in (made, again):
        client.delete_rest_api(restApiId=api_id)


@pytest.mark.parametrize("name", ["storage.swagger.json", "validated.swagger.yaml"])
def test_what_cannot_be_served_of_one_is_kept_and_refused_at_its_deployment(client, name):
    made = client.import_rest_api(body=(EXPORTS / name).read_bytes())
    assert "integration type 'aws' is not supported" in " ".join(made["warnings"])
    code, message = refused(client.create_deployment, restApiId=made["id"], stageName="prod")
    assert code == "BadRequestException"
    assert "integration type 'aws' is not supported" in message
    client.delete_rest_api(restApiId=made["id"])


def test_it_tells_where_the_api_is_deployed(client, api_id):
    swagger = json.loads(everything(client, api_id, "swagger")["body"].read())
    assert swagger["host"] == f"{api_id}.execute-api.{REGION}.amazonaws.com"
    assert swagger["basePath"] == "/prod"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|1", swagger["info"]["version"])


def test_what_the_stage_serves_is_exported_not_what_was_edited(client, document):
    api_id = client.import_rest_api(body=json.dumps(document).encode())["id"]
    client.create_deployment(restApiId=api_id, stageName="prod")
    changed = {**document, "paths": {"/new": {"get": operation("http://127.0.0.1:9/")}}}
    client.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(changed).encode())
    assert "/pets" in json.loads(everything(client, api_id)["body"].read())["paths"]
    client.create_deployment(restApiId=api_id, stageName="prod")
    assert list(json.loads(everything(client, api_id)["body"].read())["paths"]) == ["/new"]


@pytest.mark.parametrize(
    ("extensions", "integration", "authtype", "fence"),
    [
        (None, False, False, False),
        ("integrations", True, False, False),
        ("authorizers", False, True, False),
        ("integrations, authorizers", True, True, False),
        ("apigateway", True, True, True),
    ],
)
def test_extensions(client, api_id, extensions, integration, authtype, fence):
    parameters = {} if extensions is None else {"extensions": extensions}
    text = export(client, api_id, parameters=parameters)["body"].read()
    document = json.loads(text)
    assert (f"{X}integration" in text.decode()) == integration
    assert (f"{X}authtype" in text.decode()) == authtype
    assert (f"{X}policy" in document) == fence
    assert document["paths"]["/signed"]["get"]["security"] == [{"sigv4": []}]


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"kind": "raml"}, "Invalid export type"),
        ({"accepts": "text/html"}, "Unsupported content type"),
        ({"parameters": {"extensions": "postman"}}, "Unknown extensions postman"),
        ({"parameters": {"colour": "red"}}, "Unknown parameter colour"),
        ({"stage": "gone"}, "Invalid stage identifier specified"),
    ],
)
def test_what_is_refused(client, api_id, members, told):
    code, message = refused(export, client, api_id, **members)
    assert code == ("NotFoundException" if "stage" in members else "BadRequestException")
    assert told in message


def test_what_a_notation_cannot_say_is_refused_by_name(client, document):
    types = {
        media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}}
        for media_type, name in (("application/json", "Pet"), ("text/xml", "Toy"))
    }
    two = json.loads(json.dumps(document))
    two["components"]["schemas"]["Toy"] = {"type": "string"}
    two["paths"]["/pets"]["post"]["requestBody"] = {"content": types}
    api_id = client.import_rest_api(body=json.dumps(two).encode())["id"]
    client.create_deployment(restApiId=api_id, stageName="prod")
    code, message = refused(everything, client, api_id, "swagger")
    assert code == "BadRequestException"
    assert "POST /pets has other models" in message
    assert everything(client, api_id, "oas30")["body"].read()


def test_boto3_finds_no_members_that_are_not_amazons():
    """local ids are for files: no client can send them."""
    members = boto3.client("apigateway", REGION).meta.service_model
    shape = members.operation_model("ImportRestApi").input_shape
    assert not {"local", "local_id"} & set(shape.members)
