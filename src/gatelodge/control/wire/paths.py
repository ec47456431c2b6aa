"""Which operation of a rest-json service a method and a path mean, by the model's templates."""

import functools
from collections.abc import Sequence
from urllib.parse import quote, unquote

from botocore.model import ServiceModel

from gatelodge.control.models import service_model


class _Template:
    """One operation's method and path, taken apart."""

    __slots__ = ("literals", "operation", "query", "segments")

    def __init__(self, operation: str, path: str) -> None:
        self.operation = operation
        path, _, query = path.partition("?")
        self.segments = split(path)
        self.query = frozenset(query.split("&")) if query else frozenset()
        """Parameters that tell operations of one path apart, such as `mode=import`."""
        self.literals = tuple(not segment.startswith("{") for segment in self.segments)

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """Give the path's parameters by their names on the wire; None for another path."""
        found = {}
        for template, segment, literal in zip(self.segments, segments, self.literals, strict=True):
            if not literal:
                found[template[1:-1]] = segment
            elif template != segment:
                return None
        return found


class Paths:
    """The paths of one service."""

    __slots__ = ("_by_length",)

    def __init__(self, model: ServiceModel) -> None:
        self._by_length: dict[tuple[str, int], list[_Template]] = {}
        for name in model.operation_names:
            http = model.operation_model(name).http
            template = _Template(name, http["requestUri"])
            key = (str(http["method"]), len(template.segments))
            self._by_length.setdefault(key, []).append(template)
        for templates in self._by_length.values():
            # What is written out goes before what takes anything; a parameter before none.
            templates.sort(key=lambda t: (t.literals, len(t.query)), reverse=True)

    def match(self, method: str, path: str, raw_query: str) -> tuple[str, dict[str, str]] | None:
        """Find the operation of a raw path: its name, and the path's parameters, decoded."""
        segments = split(path)
        given = set(raw_query.split("&"))
        for template in self._by_length.get((method, len(segments)), ()):
            if not template.query <= given:
                continue
            found = template.match(segments)
            if found is None or not all(found.values()):
                continue
            try:
                return template.operation, {
                    name: unquote(text, errors="strict") for name, text in found.items()
                }
            except UnicodeDecodeError:
                return None
        return None


@functools.cache
def paths_of(service: str) -> Paths:
    """Prepare the paths of a service, once."""
    return Paths(service_model(service))


def split(path: str) -> list[str]:
    """Take a path apart at its slashes; one at the end does not count."""
    return path.strip("/").split("/")


def one_spelling(path: str) -> str:
    """Write a raw path in the one spelling that policies know, whatever a client made of it.

    Whoever is denied `/restapis/abc` must not get there as `/restapis/%61bc`.
    """
    return "/" + "/".join(quote(unquote(segment), safe="") for segment in split(path))
