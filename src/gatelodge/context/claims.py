"""The claims of a token as `$context.authorizer.claims.*` and Lambda events show them.

All are texts, written as Java would (reference: cognito.md section A5, from recorded events).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATES = frozenset({"exp", "iat", "nbf"})


def render_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """Write every claim as text; times of validity as Java's Date.toString does, in UTC."""
    return {name: _render(name, value) for name, value in claims.items()}


def _render(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if name in _DATES and isinstance(value, int | float) and not isinstance(value, bool):
        return _java_date(value)
    if isinstance(value, list):
        return ",".join(item if isinstance(item, str) else _json(item) for item in value)
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _java_date(seconds: float) -> str:
    """Write `Thu Nov 28 04:24:11 UTC 2019`."""
    try:
        time = _EPOCH + timedelta(seconds=int(seconds))
    except OverflowError:
        return str(int(seconds))
    # Not %a and %b: names follow the locale there.
    day, month = _DAYS[time.weekday()], _MONTHS[time.month - 1]
    return f"{day} {month} {time:%d %H:%M:%S} UTC {time.year}"
