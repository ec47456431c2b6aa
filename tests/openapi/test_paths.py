"""Path templates, and which stand in each other's way."""

import pytest

from gatelodge.openapi.paths import PathTemplates, parameter_names
from gatelodge.openapi.problems import Problems


def read(*paths):
    templates, problems = PathTemplates(), Problems()
    return [templates.read(path, problems) for path in paths], [p.message for p in problems.found]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "/"),
        ("/a/", "/a"),
        ("/a.b-c_d:e", "/a.b-c_d:e"),
        ("/{id}/x/{proxy+}", "/{id}/x/{proxy+}"),
        ("/...", "/..."),
    ],
)
def test_paths(path, kept):
    assert read(path) == ([kept], [])


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["a"], "is not a path"),
        (["/a b"], "letters, digits"),
        (["/a//b"], "path part ''"),
        (["/.."], "path part '..'"),
        (["/{a}{b}"], "letters, digits"),
        (["/{proxy+}/x"], "stands only at the end"),
        (["/{a}/{a}"], "stands twice in one path"),
        (["/{a}", "/{b}/x"], "{b} stands where another path has {a}"),
        (["/{a}", "/{proxy+}"], "{proxy+} stands where another path has {a}"),
        (["/a", "/a/"], "same resource as '/a'"),
    ],
)
def test_what_cannot_be(paths, message):
    kept, told = read(*paths)
    assert any(message in text for text in told), told
    assert kept[-1] is None


def test_names():
    assert parameter_names("/{a}/b/{c+}") == {"a", "c"}
