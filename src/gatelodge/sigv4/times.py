"""Times as signatures write them: ISO 8601 basic form, in UTC, to the second."""

import re
from datetime import UTC, datetime

_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_EXTENDED = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)
_REMEMBERED = 512

_times: dict[str, tuple[str, int]] = {}


def read_time(text: str) -> tuple[str, int] | None:
    """Read a time in basic or extended form; None when it is in neither.

    Gives the basic form and whole seconds since 1970. Texts are remembered (bounded), since many
    requests share a second.
    """
    found = _times.get(text)
    if found is None:
        found = _parse(text)
        if found is not None:
            if len(_times) >= _REMEMBERED:
                _times.clear()
            _times[text] = found
    return found


def _parse(text: str) -> tuple[str, int] | None:
    match = _BASIC.fullmatch(text) or _EXTENDED.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        time = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return "{}{}{}T{}{}{}Z".format(*match.groups()), int(time.timestamp())


def write_time(time: datetime) -> str:
    """Write an aware time in basic form."""
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%SZ}"
