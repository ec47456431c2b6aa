"""The execution log that tests of methods and authorizers answer with, line by line.

Reference: control-plane.md section 6.4 (the lines). It goes to whoever tried, and nowhere else.
"""

import time
from datetime import datetime, timedelta

from gatelodge.control.call import Call

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ExecutionLog:
    """The log of one call."""

    __slots__ = ("_began", "_lines", "_now", "request_id")

    def __init__(self, call: Call) -> None:
        self.request_id = call.request_id
        self._now = call.now
        self._began = time.monotonic()
        self._lines = [f"Execution log for request {self.request_id}"]

    def milliseconds(self) -> int:
        """Tell how long it has taken until now."""
        return int((time.monotonic() - self._began) * 1000)

    def text(self) -> str:
        """Give the whole log."""
        return "\n".join(self._lines) + "\n"

    def add(self, line: str) -> None:
        """Note something, with the time."""
        time_ = self._now + timedelta(milliseconds=self.milliseconds())
        self._lines.append(f"{_written(time_)} : {line}")


def _written(time_: datetime) -> str:
    # Not strftime: names of days and months follow the locale there.
    day, month = _DAYS[time_.weekday()], _MONTHS[time_.month - 1]
    return f"{day} {month} {time_.day:02} {time_:%H:%M:%S} UTC {time_.year}"
