"""Values as shapes want them, and what is told of others in AWS's words."""

from datetime import UTC, datetime

import pytest
from botocore.model import Shape, ShapeResolver

from gatelodge.control.fault import Fault
from gatelodge.control.wire import values

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHAPES = ShapeResolver(
    {
        "text": {"type": "string"},
        "flag": {"type": "boolean"},
        "whole": {"type": "integer"},
        "decimal": {"type": "double"},
        "octets": {"type": "blob"},
        "time": {"type": "timestamp"},
        "texts": {"type": "list", "member": {"shape": "text"}},
        "named": {"type": "map", "key": {"shape": "text"}, "value": {"shape": "whole"}},
        "thing": {
            "type": "structure",
            "members": {
                "name": {"shape": "text", "locationName": "n"},
                "count": {"shape": "whole"},
            },
        },
    }
)


def shape(name) -> Shape:
    return SHAPES.get_shape_by_name(name)


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("text", "a", "a"),
        ("flag", True, True),
        ("flag", "true", True),
        ("whole", 7, 7),
        ("whole", 7.0, 7),
        ("whole", "7", 7),
        ("decimal", 7, 7.0),
        ("decimal", "7.5", 7.5),
        ("octets", "AP8=", b"\x00\xff"),
        ("time", 1767323045, TIME),
        ("time", "2026-01-02T03:04:05Z", TIME),
        ("time", "Fri, 02 Jan 2026 03:04:05 GMT", TIME),
        ("texts", ["a", None, "b"], ["a", "b"]),
        ("named", {"a": 1, "b": None}, {"a": 1}),
        ("thing", {"n": "x", "count": None, "other": 1}, {"name": "x"}),
    ],
)
def test_what_is_read(name, written, read):
    assert values.read(shape(name), written) == read


@pytest.mark.parametrize(
    ("name", "written", "told"),
    [
        ("text", True, "class java.lang.Boolean can not be converted to an String"),
        ("text", 7, "class java.lang.Integer can not be converted to an String"),
        ("whole", True, "class java.lang.Boolean can not be converted to an Integer"),
        ("whole", 7.5, "class java.lang.Double can not be converted to an Integer"),
        ("whole", "x", "class java.lang.String can not be converted to an Integer"),
        ("whole", "1" * 21, "class java.lang.String can not be converted to an Integer"),
        ("flag", "yes", "class java.lang.String can not be converted to an Boolean"),
        ("decimal", "nan", "class java.lang.String can not be converted to an Double"),
        ("octets", "***", "class java.lang.String can not be converted to an ByteBuffer"),
        ("time", 1e300, "is no time"),
        ("text", [], "Start of structure or list found where not expected"),
        ("texts", {}, "Start of list was expected"),
        ("named", [], "Start of structure or map was expected"),
        ("thing", "x", "Start of structure or map was expected"),
    ],
)
def test_what_is_not_of_its_shape(name, written, told):
    with pytest.raises(Fault) as refused:
        values.read(shape(name), written)
    assert refused.value.code == "SerializationException"
    assert told in refused.value.message


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_no_body_is_an_empty_object(body):
    assert values.load(body) == {}


@pytest.mark.parametrize("body", [b"{", b"[]", b'"a"', b"\xff", b'{"a": NaN}'])
def test_a_body_that_is_no_object(body):
    with pytest.raises(Fault, match="SerializationException"):
        values.load(body)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("iso8601", "2026-01-02T03:04:05Z"),
        ("rfc822", "Fri, 02 Jan 2026 03:04:05 GMT"),
        ("unixTimestamp", 1767323045),
    ],
)
@pytest.mark.parametrize("given", [TIME, TIME.isoformat(), 1767323045])
def test_times_are_written_from_whatever_they_are(form, written, given):
    assert values.write_time(given, form) == written


def test_what_is_none_is_left_out():
    assert values.write(shape("thing"), {"name": None, "count": 1}) == {"count": 1}
    assert values.write(shape("thing"), {"name": "x"}) == {"n": "x"}


def test_scalars_as_text():
    assert values.write_text(shape("flag"), True, "iso8601") == "true"
    assert values.write_text(shape("octets"), b"\xff", "iso8601") == "/w=="
