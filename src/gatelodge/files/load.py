"""Read a JSON or YAML file, bounded. Knows nothing of what it describes."""

from pathlib import Path
from typing import Any

from gatelodge.openapi.text import TextError, parse_text

MAX_IMPORT = 6 * 1024 * 1024
"""API Gateway's limit for an import (reference: gateway-responses.md section 5)."""
MAX_ACCOUNT = 64 * 1024 * 1024
"""Ours for the details of an account: AWS gives them in pages, and the whole has no limit there."""


class FileError(ValueError):
    """A file that cannot be read; the message names the file."""


def load(path: Path, limit: int = MAX_IMPORT) -> Any:  # noqa: ANN401 - any JSON value
    """Read a file of at most so many bytes. Raises FileError."""
    return parse(path, read_octets(path, limit))


def read_octets(path: Path, limit: int = MAX_IMPORT) -> bytes:
    """Read the octets of a file, of which there are at most so many. Raises FileError."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error
    if len(content) > limit:
        raise FileError(f"{path}: larger than {limit} bytes")
    return content


def parse(path: Path, content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read what a file holds. Raises FileError."""
    try:
        return parse_text(content)
    except TextError as error:
        raise FileError(f"{path}: {error}") from error
