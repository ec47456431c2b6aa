"""Which operation a method and a path mean, and the one spelling of a path."""

import pytest

from gatelodge.control.wire.paths import one_spelling, paths_of, split


@pytest.mark.parametrize(
    ("method", "path", "query", "operation", "parameters"),
    [
        ("GET", "/restapis", "", "GetRestApis", {}),
        ("GET", "/restapis/", "", "GetRestApis", {}),
        ("POST", "/restapis", "", "CreateRestApi", {}),
        ("POST", "/restapis", "mode=import", "ImportRestApi", {}),
        ("POST", "/restapis", "a=b&mode=import", "ImportRestApi", {}),
        ("POST", "/restapis", "mode=other", "CreateRestApi", {}),
        ("GET", "/restapis/a%2Fb", "", "GetRestApi", {"restapi_id": "a/b"}),
        (
            "GET",
            "/restapis/a/resources/r/methods/GET",
            "",
            "GetMethod",
            {"restapi_id": "a", "resource_id": "r", "http_method": "GET"},
        ),
        ("PUT", "/restapis/a/gatewayresponses/X", "", "PutGatewayResponse", None),
    ],
)
def test_operations_of_apigateway(method, path, query, operation, parameters):
    found = paths_of("apigateway").match(method, path, query)
    assert found is not None
    assert found[0] == operation
    if parameters is not None:
        assert found[1] == parameters


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing/like/it"),
        ("BREW", "/restapis"),
        ("GET", "/restapis//resources"),
        ("GET", "/restapis/%ff"),
    ],
)
def test_what_means_no_operation(method, path):
    assert paths_of("apigateway").match(method, path, "") is None


def test_what_is_written_out_goes_before_what_takes_anything():
    paths = paths_of("lambda")
    assert paths.match("GET", "/2015-03-31/functions/f/policy", "")[0] == "GetPolicy"
    assert paths.match("GET", "/2015-03-31/functions/policy", "")[0] == "GetFunction"


@pytest.mark.parametrize(
    ("path", "spelling"),
    [
        ("/restapis/abc", "/restapis/abc"),
        ("/restapis/%61bc", "/restapis/abc"),
        ("/restapis/abc/", "/restapis/abc"),
        ("/tags/arn%3Aaws", "/tags/arn%3Aaws"),
        ("/tags/arn:aws", "/tags/arn%3Aaws"),
        ("/a%2fb", "/a%2Fb"),
        ("/", "/"),
    ],
)
def test_policies_know_one_spelling(path, spelling):
    assert one_spelling(path) == spelling
    assert one_spelling(spelling) == spelling


def test_a_path_is_taken_apart_at_its_slashes():
    assert split("/a/b/") == ["a", "b"]
    assert split("/a//b") == ["a", "", "b"]
