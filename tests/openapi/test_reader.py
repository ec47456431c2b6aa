"""Whole documents: paths, verbs and versions."""

import pytest
from tests.openapi.documents import MOCK, X, document, imported, told


def test_verbs_and_places():
    """I5, I11"""
    item = {"get": {"operationId": "Get"}, f"{X}any-method": {}, "summary": "s", "parameters": []}
    read_once, found = imported({**document(), "paths": {"/a/{b}/": item, "x-mine": {}}})
    assert not found
    (resource,) = read_once.api["resources"]
    assert resource["path"] == "/a/{b}"
    assert set(resource["methods"]) == {"GET", "ANY"}
    assert resource["methods"]["GET"]["operationName"] == "Get"
    assert resource["methods"]["ANY"]["integration"] is None
    assert read_once.places["/a/{b}", "ANY"] == f"/paths/~1a~1{{b}}~1/{X}any-method"


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"openapi": "3.1.0"}, "", "version '3.1.0' is not supported"),
        ({"openapi": "4"}, "", "version '4'"),
        ({"swagger": "1.2"}, "", "version '1.2'"),
        ({"paths": []}, "/paths", "paths is an object"),
        ({"paths": {"/a": []}}, "/paths/~1a", "a path item is an object"),
        ({"paths": {"/a": {"get": []}}}, "/paths/~1a/get", "an operation is an object"),
        ({"paths": {"/a": {"GET": {}}}}, "/paths/~1a/GET", "small letters: get"),
        ({"paths": {"/a": {"trace": {}}}}, "/paths/~1a/trace", "no TRACE methods"),
        ({"paths": {"/a": {"$ref": "#/x"}}}, "/paths/~1a/$ref", "references to path items"),
        ({"paths": {"/a": {"security": []}}}, "/paths/~1a/security", "not in a path"),
        ({"paths": {"/a": {}, "/a/": {}}}, "/paths/~1a~1", "same resource as '/a'"),
        ({"info": []}, "/info", "info is an object"),
    ],
)
def test_mistakes(change, pointer, message):
    _, found = imported({**document(), **change})
    assert any(p == pointer and message in m for p, m in told(found)), told(found)


def test_paths_are_needed():
    _, found = imported({"openapi": "3.0.1"})
    assert ("/paths", "paths is missing") in told(found)


def test_documentation_is_left_out_and_told():
    read_once, found = imported({**document(), f"{X}documentation": {"version": "1"}})
    assert not found
    assert [problem.pointer for problem in read_once.left_out] == [f"/{X}documentation"]


def test_an_integration_that_cannot_run_is_kept_and_told_apart():
    kept = {"type": "http", "httpMethod": "GET", "uri": "http://h/"}
    read_once, found = imported(document({f"{X}integration": kept}))
    assert not found
    assert read_once.api["resources"][0]["methods"]["GET"]["integration"]["type"] == "HTTP"
    served, found = imported(document({f"{X}integration": MOCK}))
    assert not found
    assert served.api["resources"][0]["methods"]["GET"]["integration"]["type"] == "MOCK"
