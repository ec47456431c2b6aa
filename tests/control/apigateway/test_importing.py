"""ImportRestApi and PutRestApi, called as dispatch calls them."""

import json

import pytest
from tests.control.apigateway.calls import ACCOUNT, Desk
from tests.gateway import REGION, allow, api_document, deny, operation, policy
from tests.openapi.test_exports import EXPORT

from gatelodge.control.apigateway.deployments import create_deployment
from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.importing import MAX_IMPORT, import_rest_api, put_rest_api
from gatelodge.control.fault import Fault

BACKEND = "http://127.0.0.1:9"
X = "x-amazon-apigateway-"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def body_of(document):
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def load(desk, document, **members):
    return desk.do(import_rest_api, body=body_of(document), **members)


def put(desk, api_id, document, **members):
    return desk.do(put_rest_api, restApiId=api_id, body=body_of(document), **members)


def form_of(desk, api_id):
    return read_form(desk.call(), api_id)


def paths_of(desk, api_id):
    resources = form_of(desk, api_id)["resources"]
    return {r["path"]: sorted(r["methods"]) for r in resources if r["methods"]}


def refusal(function, *arguments, **members):
    with pytest.raises(Fault) as caught:
        function(*arguments, **members)
    assert caught.value.code == "BadRequestException"
    return caught.value.message


def document_of(paths, **members):
    return api_document("ignored123", BACKEND, paths=paths, **members)


GET = {"get": operation(BACKEND)}
GHOST = policy(allow(principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/ghost"}))


def test_an_import_makes_the_api_that_the_document_describes(desk):
    made = load(desk, EXPORT)
    assert made["name"] == "Pets"
    assert made["version"] == "2026-01-02T03:04:05Z"
    assert made["endpointConfiguration"]["types"] == ["EDGE"]
    assert made["disableExecuteApiEndpoint"] is True
    assert made["binaryMediaTypes"] == ["image/png"]
    assert made["id"] != "a1b2c3d4e5"
    form = form_of(desk, made["id"])
    assert paths_of(desk, made["id"]) == {
        "/": ["GET"],
        "/pets": ["GET", "OPTIONS", "POST"],
        "/pets/{petId}": ["ANY", "GET"],
    }
    # S12: two schemes defined are two authorizers; and every model is kept.
    assert {a["name"] for a in form["authorizers"]} == {"tokens", "pool"}
    assert {m["name"] for m in form["models"]} == {"Pets", "Pet", "NewPet", "PetType", "Empty"}
    assert form["gatewayResponses"]["UNAUTHORIZED"]["statusCode"] == 418
    # What cannot be served is kept, and told.
    assert any("compression" in warning for warning in made["warnings"])


def test_security_of_imported_methods(desk):
    form = form_of(desk, load(desk, EXPORT)["id"])
    methods = {
        (resource["path"], verb): method
        for resource in form["resources"]
        for verb, method in resource["methods"].items()
    }
    ids = {authorizer["name"]: authorizer["id"] for authorizer in form["authorizers"]}
    get = methods["/pets/{petId}", "GET"]
    assert get["authorizationType"] == "AWS_IAM"
    post = methods["/pets", "POST"]
    assert (post["authorizationType"], post["authorizerId"]) == ("CUSTOM", ids["tokens"])
    assert post["apiKeyRequired"] is True
    every = methods["/pets/{petId}", "ANY"]
    assert (every["authorizationType"], every["authorizerId"]) == (
        "COGNITO_USER_POOLS",
        ids["pool"],
    )
    assert every["authorizationScopes"] == ["pets/write", "openid"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{", "Invalid OpenAPI input."),
        (b"a: [", "Invalid OpenAPI input."),
        (b"[]", "Invalid OpenAPI input."),
        (b"\xff", "Invalid OpenAPI input."),
        (b" " * (MAX_IMPORT + 1), "larger than 6291456 bytes"),
        (b'{"swagger": "1.2"}', "Errors found during import:\n\t/: version '1.2'"),
        ({**document_of({"/p": GET}), "info": {}}, "/info/title: an API has a name"),
        (document_of({"/p": {"get": operation("http://h/{x}")}}), "the uri names {x}"),
        (document_of({"/p": GET}, policy={"Version": "2012-10-17"}), "Invalid policy document"),
        (document_of({"/p": GET}, policy=GHOST), "ghost does not exist"),
    ],
)  # fmt: skip
def test_documents_that_are_refused(desk, text, told):
    message = refusal(load, desk, text)
    assert told in message
    assert desk.store.documents("apigateway/restapi") == []
    api_id = load(desk, document_of({"/kept": GET}))["id"]
    assert told in refusal(put, desk, api_id, text, mode="overwrite")
    assert paths_of(desk, api_id) == {"/kept": ["GET"]}


@pytest.mark.parametrize(
    ("how", "path"), [(None, "/e"), ("ignore", "/e"), ("prepend", "/a/b/e"), ("split", "/b/e")]
)
@pytest.mark.parametrize("notation", ["swagger", "variable", "url"])
def test_base_paths(desk, how, path, notation):
    """I4"""
    document = document_of({"/e": GET, "/": GET})
    if notation == "swagger":
        del document["openapi"], document["servers"]
        document |= {"swagger": "2.0", "basePath": "/a/b"}
    elif notation == "url":
        document["servers"] = [{"url": "https://h.example/a/b/"}]
    else:
        variables = {"basePath": {"default": "a/b"}}
        document["servers"] = [{"url": "https://h.example/x/{basePath}", "variables": variables}]
    parameters = {} if how is None else {"basepath": how}
    made = load(desk, document, parameters=parameters)
    assert set(paths_of(desk, made["id"])) == {path, path.removesuffix("/e") or "/"}


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"basepath": "drop"}, "Invalid basepath specified"),
        ({"endpointConfigurationTypes": "MOON"}, "Invalid EndpointTypes specified"),
        ({"endpointConfigurationTypes": "EDGE,REGIONAL"}, "multiple Endpoint Types"),
        ({"ignore": "policy"}, "Only documentation can be ignored"),
        ({"colour": "red"}, "Unknown parameter colour"),
    ],
)
def test_parameters_that_are_refused(desk, parameters, told):
    assert told in refusal(load, desk, document_of({"/p": GET}), parameters=parameters)


