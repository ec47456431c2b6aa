"""The claims of a token as `$context.authorizer.claims.*` and Lambda events show them.

All are texts, written as Java would (reference: cognito.md section A5, from recorded events).
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = date(1970, 1, 1)
_DAYS_KEPT = 16
_DATES = frozenset({"exp", "iat", "nbf"})


def render_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """Write every claim as text; times of validity as Java's Date.toString does, in UTC."""
    return {
        name: value if type(value) is str else _render(name, value)
        for name, value in claims.items()
    }


def _render(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and name in _DATES:
        return _java_date(value)
    if type(value) is int:
        return str(value)
    if isinstance(value, list):
        return ",".join(item if isinstance(item, str) else _json(item) for item in value)
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _java_date(seconds: float) -> str:
    """Write `Thu Nov 28 04:24:11 UTC 2019`."""
    whole = int(seconds)
    days, rest = divmod(whole, 86_400)
    try:
        day, year = _day(days)
    except OverflowError:
        return str(whole)
    minutes, second = divmod(rest, 60)
    return f"{day} {minutes // 60:02}:{minutes % 60:02}:{second:02} UTC {year}"


@lru_cache(_DAYS_KEPT)
def _day(days: int) -> tuple[str, int]:
    """Write a day as `Thu Nov 28`, and its year; not by strftime, whose names follow the locale."""
    day = _EPOCH + timedelta(days)
    return f"{_DAYS[day.weekday()]} {_MONTHS[day.month - 1]} {day.day:02}", day.year
