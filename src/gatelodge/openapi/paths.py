"""Path templates: what they may look like, and which of them stand in each other's way.

Source: API Gateway API reference, CreateResource, and the errors it gives (reference:
control-plane.md, "Resource's path part only allow …", "A sibling … already has a variable path
part", "Cannot create a child of a resource with a greedy path variable").
"""

import re

from gatelodge.openapi.problems import Problems

_PARAMETER = re.compile(r"\{([A-Za-z0-9._:-]+)(\+?)\}", re.ASCII)
_LITERAL = re.compile(r"[A-Za-z0-9._:-]+", re.ASCII)
_ALLOWED = "letters, digits and . _ - : only, or a parameter such as {id} or {proxy+}"


class PathTemplates:
    """The path templates of one document, checked against each other as they come."""

    __slots__ = ("_known", "_parameters")

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._parameters: dict[str, str] = {}

    def read(self, written: str, problems: Problems) -> str | None:
        """Give a path as API Gateway keeps it, without a final slash; None when it cannot be."""
        if not written.startswith("/"):
            problems.add(f"{written!r} is not a path: it begins with /, as in /pets/{{id}}")
            return None
        path = written.rstrip("/") or "/"
        segments = path.split("/")[1:] if path != "/" else []
        if not self._check_segments(segments, problems):
            return None
        if path in self._known:
            problems.add(f"this is the same resource as {self._known[path]!r}")
            return None
        self._known[path] = written
        return path

    def _check_segments(self, segments: list[str], problems: Problems) -> bool:
        before, names = "", set()
        good = True
        for position, segment in enumerate(segments):
            parameter = _PARAMETER.fullmatch(segment)
            if parameter is None:
                # Dot segments are settled before routing, so no request would ever get there.
                if not _LITERAL.fullmatch(segment) or segment in {".", ".."}:
                    problems.add(f"path part {segment!r}: {_ALLOWED}")
                    good = False
                before += f"/{segment}"
                continue
            if parameter[2] and position != len(segments) - 1:
                problems.add(f"the greedy parameter {segment} stands only at the end of a path")
                good = False
            if parameter[1] in names:
                problems.add(f"the parameter {parameter[1]!r} stands twice in one path")
                good = False
            names.add(parameter[1])
            known = self._parameters.setdefault(before, segment)
            if known != segment:
                problems.add(
                    f"{segment} stands where another path has {known}; one place has one parameter"
                )
                good = False
            before += "/{}"
        return good


def parameter_names(path: str) -> frozenset[str]:
    """Name the parameters of a path template that was read."""
    return frozenset(match[1] for match in _PARAMETER.finditer(path))
