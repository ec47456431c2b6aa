"""What is exported imports again to the same API; and it looks as API Gateway's exports look."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV30SpecValidator
from tests.gateway import REGION
from tests.openapi.forms import FUNCTION, apis

from gatelodge.openapi import Extension, Notation, Problems, Server, WriteError, read, write
from gatelodge.openapi.text import parse_text

X = "x-amazon-apigateway-"
SERVER = Server("abc123", REGION, "prod")
LAW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def read_again(document):
    problems = Problems()
    imported = read(document, problems)
    assert not problems.found, problems.found
    assert not imported.left_out, imported.left_out
    return imported.api


def in_json(document):
    return parse_text(json.dumps(document).encode())


def in_yaml(document):
    return parse_text(
        yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False).encode()
    )


@LAW
@given(apis())
def test_what_is_exported_as_oas30_imports_again_to_the_same_api(api):
    document = write(api, Notation.OAS30, SERVER)
    assert read_again(in_json(document)) == api
    assert read_again(in_yaml(document)) == api


@LAW
@given(apis(swagger=True))
def test_what_is_exported_as_swagger_imports_again_to_the_same_api(api):
    document = write(api, Notation.SWAGGER, SERVER)
    assert read_again(in_json(document)) == api
    assert read_again(in_yaml(document)) == api


@settings(LAW, max_examples=15)
@given(apis(swagger=True))
def test_exports_are_what_the_specifications_call_valid(api):
    # Names of parameters in a path must stand in it, which generated methods do not heed.
    for resource in api["resources"]:
        for method in resource["methods"].values():
            method["requestParameters"] = {
                name: required
                for name, required in method["requestParameters"].items()
                if ".path." not in name
            }
            method["operationName"] = None
    api["models"] = [{**model, "schema": '{"type":"object"}'} for model in api["models"]]
    api["resources"] = [r for r in api["resources"] if "{" not in r["path"]]
    OpenAPIV30SpecValidator(write(api, Notation.OAS30, SERVER)).validate()
    OpenAPIV2SpecValidator(write(api, Notation.SWAGGER, SERVER)).validate()


def method(verb="GET", **members):
    return {"httpMethod": verb, "authorizationType": "NONE", "apiKeyRequired": False, **members}


def api_of(*methods, path="/pets", **members):
    made = {"name": "pets", "resources": [{"id": "r1", "path": path, "methods": {}}], **members}
    made["resources"][0]["methods"] = {m["httpMethod"]: m for m in methods}
    return made


PROXY = {
    "type": "HTTP_PROXY",
    "httpMethod": "ANY",
    "uri": "http://h/",
    "passthroughBehavior": "WHEN_NO_MATCH",
    "timeoutInMillis": 29_000,
    "cacheNamespace": "r1",
    "cacheKeyParameters": [],
}


def test_it_looks_like_an_export_of_api_gateway():
    api = api_of(method(authorizationType="AWS_IAM", integration=PROXY))
    swagger = write(api, Notation.SWAGGER, SERVER)
    assert swagger["host"] == f"abc123.execute-api.{REGION}.amazonaws.com"
    assert (swagger["basePath"], swagger["schemes"]) == ("/prod", ["https"])
    operation = swagger["paths"]["/pets"]["get"]
    assert operation["security"] == [{"sigv4": []}]
    assert operation[f"{X}integration"] == {
        "type": "http_proxy",
        "httpMethod": "ANY",
        "uri": "http://h/",
        "passthroughBehavior": "when_no_match",
        "timeoutInMillis": 29_000,
    }
    assert swagger["securityDefinitions"]["sigv4"] == {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        f"{X}authtype": "awsSigv4",
    }
    oas30 = write(api, Notation.OAS30, SERVER)
    assert oas30["openapi"] == "3.0.1"
    assert oas30["servers"][0]["variables"] == {"basePath": {"default": "/prod"}}


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "a.execute-api.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "a.execute-api.us-gov-west-1.amazonaws.com"),
    ],
)
def test_hosts_of_other_partitions(region, host):
    assert Server("a", region, "s").host == host


@pytest.mark.parametrize(
    ("extensions", "integration", "authorizer", "policy"),
    [
        ([], False, False, False),
        ([Extension.INTEGRATIONS], True, False, False),
        ([Extension.AUTHORIZERS], False, True, False),
        ([Extension.INTEGRATIONS, Extension.AUTHORIZERS], True, True, False),
        ([Extension.APIGATEWAY], True, True, True),
    ],
)
def test_extensions_that_are_asked_for(extensions, integration, authorizer, policy):
    token = {"id": "z", "name": "token", "type": "TOKEN", "authorizerUri": FUNCTION}
    token["identitySource"] = "method.request.header.Auth"
    api = api_of(
        method(authorizationType="CUSTOM", authorizerId="z", integration=PROXY),
        authorizers=[token],
        policy={"Version": "2012-10-17", "Statement": []},
    )
    document = write(api, Notation.OAS30, SERVER, frozenset(extensions))
    operation = document["paths"]["/pets"]["get"]
    # What a method asks of its callers is written in any case.
    assert operation["security"] == [{"token": []}]
    assert (f"{X}integration" in operation) == integration
    scheme = document["components"]["securitySchemes"]["token"]
    assert (scheme["name"], scheme["in"]) == ("Auth", "header")
    assert (f"{X}authorizer" in scheme) == authorizer
    assert (f"{X}policy" in document) == policy


def test_resources_above_others_come_with_them():
    api = api_of(method(), path="/a/b")
    api["resources"] += [{"path": "/", "methods": {}}, {"path": "/a", "methods": {}}]
    api["resources"] += [{"path": "/alone", "methods": {}}, {"path": "/ab", "methods": {}}]
    assert sorted(write(api, Notation.OAS30, SERVER)["paths"]) == ["/a/b", "/ab", "/alone"]


def test_models_refer_to_each_other_in_every_spelling():
    schema = {"$ref": "https://apigateway.amazonaws.com/restapis/abc123/models/Toy"}
    models = [
        {"name": "Pet", "contentType": "application/json", "schema": json.dumps(schema)},
        {"name": "Toy", "contentType": "application/json"},
    ]
    api = api_of(method(), models=models)
    oas30 = write(api, Notation.OAS30, SERVER)["components"]["schemas"]
    assert oas30 == {"Pet": {"$ref": "#/components/schemas/Toy"}, "Toy": {}}
    swagger = write(api, Notation.SWAGGER, SERVER)["definitions"]
    assert swagger["Pet"] == {"$ref": "#/definitions/Toy"}


TWICE = {"responses": [{"statusCode": 200}, {"statusCode": 400, "selectionPattern": None}]}
TWO_MODELS = {"application/json": "A", "text/xml": "B"}


@pytest.mark.parametrize(
    ("change", "notations", "message"),
    [
        ({"integration": PROXY | TWICE}, list(Notation), "GET /pets: two integration responses"),
        ({"requestModels": TWO_MODELS}, [Notation.SWAGGER], "export it as oas30"),
        ({"methodResponses": {"200": {"responseModels": {"a/b": "A"}},
                              "400": {"responseModels": {"a/c": "A"}}}},
         [Notation.SWAGGER], "GET /pets has other models"),
        ({"requestParameters": {"method.request.cookie.a": True}}, list(Notation), "cookie"),
        ({"authorizationType": "CUSTOM", "authorizerId": "gone"}, list(Notation), "'gone'"),
    ],
)  # fmt: skip
def test_what_a_notation_cannot_say_is_refused(change, notations, message):
    api = api_of(method(**change))
    for notation in notations:
        with pytest.raises(WriteError, match=message):
            write(api, notation, SERVER)
    for notation in set(Notation) - set(notations):
        assert write(api, notation, SERVER)


def test_a_model_that_is_no_schema_is_refused():
    with pytest.raises(WriteError, match="model A is not JSON"):
        write(api_of(method(), models=[{"name": "A", "schema": "{"}]), Notation.OAS30, SERVER)
