"""URIs of HTTP integrations: what they may be, and what path a call gets."""

import pytest
from tests.one_call import decided, request

from gatelodge.context.expressions import compile_expression
from gatelodge.integrate.questions import Origin
from gatelodge.integrate.uri import (
    UriError,
    fill_stage_variables,
    host_line,
    parse_uri,
    path_parameters,
    path_writer,
)


def test_stage_variables_are_filled_in():
    uri = "http://${stageVariables.host}/${stageVariables.v}"
    assert fill_stage_variables(uri, {"host": "h:1", "v": "x"}) == "http://h:1/x"
    with pytest.raises(UriError, match="no variable 'v'"):
        fill_stage_variables(uri, {"host": "h"})


@pytest.mark.parametrize(
    ("uri", "origin", "path", "query"),
    [
        ("http://h", Origin("http", "h", 80), "/", ""),
        ("https://h/a/{b}?c=d", Origin("https", "h", 443), "/a/{b}", "c=d"),
        ("http://[::1]:8080/", Origin("http", "::1", 8080), "/", ""),
    ],
)
def test_uris_are_taken_apart(uri, origin, path, query):
    assert parse_uri(uri) == (origin, path, query)
    assert parse_uri(uri, verify_tls=False)[0].verify_tls is False


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("ftp://h/", "not an http or https URL"),
        ("http:///p", "with a host"),
        ("http://{h}/", "parameter or a user name in its host"),
        ("http://user@h/", "parameter or a user name in its host"),
        ("http://h:x/", "is not a URI"),
        ("http://h/a b", "characters that a backend cannot be sent"),
        ("http://h/\r\nX: y", "characters that a backend cannot be sent"),
        ("http://h/#f", "characters that a backend cannot be sent"),
    ],
)
def test_uris_that_cannot_be_called(uri, told):
    with pytest.raises(UriError, match=told):
        parse_uri(uri)


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (Origin("http", "h", 80), "Host: h"),
        (Origin("https", "h", 443), "Host: h"),
        (Origin("http", "h", 443), "Host: h:443"),
        (Origin("http", "::1", 8080), "Host: [::1]:8080"),
    ],
)
def test_host_lines(origin, line):
    assert host_line(origin) == line


FROM_PATH = compile_expression("method.request.path.id")
FROM_QUERY = compile_expression("method.request.querystring.q")


@pytest.mark.parametrize(
    ("template", "values", "parameters", "query", "written"),
    [
        ("/fixed", {}, {}, "", "/fixed"),
        ("/a/{id}/b", {"id": FROM_PATH}, {"id": "7"}, "", "/a/7/b"),
        ("/a/{id}", {"id": FROM_PATH}, {"id": "x/y z"}, "", "/a/x/y%20z"),
        ("/a/{id}", {"id": FROM_PATH}, {"id": "né"}, "", "/a/n%C3%A9"),
        ("/a/{id}", {"id": FROM_PATH}, {}, "", None),
        ("/a/{q}", {"q": FROM_QUERY}, {}, "q=x%2Fy", "/a/x%2Fy"),
        ("/a/{q}", {"q": FROM_QUERY}, {}, "q=..", None),
        ("/a/{q}", {"q": FROM_QUERY}, {}, "q=.", None),
        ("/a/{q}", {"q": FROM_QUERY}, {}, "q=", None),
        ("/{id}/{q}", {"id": FROM_PATH, "q": FROM_QUERY}, {"id": "1"}, "q=2", "/1/2"),
    ],
)
def test_paths_of_calls(template, values, parameters, query, written):
    assert path_parameters(template) == list(values)
    write = path_writer(template, values, {"id": "id"})
    assert write(decided(request(query=query), parameters=parameters)) == written


def test_parameters_are_mapped():
    with pytest.raises(UriError, match="'id' that is not mapped"):
        path_writer("/{id}", {}, {})
