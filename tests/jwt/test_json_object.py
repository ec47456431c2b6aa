"""JSON of tokens: the quick reading and the strict one never disagree."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatelodge.jwt import json_object
from gatelodge.jwt.json_object import read_object

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
PIECES = st.lists(
    st.sampled_from(
        ["{", "}", '"a"', '"b"', '"\\u0061"', ":", ",", "1", "1.0", "1e3", "-0", "0", " ", "[", "]",
         "true", "null", '"\\/"', '"/"', '"\\\\/"', '"\\ud800"', "NaN", "12345678901234567890123"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(st.dictionaries(st.text(max_size=4), VALUES))
def test_a_compact_object_reads_as_it_was_written(value):
    octets = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    assert read_object(octets) == value
    assert read_object(octets.replace(b"/", b"\\/")) == value


@given(PIECES.map(lambda middle: f'{{"a":{middle}}}') | PIECES)
@example('{"a":1,"a":1}')
@example('{"a":{"b":1,"b":1}}')
@example('{"a":"\\\\/"}')
@example('{"a\\/b":1,"a/b":1}')
@example('{"a":12345678901234567890123}')
@example('{"a":-0}')
@example('{"a":1.50}')
def test_both_readings_agree(text):
    octets = text.encode()
    quick, strict = read_object(octets), json_object._read_slowly(octets)
    assert quick == strict
    assert repr(quick) == repr(strict)  # 1 and 1.0, 0 and -0.0 are equal, and not the same


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b'{"sub":"me","sub":"you"}', "'sub' stands twice"),
        (b'{"\\u0073ub":"me","sub":"you"}', "'sub' stands twice"),
        (b'{"exp":NaN}', "not JSON"),
        (b'\xef\xbb\xbf{"exp":1}', "not JSON"),
        (b'{"exp":1}{}', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"", "not JSON"),
    ],
)
def test_what_is_wrong_is_said(octets, words):
    assert words in read_object(octets)
