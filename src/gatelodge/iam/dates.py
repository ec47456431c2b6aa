"""Dates as policies spell them: W3C date and time formats of ISO 8601, or seconds since 1970.

Source: W3C NOTE-datetime; IAM User Guide, "Date condition operators".
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
    r"(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"-?\d{5,12}", re.ASCII)
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REMEMBERED = 1024


def parse_date(text: str) -> int | None:
    """Read a date; microseconds since 1970, None when it is none.

    A time without a zone is in UTC. Four digits are a year, more are seconds.
    """
    if _EPOCH.fullmatch(text):
        return int(text) * 1_000_000
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        time = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(zone),
        )
        return (time - _EPOCH_START) // _MICROSECOND
    except (ValueError, OverflowError):
        return None


read_date = lru_cache(maxsize=_REMEMBERED)(parse_date)
"""The last texts are remembered (bounded): all requests of one second share theirs."""


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)
