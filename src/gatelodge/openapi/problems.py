"""What is wrong with a document, and where."""


class Problem:
    """One thing that is wrong, or that gatelodge does not honour."""

    __slots__ = ("message", "name", "pointer")

    def __init__(self, pointer: str, message: str, name: str | None = None) -> None:
        self.pointer = pointer
        """A JSON pointer (RFC 6901) into the document."""
        self.message = message
        self.name = name
        """What the operator lists to tolerate it; None for what cannot be tolerated."""

    def __repr__(self) -> str:
        return f"Problem({self.pointer!r}, {self.message!r})"


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
        message = f"{name} is not honoured here; remove it or list it with --tolerate {name}"
        self.found.append(Problem(self.pointer(*tokens), message, name))
