"""The access logs of stages: lines collected by destination, and written together.

A destination is a file, `-` for standard output, or the ARN of a log group, which is a file below
the directory of logs: whoever may edit a stage chooses a name, and never a path.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import structlog

from gatelodge.arn import Arn

STANDARD_OUTPUT = "-"
Batches = Mapping[str, Sequence[str]]
"""Destination → lines."""
_log = structlog.get_logger()


class AccessLogs:
    """Collects lines on the event loop; `flush` writes them off it."""

    __slots__ = ("_directory", "_lines")

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lines: dict[str, list[str]] = {}

    def write(self, destination: str, line: str) -> None:
        """Keep a line for the next flush."""
        self._lines.setdefault(destination, []).append(line)

    def take(self) -> Batches:
        """Take what is to be written."""
        lines, self._lines = self._lines, {}
        return lines

    def flush(self, batches: Batches) -> None:
        """Write what was taken. Blocks. A log that cannot be written is told, and ends nothing."""
        for destination, lines in batches.items():
            try:
                self._append(destination, "".join(f"{line}\n" for line in lines))
            except OSError as error:
                _log.error(
                    "an access log cannot be written", destination=destination, error=str(error)
                )

    def check(self, destination: str) -> None:
        """See that a destination can be written to. Raises OSError."""
        self._append(destination, "")

    def _append(self, destination: str, text: str) -> None:
        if destination == STANDARD_OUTPUT:
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        path = self.path(destination)
        # Whole batches at once: several workers append to one file.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            file.write(text.encode())

    def path(self, destination: str) -> Path:
        """Name the file of a destination; the directory of log groups is made."""
        arn = Arn.parse(destination)
        if arn is None:
            return Path(destination)
        self._directory.mkdir(mode=0o700, exist_ok=True)
        group = arn.resource.removeprefix("log-group:")
        name = "_".join(quote(piece, safe="") for piece in (arn.account, arn.region, group))
        return self._directory / f"{name}.log"
