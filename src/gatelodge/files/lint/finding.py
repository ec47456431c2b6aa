"""What is found, and where it stands in a document."""

from collections.abc import Iterator, Mapping
from typing import Any

from gatelodge import iam
from gatelodge.iam.conditions import Condition
from gatelodge.iam.document import Statement


class Finding:
    """One thing to look at."""

    __slots__ = ("fix", "invalid", "message", "pointer")

    def __init__(self, pointer: str, message: str, fix: str, *, invalid: bool = False) -> None:
        self.pointer = pointer
        """A JSON pointer (RFC 6901) into the document."""
        self.message = message
        self.fix = fix
        """What to do about it."""
        self.invalid = invalid
        """True when the document is refused because of it."""

    def __repr__(self) -> str:
        return f"Finding({self.pointer!r}, {self.message!r})"


class Subject:
    """One statement of a policy, as it was read and as it was written."""

    __slots__ = ("pointer", "policy", "statement", "written")

    def __init__(
        self, policy: iam.Policy, statement: Statement, written: Mapping[str, Any], pointer: str
    ) -> None:
        self.policy = policy
        self.statement = statement
        self.written = written
        self.pointer = pointer

    @property
    def in_resource_policy(self) -> bool:
        """Whether the policy is attached to the API."""
        return self.policy.kind is iam.PolicyKind.RESOURCE

    def texts(self, element: str) -> Iterator[tuple[str, str]]:
        """Give the pointer and the text of each entry of Action, Resource or their negations."""
        name = element if element in self.written else f"Not{element}"
        value = self.written.get(name, [])
        if isinstance(value, list):
            for position, text in enumerate(value):
                yield f"{self.pointer}/{name}/{position}", text
        else:
            yield f"{self.pointer}/{name}", value

    def place(self, condition: Condition, position: int | None = None) -> str:
        """Give the pointer of a condition's key, or of one of its values."""
        tokens = ["Condition", condition.name, condition.key_written]
        escaped = (token.replace("~", "~0").replace("/", "~1") for token in tokens)
        place = f"{self.pointer}/{'/'.join(escaped)}"
        listed = isinstance(self.written["Condition"][condition.name][condition.key_written], list)
        return f"{place}/{position}" if listed and position is not None else place