def test_endpoint_types(desk):
    document = document_of({"/p": GET})
    types = {"endpointConfigurationTypes": "REGIONAL"}
    made = load(desk, document, parameters=types)
    assert made["endpointConfiguration"]["types"] == ["REGIONAL"]
    # A document that does not say leaves them as they are.
    again = put(desk, made["id"], document, mode="overwrite")
    assert again["endpointConfiguration"]["types"] == ["REGIONAL"]
    again = put(desk, made["id"], document, parameters={"endpointConfigurationTypes": "EDGE"})
    assert again["endpointConfiguration"]["types"] == ["EDGE"]


def test_private_apis_are_kept_and_not_deployed(desk):
    configuration = {"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-1"]}
    document = document_of({"/p": GET}, **{f"{X}endpoint-configuration": configuration})
    made = load(desk, document)
    kept = {**configuration, "ipAddressType": "dualstack"}
    assert made["endpointConfiguration"] == kept
    assert any("private APIs are not supported" in line for line in made["warnings"])
    assert "private APIs are not supported" in refusal(
        desk.do, create_deployment, restApiId=made["id"]
    )
    # A document that does not say leaves it as it is; another type has no such endpoints.
    again = put(desk, made["id"], document_of({"/q": GET}), mode="overwrite")
    assert again["endpointConfiguration"] == kept
    private = document_of({"/q": GET}, **{f"{X}endpoint-configuration": {"types": ["PRIVATE"]}})
    assert put(desk, made["id"], private)["endpointConfiguration"] == kept
    edge = put(desk, made["id"], document, parameters={"endpointConfigurationTypes": "EDGE"})
    assert edge["endpointConfiguration"] == {"types": ["EDGE"], "ipAddressType": "dualstack"}


