"""Differences in words that name method, field, old and new."""

import pytest
from hypothesis import given, settings
from tests.openapi.forms import apis

from gatelodge.files.differences import differences
from gatelodge.openapi import Notation, Problems, Server, read, write

PROXY = {"type": "HTTP_PROXY", "httpMethod": "ANY", "uri": "http://a/"}


def method(**members):
    return {"httpMethod": "GET", "authorizationType": "NONE", "integration": PROXY, **members}


def api(methods=None, path="/pets", **members):
    resources = [{"path": path, "methods": {"GET": method()} if methods is None else methods}]
    return {"name": "pets", "resources": resources, **members}


def answering(**response):
    integration = {**PROXY, "responses": [{"statusCode": 200, **response}]}
    return api({"GET": method(integration=integration)})


def words(**sides):
    return [difference.words(sides) for difference in differences(sides)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (api(), api(), []),
        (api({"GET": method(integration={**PROXY, "uri": "http://b/"})}), api(),
         ['GET /pets integration/uri: declared "http://b/", edited "http://a/"']),
        (api({"GET": method(authorizationType="AWS_IAM")}), api(),
         ['GET /pets authorizationType: declared "AWS_IAM", edited "NONE"']),
        (api({}), api(),
         ["resource /pets: declared has it, edited nothing",
          'GET /pets: declared nothing, edited "NONE HTTP_PROXY http://a/"']),
        (api(name="dogs"), api(), ['API name: declared "dogs", edited "pets"']),
        (api(policy={"Statement": [{"Effect": "Deny"}]}),
         api(policy={"Statement": [{"Effect": "Allow"}]}),
         ['resource policy Statement/0/Effect: declared "Deny", edited "Allow"']),
        (api(policy={"Statement": []}), api(),
         ["resource policy: declared has it, edited nothing"]),
        (api(authorizers=[{"id": "x", "name": "a", "type": "TOKEN", "authorizerUri": "u"}]),
         api(authorizers=[{"name": "a", "type": "TOKEN", "authorizerUri": "v"}]),
         ['authorizer a authorizerUri: declared "u", edited "v"']),
        (api(gatewayResponses={"UNAUTHORIZED": {"statusCode": 418}}), api(),
         ["gateway response UNAUTHORIZED: declared has it, edited nothing"]),
        (answering(selectionPattern="2.."), answering(),
         ['GET /pets integration/responses/200/selectionPattern: declared "2..", edited nothing']),
        (api(variables={"a": "1"}), api(variables={"a": "2"}),
         ['API variables/a: declared "1", edited "2"']),
    ],
)  # fmt: skip
def test_words(old, new, expected):
    assert words(declared=old, edited=new) == expected


def test_three_sides():
    sides = {
        "declared": api({"GET": method(authorizationType="AWS_IAM")}),
        "edited": api(),
        "deployed": None,
    }
    assert words(**sides) == [
        "API: declared has it, edited has it, deployed nothing",
        'GET /pets: declared "AWS_IAM HTTP_PROXY http://a/", '
        'edited "NONE HTTP_PROXY http://a/", deployed nothing',
        'GET /pets authorizationType: declared "AWS_IAM", edited "NONE", deployed nothing',
    ]


def test_what_is_filled_in_by_itself_is_no_difference():
    spoken = {
        **PROXY,
        "timeoutInMillis": 29_000,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "cacheNamespace": "r1",
        "cacheKeyParameters": [],
        "responses": [],
    }
    long = api({"GET": method(integration=spoken, apiKeyRequired=False, authorizationScopes=[])})
    long |= {"apiKeySource": "HEADER", "endpointTypes": ["EDGE"], "policy": None, "description": ""}
    long["resources"][0]["id"] = "r1"
    long["resources"] += [{"id": "r0", "path": "/", "methods": {}}]
    assert words(declared=api(), edited=long) == []


@settings(max_examples=25, deadline=None)
@given(apis())
def test_an_export_differs_in_nothing_from_what_was_exported(form):
    again = read(write(form, Notation.OAS30, Server("a", "us-east-1", "s")), Problems()).api
    assert words(edited=form, declared=again) == []


def test_for_programs():
    (difference,) = differences({"edited": api(), "deployed": api(name="dogs")})
    assert difference.as_dict() == {
        "where": "API",
        "field": "name",
        "edited": "pets",
        "deployed": "dogs",
    }


def test_unique_ids_are_no_difference():
    """Files know none."""
    form = {"name": "a", "resources": [], "policy": {"Id": "p"}}
    held = {**form, "policyPrincipals": {"arn": "AIDAX"}}
    assert differences({"declared": form, "edited": held}) == []
