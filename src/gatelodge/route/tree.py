"""The resource tree of one API: `{id}`, `{proxy+}` and plain segments; cost by depth.

A plain segment is preferred to `{id}`, and that to `{proxy+}`; where the preferred branch leads
nowhere, the next is tried. The resource is chosen by the path alone: a verb that the chosen
resource lacks is not looked for elsewhere (reference: authorization-workflow.md section 8).
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")
_ROOT = [""]


Match = tuple[T, dict[str, str]]
"""The resource that a path addresses, and the values of its path parameters."""


class _Node(Generic[T]):
    __slots__ = ("children", "forks", "greedy", "greedy_name", "named", "parameter", "target")

    def __init__(self) -> None:
        self.children: dict[str, _Node[T]] = {}
        self.forks = False
        """A segment can go on in more than one way."""
        self.parameter: str = ""
        self.named: _Node[T] | None = None
        self.greedy_name: str = ""
        self.greedy: T | None = None
        self.target: T | None = None


class ResourceTree(Generic[T]):
    """Finds the target of a path among templates such as `/pets/{id}` and `/files/{proxy+}`."""

    __slots__ = ("_root",)

    def __init__(self, templates: Iterable[tuple[str, T]]) -> None:
        self._root: _Node[T] = _Node()
        for template, target in templates:
            self._add(template, target)

    def match(self, segments: list[str]) -> Match[T] | None:
        """Find the resource of these segments (route.path's spelling); None without one."""
        parameters: dict[str, str] = {}
        node = self._root
        if segments == _ROOT:
            segments = []
        for segment in segments:
            if node.forks:  # from the start, trying every way
                target = self._find(self._root, segments, 0, parameters)
                break
            child = node.children.get(segment)
            if child is None:
                child = node.named
                if child is None or not segment:
                    return None
                parameters[node.parameter] = segment
            node = child
        else:
            target = node.target
        return None if target is None else (target, parameters)

    def _add(self, template: str, target: T) -> None:
        node = self._root
        for segment in template.strip("/").split("/") if template != "/" else ():
            if segment.startswith("{") and segment.endswith("+}"):
                node.greedy_name, node.greedy = segment[1:-2], target
                node.forks = True
                return
            if segment.startswith("{") and segment.endswith("}"):
                node.parameter = segment[1:-1]
                node.named = following = node.named or _Node()
            else:
                following = node.children.setdefault(segment, _Node())
            node.forks = node.forks or (node.named is not None and bool(node.children))
            node = following
        node.target = target

    def _find(
        self, node: _Node[T], segments: list[str], depth: int, parameters: dict[str, str]
    ) -> T | None:
        if depth == len(segments):
            return node.target
        segment = segments[depth]
        child = node.children.get(segment)
        if child is not None:
            found = self._find(child, segments, depth + 1, parameters)
            if found is not None:
                return found
        if node.named is not None and segment:
            found = self._find(node.named, segments, depth + 1, parameters)
            if found is not None:
                parameters[node.parameter] = segment
                return found
        # A greedy parameter stands for at least one segment that is not empty.
        if node.greedy is not None and any(segments[depth:]):
            parameters[node.greedy_name] = "/".join(segments[depth:])
            return node.greedy
        return None
