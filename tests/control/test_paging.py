"""Pages: every item once, whatever is added or deleted between two of them."""

import pytest

from gatelodge.control.fault import Fault
from gatelodge.control.paging import page


def items(*names):
    return [(name, {"id": name}) for name in names]


def ids(answer):
    return [item["id"] for item in answer["items"]]


def test_pages_follow_each_other():
    names = [f"{n:03}" for n in range(60)]
    first = page(items(*names), None, None)
    assert ids(first) == names[:25]
    second = page(items(*names), 30, first["position"])
    assert ids(second) == names[25:55]
    last = page(items(*names), 30, second["position"])
    assert ids(last) == names[55:]
    assert "position" not in last


def test_what_is_deleted_or_added_between_pages_repeats_nothing():
    first = page(items("a", "b", "c", "d"), 2, None)
    second = page(items("a", "aa", "c", "d", "e"), 2, first["position"])
    assert ids(second) == ["c", "d"]


@pytest.mark.parametrize(("limit", "shown"), [(0, 1), (-5, 1), (1, 1), (500, 500), (501, 500)])
def test_a_limit_out_of_range_is_clamped(limit, shown):
    assert len(page(items(*map(str, range(600))), limit, None)["items"]) == shown


def test_exactly_one_page_has_no_position():
    assert "position" not in page(items("a", "b"), 2, None)
    assert page([], None, None) == {"items": []}


@pytest.mark.parametrize("position", ["!", "a", "_w==", "é"])
def test_any_other_position_is_refused(position):
    with pytest.raises(Fault) as refused:
        page(items("a"), None, position)
    assert refused.value.status == 400
