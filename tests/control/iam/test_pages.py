"""Pages: nothing is hidden and nothing shown twice, whatever changes between them."""

import pytest

from gatelodge.control.fault import Fault
from gatelodge.control.iam.pages import page


def pages(items, count, **changes):
    """All pages; changes: what is done to the items after the first."""
    items, given, marker = list(items), [], None
    while True:
        output = page("Users", items, str, str.upper, MaxItems=count, Marker=marker)
        given.append(output["Users"])
        if not output["IsTruncated"]:
            assert "Marker" not in output
            return given
        marker = output["Marker"]
        for name in changes.pop("gone", ()):
            items.remove(name)
        items += changes.pop("new", ())


def test_one_page_and_several():
    assert pages("cab", 3) == [["A", "B", "C"]]
    assert pages("cab", 2) == [["A", "B"], ["C"]]
    assert pages("", 2) == [[]]


def test_a_page_has_a_hundred_items():
    assert len(page("Users", map(str, range(300)), str, str)["Users"]) == 100


def test_what_goes_and_what_comes_meanwhile():
    assert pages("abcd", 2, gone="b") == [["A", "B"], ["C", "D"]]
    assert pages("abcd", 2, gone="c") == [["A", "B"], ["D"]]
    assert pages("bcde", 2, new="a") == [["B", "C"], ["D", "E"]]
    assert pages("bcef", 2, new="d") == [["B", "C"], ["D", "E"], ["F"]]


@pytest.mark.parametrize("marker", ["*", "é", "gA==", "A"])
def test_markers_that_nobody_gave(marker):
    with pytest.raises(Fault, match=r"Invalid Marker\."):
        page("Users", "ab", str, str, Marker=marker)
