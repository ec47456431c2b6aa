"""The tree of paths: where a resource may stand, and what goes with it."""

import pytest
from tests.control.apigateway.calls import Desk

from gatelodge.control.apigateway.resources import (
    create_resource,
    delete_resource,
    get_resource,
    get_resources,
)
from gatelodge.control.apigateway.rest_apis import create_rest_api
from gatelodge.control.fault import Fault


class Tree(Desk):
    """An API's resources."""

    def __init__(self, directory):
        super().__init__(directory)
        made = self.do(create_rest_api, name="a")
        self.api = {"restApiId": made["id"]}
        self.root = made["rootResourceId"]

    def add(self, part, parent=None):
        made = self.do(create_resource, **self.api, parentId=parent or self.root, pathPart=part)
        return made["id"]

    def paths(self):
        return sorted(one["path"] for one in self.do(get_resources, **self.api)["items"])


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def test_paths_grow(tree):
    pets = tree.add("pets")
    pet = tree.add("{pet}", pets)
    tree.add("toys.v1_a:b", pet)
    tree.add("{proxy+}", pet)
    assert tree.paths() == [
        "/",
        "/pets",
        "/pets/{pet}",
        "/pets/{pet}/toys.v1_a:b",
        "/pets/{pet}/{proxy+}",
    ]


@pytest.mark.parametrize(
    "part", ["a b", "a/b", "..", ".", "", "{a", "a}", "{a+}b", "{}", "é", "a%20"]
)
def test_what_is_no_part_of_a_path(tree, part):
    with pytest.raises(Fault, match="Resource's path part only allow"):
        tree.add(part)
    assert tree.paths() == ["/"]


@pytest.mark.parametrize(
    ("before", "part", "told"),
    [
        ("pets", "pets", "Another resource with the same parent already has this name: pets"),
        ("{a}", "{b}", "A sibling ({a}) of this resource already has a variable path part"),
        ("{a}", "{b+}", "A sibling ({a}) of this resource already has a variable path part"),
    ],
)
def test_siblings_that_stand_in_the_way(tree, before, part, told):
    tree.add(before)
    with pytest.raises(Fault) as refused:
        tree.add(part)
    assert told in refused.value.message


@pytest.mark.parametrize(
    ("above", "part", "told"),
    [
        ("{all+}", "x", "Cannot create a child of a resource with a greedy path variable"),
        ("{id}", "{id}", "stands twice in one path"),
        ("{id}", "{id+}", "stands twice in one path"),
    ],
)
def test_what_may_not_stand_below(tree, above, part, told):
    below = tree.add(above)
    with pytest.raises(Fault, match=told):
        tree.add(part, below)


def test_a_parent_of_another_api_is_none(tree):
    other = tree.do(create_rest_api, name="b")["rootResourceId"]
    with pytest.raises(Fault) as refused:
        tree.add("x", other)
    assert refused.value.message == "Invalid Resource identifier specified"


def test_what_is_below_goes_too_and_nothing_else(tree):
    pets = tree.add("pets")
    tree.add("b", tree.add("a", pets))
    tree.add("petshop")
    tree.do(delete_resource, **tree.api, resourceId=pets)
    assert tree.paths() == ["/", "/petshop"]
    with pytest.raises(Fault, match="The root resource cannot be deleted"):
        tree.do(delete_resource, **tree.api, resourceId=tree.root)


def test_what_is_embedded(tree):
    with pytest.raises(Fault, match="Invalid embed specified"):
        tree.do(get_resource, **tree.api, resourceId=tree.root, embed=["everything"])
    assert tree.do(get_resource, **tree.api, resourceId=tree.root)["path"] == "/"
