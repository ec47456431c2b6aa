"""JSON and YAML, strictly."""

import pytest

from gatelodge.openapi.text import MAX_DEPTH, TextError, parse_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}),
        (b"\xef\xbb\xbf{}", {}),
        (b"a: 1\nb: [x, yes]\n", {"a": 1, "b": ["x", True]}),
        (b"200: ok\ntrue: 1", {"200": "ok", "true": 1}),
        (b"v: 2012-10-17", {"v": "2012-10-17"}),
        (b"{a: 1}", {"a": 1}),
        (b"a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        (b"", None),
    ],
)
def test_values(text, value):
    assert parse_text(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\xff", "not UTF-8"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"a: 1\na: 2", "stands twice"),
        (b"a: [", "line 2, column 1"),
        (b"!!python/none x", "could not determine a constructor"),
        (b"<<: {a: 1}", "merge keys"),
        (b"? [a]\n: 1", "name is text"),
        (b"!!int x", "does not fit"),
        (b".inf", "not a number of JSON"),
        (b'{"a": NaN}', "not a number of JSON"),
        (b'["\\ud800"]', "half of a surrogate"),
        (b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), "nested too deeply"),
        (b"- " * (MAX_DEPTH + 2) + b"x", "nested too deeply"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"1" * 5000 + b"]", "digits"),
    ],
)
def test_what_is_refused(text, told):
    with pytest.raises(TextError, match=told):
        parse_text(text)


def test_aliases_cannot_stand_for_a_flood():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(TextError, match="more than 1000000 values"):
        parse_text("\n".join(lines).encode())