def test_warnings_and_failing_on_them(desk):
    document = document_of({"/p": GET}, **{f"{X}documentation": {"version": "1"}})
    document["components"] = {"schemas": {"not-a-name": {"type": "string"}}}
    told = refusal(load, desk, document, failOnWarnings=True)
    assert told.startswith("Warnings found during import:\n\t")
    assert f"/{X}documentation" in told
    assert "/components/schemas/not-a-name" in told
    assert len(load(desk, document)["warnings"]) == 2
    ignored = load(desk, document, parameters={"ignore": "documentation"})
    assert len(ignored["warnings"]) == 1
    assert "warnings" not in load(desk, document_of({"/p": GET}), failOnWarnings=True)


def test_merging_keeps_what_the_document_does_not_have(desk):
    first = document_of({"/a": GET, "/b/c": GET}, policy=policy(allow()))
    first |= {f"{X}binary-media-types": ["image/png"], f"{X}api-key-source": "AUTHORIZER"}
    api_id = load(desk, first)["id"]
    before = {r["path"]: r["id"] for r in form_of(desk, api_id)["resources"]}
    second = document_of({"/a": {"post": operation(BACKEND)}, "/d": GET})
    merged = put(desk, api_id, second)
    assert merged["binaryMediaTypes"] == ["image/png"]
    assert merged["apiKeySource"] == "AUTHORIZER"
    assert "policy" in merged
    assert paths_of(desk, api_id) == {"/a": ["GET", "POST"], "/b/c": ["GET"], "/d": ["GET"]}
    after = {r["path"]: r["id"] for r in form_of(desk, api_id)["resources"]}
    assert before.items() <= after.items()


def test_overwriting_leaves_what_the_document_has(desk):
    first = document_of({"/a": GET, "/b/c": GET}, policy=policy(allow(), deny()))
    first[f"{X}binary-media-types"] = ["image/png"]
    api_id = load(desk, first)["id"]
    second = document_of({"/a": {"post": operation(BACKEND)}})
    overwritten = put(desk, api_id, second, mode="overwrite")
    assert overwritten["id"] == api_id
    assert "policy" not in overwritten
    assert "binaryMediaTypes" not in overwritten
    assert paths_of(desk, api_id) == {"/a": ["POST"]}


def test_the_same_document_again_writes_nothing(desk):
    def written():
        kinds = ("restapi", "resource", "authorizer", "model", "requestvalidator")
        found = [d for kind in kinds for d in desk.store.documents(f"apigateway/{kind}")]
        return [(d.id, d.version) for d in found]

    api_id = load(desk, EXPORT)["id"]
    before = written()
    put(desk, api_id, EXPORT, mode="overwrite")
    put(desk, api_id, EXPORT, mode="merge")
    assert written() == before


def test_a_policy_asks_for_one_more_permission(desk):
    load(desk, document_of({"/p": GET}))
    assert desk.required == []
    made = load(desk, document_of({"/p": GET}, policy=policy(allow())))
    assert [check.action for check in desk.required] == ["apigateway:UpdateRestApiPolicy"]
    stored = form_of(desk, made["id"])["policy"]
    # I2: the shorthand names the API that was made.
    expected = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{made['id']}/*"
    assert stored["Statement"][0]["Resource"] == expected


def test_variables_are_filled_in(desk):
    """I3"""
    made = load(desk, document_of({"/p": {"get": operation(BACKEND + "/${AWS::AccountId}")}}))
    method = form_of(desk, made["id"])["resources"][1]["methods"]["GET"]
    assert method["integration"]["uri"] == f"{BACKEND}/{ACCOUNT}"


def test_bad_modes_and_missing_apis(desk):
    document = document_of({"/p": GET})
    api_id = load(desk, document)["id"]
    assert "Invalid mode" in refusal(put, desk, api_id, document, mode="replace")
    with pytest.raises(Fault, match="Invalid API identifier specified 111111111111:nothing"):
        put(desk, "nothing", document)


def test_a_file_of_the_operator_gives_the_id(desk):
    unnamed = {**document_of({"/p": GET}), "info": {}}
    made = load(desk, unnamed, local_id="abc123")
    assert (made["id"], made["name"]) == ("abc123", "abc123")
    put(desk, "abc123", document_of({"/p": GET}, policy=GHOST), mode="overwrite", local=True)
    assert desk.required == []
