"""Query strings, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.context.query import read_query, write_pair


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        ("", []),
        ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        ("a", [("a", "")]),
        ("a=", [("a", "")]),
        ("=v", [("", "v")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=%20+x", [("a", "  x")]),
        ("%C3%A9=%E2%82%AC", [("é", "€")]),
        ("a=%FF", [("a", "\ufffd")]),
        ("a=\xe9", [("a", "\ufffd")]),
        ("a=1&&b=2", [("a", "1"), ("b", "2")]),
    ],
)
def test_reading(raw, pairs):
    assert read_query(raw) == pairs


@given(st.text(min_size=1), st.text())
def test_what_is_written_is_read_again(name, value):
    if any("\ud800" <= c <= "\udfff" for c in name + value):
        return  # no text that UTF-8 can hold
    assert read_query(write_pair(name, value)) == [(name, value)]
