"""Lists in pages: every entry once, in order, whatever changes in between."""

import pytest

from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.pages import cut
from gatelodge.store import Document


def documents(*names):
    return [
        Document(account="1", region="r", kind="k", id=name, name=name, body={}, created="c")
        for name in names
    ]


def pages(found, size):
    marker, seen = None, []
    while True:
        page, marker = cut(found, size, marker)
        seen.append([document.id for document in page])
        if marker is None:
            return seen


def test_versions_are_in_the_order_of_their_numbers():
    found = documents("f:10", "g", "f:2", "f", "f:1")
    assert pages(found, 2) == [["f", "f:1"], ["f:2", "f:10"], ["g"]]
    assert pages(found, None) == [["f", "f:1", "f:2", "f:10", "g"]]
    assert pages([], 5) == [[]]


def test_what_is_deleted_in_between_does_not_matter():
    _, marker = cut(documents("a", "b", "c"), 2, None)
    page, _ = cut(documents("a", "c", "d"), 2, marker)
    assert [document.id for document in page] == ["c", "d"]


@pytest.mark.parametrize("marker", ["x", "=", "/w==", "ü"])
def test_markers_of_nobody(marker):
    with pytest.raises(Fault, match="not one that this list gave"):
        cut([], 1, marker)
