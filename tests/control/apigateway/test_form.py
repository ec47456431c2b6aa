"""An API as documents and as one form: what goes in comes out, and ids stay where names do."""

import pytest
from tests.control.apigateway.calls import Desk

from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.form import read_form, write_form
from gatelodge.control.fault import Fault
from gatelodge.openapi import Problems, read
from gatelodge.published.freeze import freeze

SCHEMES = {
    "pool": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {
            "type": "cognito_user_pools",
            "providerARNs": ["arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_A"],
        },
    }
}
MOCK = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {
        "default": {"statusCode": "200", "responseTemplates": {"application/json": "{}"}},
        "4..": {
            "statusCode": "404",
            "responseParameters": {"method.response.header.X-A": "'a'"},
        },
    },
}
PROXY = {
    "type": "http_proxy",
    "httpMethod": "ANY",
    "uri": "http://127.0.0.1:9/{id}",
    "requestParameters": {"integration.request.path.id": "method.request.path.id"},
    "tlsConfig": {"insecureSkipVerification": True},
}
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "pets", "description": "all of them"},
    "x-amazon-apigateway-policy": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": "arn:aws:execute-api:us-east-1:111111111111:*",
            }
        ],
    },
    "x-amazon-apigateway-binary-media-types": ["image/png"],
    "x-amazon-apigateway-gateway-responses": {
        "UNAUTHORIZED": {
            "statusCode": 418,
            "responseParameters": {"gatewayresponse.header.X-T": "'tea'"},
        },
        "DEFAULT_4XX": {"responseTemplates": {"application/json": "{}"}},
    },
    "components": {"securitySchemes": SCHEMES},
    "paths": {
        "/": {"get": {"operationId": "root", "x-amazon-apigateway-integration": MOCK}},
        "/pets/{id}/toys": {"get": {"x-amazon-apigateway-integration": PROXY}},
        "/bare": {"post": {}},
    },
}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def imported(document):
    problems = Problems()
    form = read(document, problems).api
    assert not problems.found
    return form


def new_api(desk, name="pets"):
    configuration = {"types": ["REGIONAL"], "ipAddressType": "ipv4"}
    body = {"name": name, "endpointConfiguration": configuration}
    return desk.do(documents.add_api, body=body).id


def write(desk, api, form, *, overwrite=True):
    desk.do(write_form, api_id=api, form=form, overwrite=overwrite)


def frozen(form):
    """What a deployment of it serves, without what only editing knows."""
    known = {k: v for k, v in form.items() if k not in {"models", "requestValidators"}}
    known.pop("apiKeySource", None)
    return known


