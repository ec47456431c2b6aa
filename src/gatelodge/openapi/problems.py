"""What is wrong with a document, and where; and how members of the expected shape are read."""

from collections.abc import Mapping
from typing import Any


class Problem:
    """One thing that is wrong, or that gatelodge does not honour."""

    __slots__ = ("disables", "message", "name", "pointer", "tolerable")

    def __init__(
        self,
        pointer: str,
        message: str,
        name: str | None = None,
        *,
        tolerable: str = "",
        disables: bool = False,
    ) -> None:
        self.pointer = pointer
        """A JSON pointer (RFC 6901) into the document."""
        self.message = message
        self.name = name
        """What the operator lists to tolerate it; None for what cannot be tolerated."""
        self.tolerable = tolerable
        """How the message goes on where an operator can tolerate it; empty for the rest."""
        self.disables = disables
        """True where a method's integration cannot run because of it."""

    def __repr__(self) -> str:
        return f"Problem({self.pointer!r}, {self.message!r})"


def _listed(name: str) -> str:
    return f" or list it with --tolerate {name}"


class Problems:
    """Collects problems below one place of a document."""

    __slots__ = ("_prefix", "found")

    def __init__(self, prefix: str = "", found: list[Problem] | None = None) -> None:
        self._prefix = prefix
        self.found: list[Problem] = [] if found is None else found

    def at(self, *tokens: str) -> "Problems":
        """Give a collector for a place further down, into the same list."""
        return Problems(self.pointer(*tokens), self.found)

    def pointer(self, *tokens: str) -> str:
        """Write the pointer of a place further down."""
        escaped = (token.replace("~", "~0").replace("/", "~1") for token in tokens)
        return "/".join([self._prefix, *escaped])

    def add(self, message: str, *tokens: str) -> None:
        """Note a mistake at a place."""
        self.found.append(Problem(self.pointer(*tokens), message))

    def not_honoured(self, name: str, *tokens: str) -> None:
        """Note something that API Gateway honours and gatelodge does not; it can be tolerated."""
        message = f"{name} is not honoured here; remove it"
        self.found.append(Problem(self.pointer(*tokens), message, name, tolerable=_listed(name)))

    def extension_of_http_apis(self, name: str, *tokens: str) -> None:
        """Note something that only HTTP APIs have; a REST API without it can be tolerated."""
        message = f"{name} belongs to HTTP APIs, and gatelodge serves REST APIs; remove it"
        self.found.append(Problem(self.pointer(*tokens), message, name, tolerable=_listed(name)))

    def without_integration(self, what: str, name: str, *tokens: str) -> None:
        """Note why a method's integration cannot run; tolerated, its permitted calls give 500."""
        listed = (
            f",{_listed(name)} to load the method without an integration: callers are then "
            "checked, and permitted calls are answered with 500"
        )
        self.found.append(
            Problem(self.pointer(*tokens), what, name, tolerable=listed, disables=True)
        )


def read_object(holder: Mapping[str, Any], member: str, problems: Problems) -> Mapping[str, Any]:
    """Read an object; empty when it is absent, and a problem when it is anything else."""
    value = holder.get(member, {})
    if isinstance(value, Mapping):
        return value
    problems.add(f"{member} is an object", member)
    return {}


def read_texts(holder: Mapping[str, Any], member: str, problems: Problems) -> dict[str, str]:
    """Read an object whose values are all text; what is not is a problem."""
    texts = {}
    for name, text in read_object(holder, member, problems).items():
        if isinstance(text, str):
            texts[name] = text
        else:
            problems.add("a text is expected", member, name)
    return texts


def read_text_list(holder: Mapping[str, Any], member: str, problems: Problems) -> list[str]:
    """Read a list of texts; empty when it is absent."""
    value = holder.get(member, [])
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return value
    problems.add(f"{member} is a list of texts", member)
    return []


def read_flag(holder: Mapping[str, Any], member: str, problems: Problems) -> bool:
    """Read true or false; false when it is absent. A text is neither: "false" is not false."""
    value = holder.get(member, False)
    if isinstance(value, bool):
        return value
    problems.add(f"{member} is true or false, without quotation marks", member)
    return False


def read_text(holder: Mapping[str, Any], member: str, problems: Problems) -> str | None:
    """Read a text; None when it is absent or empty."""
    value = holder.get(member)
    if value is None or isinstance(value, str):
        return value or None
    problems.add("a text is expected", member)
    return None
