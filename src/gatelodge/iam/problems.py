"""What is wrong with a policy document, and where."""

from collections.abc import Sequence

from gatelodge.iam.patterns import is_reserved


class Problem:
    """One thing that is wrong."""

    __slots__ = ("message", "pointer")

    def __init__(self, pointer: str, message: str) -> None:
        self.pointer = pointer
        """A JSON pointer (RFC 6901) into the document; empty for the whole of it."""
        self.message = message

    def __repr__(self) -> str:
        return f"Problem({self.pointer!r}, {self.message!r})"


class PolicyError(ValueError):
    """A policy document that is refused. `problems` holds everything found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.message}" for p in problems))
        self.problems = tuple(problems)


class Problems:
    """Collects problems below one place of a document."""

    __slots__ = ("_found", "_prefix")

    def __init__(self, prefix: str = "", found: list[Problem] | None = None) -> None:
        self._prefix = prefix
        self._found: list[Problem] = [] if found is None else found

    def at(self, pointer: str) -> "Problems":
        """Give a collector for a place further down, into the same list."""
        return Problems(self._prefix + pointer, self._found)

    def add(self, pointer: str, message: str) -> None:
        """Note one problem."""
        self._found.append(Problem(self._prefix + pointer, message))

    def check_text(self, pointer: str, value: object) -> None:
        """Note it when a value is not text that a policy can hold."""
        if not isinstance(value, str):
            self.add(pointer, "expected a string")
        elif is_reserved(value):
            self.add(pointer, "the private-use characters U+E000 and U+E001 are not allowed")

    def raise_if_any(self) -> None:
        """Raise PolicyError when something was noted."""
        if self._found:
            raise PolicyError(self._found)


def article(noun: str) -> str:
    """Put "a" or "an" before a noun."""
    return f"an {noun}" if noun[0] in "aeiouAI" else f"a {noun}"
