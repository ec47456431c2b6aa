"""The declared errors of operations."""

from collections.abc import Mapping
from typing import Any


class Fault(Exception):  # noqa: N818 - the service models' own word
    """An operation's error as a client meets it.

    code: AWS's wire code (`NoSuchEntity`, `NotFoundException`); message: AWS's text;
    status: HTTP status; members: further members of the error's shape.
    """

    def __init__(
        self, code: str, message: str, status: int = 400, members: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}
