"""Why a token is refused."""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a token."""

    MALFORMED = "the token is not a signed JSON Web Token"
    ALGORITHM = "the token is not signed with RS256"
    HEADER = "the token's header asks for what nobody may ask"
    SIGNATURE = "the signature does not match"
    CLAIMS = "the token's claims cannot be read"
    EXPIRED = "the token has expired"
    NOT_YET_VALID = "the token is not valid yet"


class Refusal:
    """A token that is refused; `detail` is for the operator and holds nothing secret."""

    __slots__ = ("detail", "fault")

    def __init__(self, fault: Fault, detail: str = "") -> None:
        self.fault = fault
        self.detail = detail

    def __repr__(self) -> str:
        return f"Refusal({self.fault.name}, {self.detail!r})"

    def __str__(self) -> str:
        """Say it in a sentence."""
        return f"{self.fault.value}: {self.detail}" if self.detail else self.fault.value
