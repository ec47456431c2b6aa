"""What policies say: verdicts, and the statements that determined them."""

from enum import StrEnum

from gatelodge.iam.document import PolicyKind
from gatelodge.iam.principals import Reach


class Verdict(StrEnum):
    """What a set of policies says of a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    """Explicitly: a Deny statement matches."""
    SILENT = "silent"
    """No statement matches, which in the end is a denial too."""


class StatementRef:
    """Names one statement of one policy."""

    __slots__ = ("index", "kind", "policy", "sid")

    def __init__(self, kind: PolicyKind, policy: str, index: int, sid: str | None) -> None:
        self.kind = kind
        self.policy = policy
        """The policy's name; may be empty."""
        self.index = index
        """From 0; people are shown it from 1."""
        self.sid = sid

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, StatementRef)
            and self.index == other.index
            and self.as_tuple() == other.as_tuple()
        )

    def __hash__(self) -> int:
        return hash(self.as_tuple())

    def __repr__(self) -> str:
        return f"StatementRef{self.as_tuple()!r}"

    def as_tuple(self) -> tuple[str, str, int, str | None]:
        """Give its parts, for records."""
        return (self.kind.value, self.policy, self.index, self.sid)


class Doubt:
    """A statement of which it could not be told whether it matches.

    A doubtful Allow does not count and a doubtful Deny does, so that a doubt admits nobody.
    """

    __slots__ = ("ref",)

    def __init__(self, ref: StatementRef) -> None:
        self.ref = ref

    def __repr__(self) -> str:
        return f"Doubt({self.ref!r})"


class Ruling:
    """What one set of policies of one kind says of a request."""

    __slots__ = ("determining", "doubts", "reach", "verdict")

    def __init__(
        self,
        verdict: Verdict,
        determining: tuple[StatementRef, ...] = (),
        doubts: tuple[Doubt, ...] = (),
        reach: Reach = Reach.NOTHING,
    ) -> None:
        self.verdict = verdict
        self.determining = determining
        """A statement that alone gives this verdict; none for silence."""
        self.doubts = doubts
        """Those met on the way to the verdict."""
        self.reach = reach
        """Of an Allow in a resource policy: what it spares a caller of the same account."""

    def __repr__(self) -> str:
        return f"Ruling({self.verdict.name}, {self.determining!r})"


SILENCE = Ruling(Verdict.SILENT)
EVERYTHING = Ruling(Verdict.ALLOWED, reach=Reach.EVERYTHING)
"""What the root user's own side says."""