def strip_empty(value):
    if isinstance(value, dict):
        kept = {k: strip_empty(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v not in (None, {}, [], "", False)}
    if isinstance(value, list):
        return [strip_empty(item) for item in value]
    return value


def test_what_is_written_is_read_again(desk):
    form = imported(DOCUMENT)
    api = new_api(desk)
    write(desk, api, form)
    read_back = read_form(desk.call(), api)
    by_path = {resource["path"]: resource for resource in read_back["resources"]}
    assert list(by_path) == ["/", "/bare", "/pets", "/pets/{id}", "/pets/{id}/toys"]
    for resource in form["resources"]:
        for verb, method in resource["methods"].items():
            kept = by_path[resource["path"]]["methods"][verb]
            if kept["integration"]:
                kept["integration"].pop("cacheNamespace")
                if kept["integration"]["type"] != "MOCK":
                    assert kept["integration"].pop("responseTransferMode") == "BUFFERED"
                kept["integration"]["responses"].sort(key=lambda r: r["statusCode"])
            assert strip_empty(kept) == strip_empty(method)
    for member in ("name", "description", "policy", "binaryMediaTypes", "gatewayResponses"):
        assert strip_empty(read_back[member]) == strip_empty(form[member])
    assert [a["name"] for a in read_back["authorizers"]] == ["pool"]


def test_written_twice_nothing_changes(desk):
    api = new_api(desk)
    write(desk, api, imported(DOCUMENT))
    before, seq = read_form(desk.call(), api), desk.store.last_change()
    write(desk, api, imported(DOCUMENT))
    write(desk, api, imported(DOCUMENT), overwrite=False)
    write(desk, api, before)
    assert read_form(desk.call(), api) == before
    assert desk.store.last_change() == seq


def test_overwriting_removes_and_merging_keeps(desk):
    api = new_api(desk)
    write(desk, api, imported(DOCUMENT))
    root = next(r["id"] for r in read_form(desk.call(), api)["resources"] if r["path"] == "/")
    other = {
        "openapi": "3.0.1",
        "info": {"title": "dogs"},
        "paths": {"/": {"post": {}}, "/pets": {"get": {}}},
    }
    write(desk, api, imported(other), overwrite=False)
    merged = read_form(desk.call(), api)
    assert merged["name"] == "dogs"
    assert merged["description"] == "all of them"
    assert merged["policy"] is not None
    assert len(merged["authorizers"]) == 1
    assert set(merged["resources"][0]["methods"]) == {"GET", "POST"}
    assert len(merged["resources"]) == 5
    write(desk, api, imported(other))
    overwritten = read_form(desk.call(), api)
    assert [r["path"] for r in overwritten["resources"]] == ["/", "/pets"]
    assert overwritten["resources"][0]["id"] == root
    assert set(overwritten["resources"][0]["methods"]) == {"POST"}
    assert overwritten["policy"] is None
    assert overwritten["authorizers"] == []
    assert overwritten["gatewayResponses"] == {}
    assert "description" not in overwritten
    assert "binaryMediaTypes" not in overwritten


def test_a_method_names_an_authorizer_by_its_name_or_its_id(desk):
    api = new_api(desk)
    form = imported({**DOCUMENT, "paths": {"/": {"get": {}}}})
    method = form["resources"][0]["methods"]["GET"]
    method |= {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "pool"}
    write(desk, api, form)
    read_back = read_form(desk.call(), api)
    authorizer = read_back["authorizers"][0]["id"]
    assert read_back["resources"][0]["methods"]["GET"]["authorizerId"] == authorizer
    assert (
        freeze(frozen(read_back), api_id=api, account=desk.account, region=desk.region)
        .authorizers[authorizer]
        .name
        == "pool"
    )
    write(desk, api, read_back)
    method["authorizerId"] = "nobody"
    with pytest.raises(Fault, match="nobody"):
        write(desk, api, form)


@pytest.mark.parametrize(
    ("before", "after"),
    [("/pets/{id}", "/pets/{name}"), ("/files/{all+}", "/files/{all+}/more")],
)
def test_merged_paths_that_stand_in_each_others_way_are_refused(desk, before, after):
    api = new_api(desk)
    write(desk, api, {"resources": [{"path": before, "methods": {}}]})
    with pytest.raises(Fault) as refused:
        write(desk, api, {"resources": [{"path": after, "methods": {}}]}, overwrite=False)
    assert refused.value.code == "BadRequestException"


def test_two_responses_of_one_status_are_refused(desk):
    api = new_api(desk)
    responses = [{"statusCode": 200}, {"statusCode": 200, "selectionPattern": "5.."}]
    integration = {"type": "MOCK", "responses": responses}
    method = {"httpMethod": "GET", "authorizationType": "NONE", "integration": integration}
    with pytest.raises(Fault, match="status 200"):
        write(desk, api, {"resources": [{"path": "/", "methods": {"GET": method}}]})


def test_an_api_belongs_to_an_account_and_a_region(desk):
    api = new_api(desk)
    for stranger in (desk.other("222222222222"), Desk(desk.directory, region="eu-west-1")):
        with pytest.raises(Fault) as refused:
            read_form(stranger.call(), api)
        assert refused.value.status == 404
        assert refused.value.message == (
            f"Invalid API identifier specified {stranger.account}:{api}"
        )


def test_removing_an_api_leaves_nothing(desk):
    api = new_api(desk)
    write(desk, api, imported(DOCUMENT))
    desk.do(lambda call: documents.remove_api(call, documents.api(call, api)))
    kinds = (documents.API, documents.RESOURCE, documents.AUTHORIZER, documents.GATEWAY_RESPONSE)
    assert [d for kind in kinds for d in desk.store.documents(kind)] == []
