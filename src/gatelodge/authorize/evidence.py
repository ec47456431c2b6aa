"""What a mechanism found out about its caller, as the visitors' book keeps it."""

from collections.abc import Mapping
from typing import Any

import orjson


class Evidence:
    """JSON values without secrets, written out once: one answer serves many calls."""

    __slots__ = ("found", "written")

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.found = found
        self.written = orjson.Fragment(orjson.dumps(found))
        """The same, as a part of a document that orjson writes."""
