"""Header fields as they came: order, repeats, names without case."""

import pytest

from gatelodge import messages
from gatelodge.messages import Headers, Response, one_line


def test_lines_are_read_as_pairs_are():
    lines = ["Host: x", "X-A:1", "Accept: \t a \t", "X-Empty:", "x-a:  2 3 "]
    read = Headers((), lines)
    assert read.pairs == [
        ("Host", "x"), ("X-A", "1"), ("Accept", "a"), ("X-Empty", ""), ("x-a", "2 3"),
    ]  # fmt: skip
    made = Headers(read.pairs)
    for headers in (read, made):
        assert headers.index == {"host": "x", "x-a": "1", "accept": "a", "x-empty": ""}
        assert list(headers.lower) == ["host", "x-a", "accept", "x-empty", "x-a"]
        assert headers.all("x-a") == ["1", "2 3"]
        assert headers.all("host") == ["x"]
        assert headers.all("none") == []
        assert (headers.get("x-a"), headers.get("none")) == ("1", None)
        assert "host" in headers
        assert "Host" not in headers
    assert read.lines == lines


def test_fields_without_repeats_keep_their_order():
    headers = Headers((), ["B: 1", "A: 2", "C: 3"])
    assert list(headers.lower) == ["b", "a", "c"]
    assert headers.repeated == ()


@pytest.mark.parametrize(
    "line",
    ["", "X", ": 1", " X: 1", "\tX: 1", "X : 1", "X\x00: 1", "Xé: 1", "X: a\x00", "X: a\nY: b",
     "X: a\rY", "X: \x7f", "(X): 1"],
)  # fmt: skip
def test_what_is_no_field_line_is_refused(line):
    with pytest.raises(ValueError, match="not a field line"):
        Headers((), ["Host: x", line])


def test_values_are_octets():
    assert Headers((), ["X: \xff\xe9 \t\x80"]).get("x") == "\xff\xe9 \t\x80"


def test_few_short_lines_without_secrets_are_remembered():
    lines = messages.read_field.__self__
    lines.clear()
    kept = "X-Kept: 1"
    secret = [f"{name}: 1" for name in ("Authorization", "COOKIE", "x-api-key", "Set-Cookie")]
    secret.append("X-Amz-Security-Token: 1")
    Headers((), [kept, "X-Long: " + "a" * 1000, *secret])
    assert list(lines) == [kept]
    for number in range(messages._TEXTS_KEPT + 1):
        Headers((), [f"X: {number}"])
    assert len(lines) <= messages._TEXTS_KEPT


def test_few_short_names_are_remembered():
    names = messages._read_name.__self__
    names.clear()
    Headers((), ["X-Kept: 1", "Authorization: 1", "X-" + "a" * 1000 + ": 1"])
    assert names == {"X-Kept": ("x-kept", False), "Authorization": ("authorization", True)}
    for number in range(messages._TEXTS_KEPT + 1):
        Headers((), [f"X-{number}: 1"])
    assert len(names) <= messages._TEXTS_KEPT


def test_a_response_gives_its_lines_as_pairs():
    response = Response(200, [("A", "1")], b"")
    response.lines += ["B:2", "C: "]
    response.add("D", "4")
    assert response.headers == (("A", "1"), ("B", "2"), ("C", ""), ("D", "4"))
    assert one_line("a\r\nb\x00€") == "ab€".encode().decode("latin-1")
