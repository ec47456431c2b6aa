"""The two forms in which a signature may write its time, and everything that is neither."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gatelodge.sigv4.times import read_time, write_time

NOW = int(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("text", ["20260102T030405Z", "2026-01-02T03:04:05Z"])
def test_both_forms_are_one_time(text):
    for _ in range(2):  # read, and remembered
        assert read_time(text) == ("20260102T030405Z", NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20260102T030405",
        "20260102T030405z",
        "20260102t030405Z",
        " 20260102T030405Z",
        "20260102T030405Z\n",
        "20260102T030405.5Z",
        "20260102T030405+0000",
        "2026-01-02T030405Z",
        "20260230T030405Z",
        "20261301T030405Z",
        "20260102T240000Z",
        "20260102T030460Z",
        "00000102T030405Z",
        "\u0662\u0660260102T030405Z",
        "Fri, 02 Jan 2026 03:04:05 GMT",
    ],
)
def test_what_is_in_neither_form(text):
    for _ in range(2):
        assert read_time(text) is None


def test_more_times_than_are_remembered():
    for second in range(2000):
        time = datetime.fromtimestamp(NOW + second, UTC)
        assert read_time(write_time(time)) == (write_time(time), NOW + second)


def test_times_are_written_in_utc():
    there = timezone(timedelta(hours=5, minutes=30))
    assert write_time(datetime(2026, 1, 2, 1, 0, 0, 999_999, there)) == "20260101T193000Z"
