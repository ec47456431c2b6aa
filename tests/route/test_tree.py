"""The resource tree: which template a path addresses."""

import pytest

from gatelodge.route.hosts import HostNames
from gatelodge.route.tree import ResourceTree

TREE = ResourceTree(
    (template, template)
    for template in (
        "/",
        "/pets",
        "/pets/{id}",
        "/pets/mine",
        "/pets/{id}/toys",
        "/files/{proxy+}",
        "/a/{b}/c",
        "/a/x/{proxy+}",
    )
)


@pytest.mark.parametrize(
    ("path", "template", "parameters"),
    [
        ("", "/", {}),
        ("pets", "/pets", {}),
        ("pets/7", "/pets/{id}", {"id": "7"}),
        ("pets/mine", "/pets/mine", {}),
        ("pets/mine/toys", "/pets/{id}/toys", {"id": "mine"}),
        ("files/a/b", "/files/{proxy+}", {"proxy": "a/b"}),
        ("files/a/", "/files/{proxy+}", {"proxy": "a/"}),
        ("a/x/c", "/a/x/{proxy+}", {"proxy": "c"}),
        ("a/y/c", "/a/{b}/c", {"b": "y"}),
        ("pets/", None, None),
        ("files", None, None),
        ("files/", None, None),
        ("Pets", None, None),
        ("a/y/d", None, None),
    ],
)
def test_match(path, template, parameters):
    match = TREE.match(path.split("/"))
    assert match == (template and (template, parameters))


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("abc.execute-api.us-east-1.localhost:8080", "prod/pets", ("abc", "prod", ["pets"], True)),
        ("ABC.execute-api.us-east-1.amazonaws.com", "prod", ("abc", "prod", [], True)),
        ("x", "_aws/execute-api/abc/prod/pets", ("abc", "prod", ["pets"], False)),
        ("x", "_aws/execute-api/abc", ("abc", "", [], False)),
        ("x", "_aws/execute-api/", None),
        ("x", "prod/pets", None),
        ("", "prod", None),
    ],
)
def test_addresses(host, path, expected):
    assert HostNames().address(host, path.split("/")) == expected
