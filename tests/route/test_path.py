"""One spelling for one resource: what is decoded, kept and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.route.path import PathRefused, escape, read_path


@pytest.mark.parametrize(
    ("raw", "segments"),
    [
        ("/", [""]),
        ("/prod/pets", ["prod", "pets"]),
        ("/prod/pets/", ["prod", "pets", ""]),
        ("//a", ["", "a"]),
        ("/%70ets", ["pets"]),
        ("/a%20b", ["a b"]),
        ("/a%2Fb", ["a%2Fb"]),
        ("/a%2fb", ["a%2Fb"]),
        ("/a%252Fb", ["a%252Fb"]),
        ("/%E2%82%AC", ["\u20ac"]),
        ("/...", ["..."]),
        ("/.hidden", [".hidden"]),
    ],
)
def test_segments(raw, segments):
    assert read_path(raw) == segments


@pytest.mark.parametrize(
    "raw",
    ["", "a", "/.", "/a/..", "/./a", "/%2e", "/%2E%2e/a", "/a%2F..", "/..%2Fa", "/\\", "/%5C",
     "/a\x00", "/%00", "/%7F", "/a%0Ab", "/%", "/%4", "/%zz", "/%ff", "/%C0%AF", "/a#b", "/a b"],
)  # fmt: skip
def test_refused(raw):
    assert isinstance(read_path(raw), PathRefused)


@given(st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=30))
def test_reading_and_writing_are_inverse(raw):
    """What was read, written and read again is the same: no spelling changes meaning on the way."""
    segments = read_path(f"/{raw}")
    if isinstance(segments, PathRefused):
        return
    written = "/" + "/".join(map(escape, segments))
    assert read_path(written) == segments
    assert written.isascii()
