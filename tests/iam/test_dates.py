"""Dates in all spellings that policies use."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gatelodge.iam.dates import read_date


def micros(*parts, zone=UTC):
    return (datetime(*parts, tzinfo=zone) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026", micros(2026, 1, 1)),
        ("2026-03", micros(2026, 3, 1)),
        ("2026-03-04", micros(2026, 3, 4)),
        ("2026-03-04T05:06Z", micros(2026, 3, 4, 5, 6)),
        ("2026-03-04T05:06", micros(2026, 3, 4, 5, 6)),
        ("2026-03-04T05:06:07Z", micros(2026, 3, 4, 5, 6, 7)),
        ("2026-03-04T05:06:07", micros(2026, 3, 4, 5, 6, 7)),
        ("2026-03-04T05:06:07.1Z", micros(2026, 3, 4, 5, 6, 7, 100_000)),
        ("2026-03-04T05:06:07.123456Z", micros(2026, 3, 4, 5, 6, 7, 123_456)),
        ("2026-03-04T05:06:07.123456789Z", micros(2026, 3, 4, 5, 6, 7, 123_456)),
        ("2026-03-04T05:06:07+01:30",
         micros(2026, 3, 4, 5, 6, 7, zone=timezone(timedelta(hours=1, minutes=30)))),
        ("2026-03-04T05:06:07-01:30",
         micros(2026, 3, 4, 5, 6, 7, zone=timezone(-timedelta(hours=1, minutes=30)))),
        ("2026-03-04T05:06-08:00", micros(2026, 3, 4, 13, 6)),
        ("1767225600", 1_767_225_600_000_000),
        ("-86400", -86_400_000_000),
        ("12345", 12_345_000_000),
        ("123456789012", 123_456_789_012_000_000),
        ("1234", micros(1234, 1, 1)),
    ],
)  # fmt: skip
def test_spellings(text, expected):
    assert read_date(text) == expected
    assert isinstance(read_date(text), int)  # remembered


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "202", "2026-13", "2026-00", "2026-02-30", "2026-3-4", "2026-03-04T",
        "2026-03-04T05", "2026-03-04T24:00Z", "2026-03-04T05:60Z", "2026-03-04T05:06:60Z",
        "2026-03-04 05:06:07Z", "2026-03-04T05:06:07z", "2026-03-04T05:06:07.Z",
        "2026-03-04T05:06:07.1234567890Z", "2026-03-04T05:06:07+0100", "2026-03-04T05:06:07+24:00",
        "2026Z", "2026-03-04Z", " 2026", "2026 ", "0000", "-2026", "1234567890123", "1.5e9",
        "١٢٣٤٥", "2026-03-04T05:06:07Z\n",
    ],
)  # fmt: skip
def test_what_is_no_date(text):
    assert read_date(text) is None
