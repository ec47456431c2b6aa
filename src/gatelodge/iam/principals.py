"""Principals: who a request comes from, and how a Principal element names them.

Source: IAM User Guide, "AWS JSON policy elements: Principal"; reference: iam-evaluation.md
sections 3 and 4.
"""

import re
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import assert_never

from gatelodge.iam.problems import Problems
from gatelodge.iam.variables import Value


class PrincipalKind(StrEnum):
    """What kind of principal makes a request."""

    ANONYMOUS = "Anonymous"
    ROOT = "Account"
    USER = "User"
    ROLE_SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    SERVICE = "Service"


_NO_TAGS: Mapping[str, str] = MappingProxyType({})
_NO_KEYS: Mapping[str, Value] = MappingProxyType({})


class Principal:
    """A caller as policies see it. Made once for a caller, not for each request."""

    __slots__ = (
        "account",
        "arn",
        "bounded",
        "federated",
        "is_session",
        "keys",
        "kind",
        "role_arn",
        "user_id",
        "username",
    )

    def __init__(
        self,
        kind: PrincipalKind,
        arn: str | None,
        account: str | None,
        *,
        user_id: str | None = None,
        username: str | None = None,
        role_arn: str | None = None,
        federated: str | None = None,
        tags: Mapping[str, str] = _NO_TAGS,
        extra_keys: Mapping[str, Value] = _NO_KEYS,
        bounded: bool = False,
    ) -> None:
        self.kind = kind
        self.is_session = kind in (PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER)
        self.arn = arn
        """As denials print it: of a role session the session's ARN."""
        self.account = account
        self.user_id = user_id
        """`AIDA…`, `AROA…:session`, `account:name` or the account of root."""
        self.username = username
        """Of IAM users only."""
        self.role_arn = role_arn
        """Of role sessions: the role's own ARN, with its path."""
        self.federated = federated
        """The provider a federated session came from."""
        self.bounded = bounded
        """Whether a permissions boundary is attached."""
        self.keys: Mapping[str, Value] = {**self._own_keys(tags), **extra_keys}
        """The condition keys that come with this caller, names in lower case."""

    def _own_keys(self, tags: Mapping[str, str]) -> dict[str, Value]:
        if self.kind is PrincipalKind.ANONYMOUS:
            return {}
        keys: dict[str, Value] = {"aws:principaltype": self.kind.value}
        own = {
            "aws:principalarn": self.role_arn or self.arn,
            "aws:principalaccount": self.account,
            "aws:userid": self.user_id,
            "aws:username": self.username,
        }
        keys |= {name: value for name, value in own.items() if value is not None}
        return keys | {f"aws:principaltag/{tag.lower()}": value for tag, value in tags.items()}


ANONYMOUS = Principal(PrincipalKind.ANONYMOUS, None, None)
"""Nobody in particular: an unauthenticated caller."""


class Reach(IntEnum):
    """What an Allow of a resource policy spares a caller of the same account.

    The table of reference iam-evaluation.md section 3, where each level includes those below it.
    """

    NOTHING = 0
    """It names the account, which leaves the matter to the account's own policies."""
    IDENTITY = 1
    """No identity-based policy needs to allow."""
    BOUNDARY = 2
    """Nor the permissions boundary."""
    EVERYTHING = 3
    """Nor the session policy."""


class Form(StrEnum):
    """The forms in which a Principal element can name somebody."""

    EVERYONE = "everyone"
    ACCOUNT = "account"
    USER = "user"
    ROLE = "role"
    SESSION = "role session"
    FEDERATED_USER = "federated user"
    FEDERATED = "federation provider"
    SERVICE = "service"
    UNIQUE_ID = "unique id"
    CANONICAL = "canonical user"


class PrincipalEntry:
    """One name in a Principal element."""

    __slots__ = ("form", "reach_of_others", "reach_of_sessions", "text", "value")

    def __init__(self, form: Form, value: str, text: str) -> None:
        self.form = form
        self.value = value
        """What is compared: of an account its twelve digits, else the text."""
        self.text = text
        """As it was written."""
        self.reach_of_sessions = _reach(form, session=True)
        self.reach_of_others = _reach(form, session=False)

    def matches(self, principal: Principal) -> bool:
        """Tell whether this entry names the principal."""
        form, value = self.form, self.value
        match form:
            case Form.EVERYONE:
                return True
            case Form.ACCOUNT:
                return principal.account == value
            case Form.USER:
                return principal.kind is PrincipalKind.USER and principal.arn == value
            case Form.ROLE:
                return principal.role_arn == value
            case Form.SESSION | Form.FEDERATED_USER:
                return principal.arn == value
            case Form.FEDERATED:
                return principal.federated == value
            case Form.SERVICE:
                return principal.kind is PrincipalKind.SERVICE and principal.arn == value
            case Form.UNIQUE_ID:
                return (principal.user_id or "").partition(":")[0] == value
            case Form.CANONICAL:
                return False  # an S3 matter: no caller here has one
            case _:
                assert_never(form)

    def reach(self, principal: Principal) -> Reach:
        """Tell what an Allow that names the principal in this way spares it."""
        return self.reach_of_sessions if principal.is_session else self.reach_of_others


class BoundEntry(PrincipalEntry):
    """The ARN of a user or role, held to the one who had it: whoever has it later is another."""

    __slots__ = ("unique_id",)

    def __init__(self, entry: PrincipalEntry, unique_id: str) -> None:
        super().__init__(entry.form, entry.value, entry.text)
        self.unique_id = unique_id
        """`AIDA…` or `AROA…`."""

    def matches(self, principal: Principal) -> bool:
        """Tell whether the principal is the one who is meant, under whatever name."""
        return _unique_id(principal) == self.unique_id

    def namesake(self, principal: Principal) -> str | None:
        """Give the unique id of a principal that has the ARN and is another; else None."""
        found = _unique_id(principal)
        has_arn = (principal.role_arn or principal.arn) == self.value
        return found if has_arn and found != self.unique_id else None


def _unique_id(principal: Principal) -> str | None:
    return None if principal.user_id is None else principal.user_id.partition(":")[0]


def _reach(form: Form, *, session: bool) -> Reach:
    match form:
        case Form.ACCOUNT | Form.CANONICAL:
            return Reach.NOTHING
        case Form.ROLE | Form.UNIQUE_ID | Form.FEDERATED:
            return Reach.IDENTITY
        case Form.USER:
            return Reach.BOUNDARY
        case Form.SESSION | Form.FEDERATED_USER | Form.SERVICE:
            return Reach.EVERYTHING
        case Form.EVERYONE:
            return Reach.IDENTITY if session else Reach.BOUNDARY
        case _:
            assert_never(form)


class PrincipalElement:
    """A Principal or NotPrincipal element."""

    __slots__ = ("entries", "everyone")

    def __init__(self, entries: tuple[PrincipalEntry, ...]) -> None:
        self.entries = entries
        self.everyone = any(entry.form is Form.EVERYONE for entry in entries)

    def names(self, principal: Principal) -> bool:
        """Tell whether one of the entries names the principal."""
        return self.everyone or any(entry.matches(principal) for entry in self.entries)

    def spares(self, principal: Principal) -> bool:
        """Tell whether a Deny with these entries under NotPrincipal leaves the principal alone.

        A principal with a boundary is never spared; a role session is when its account, its role
        and the session itself are all listed (reference: iam-evaluation.md section 3).
        """
        if self.everyone:
            return True
        if principal.bounded:
            return False
        if principal.kind is PrincipalKind.ROLE_SESSION:
            forms = {entry.form for entry in self.entries if entry.matches(principal)}
            return forms >= {Form.ACCOUNT, Form.ROLE, Form.SESSION}
        return self.names(principal)

    def reach(self, principal: Principal) -> Reach:
        """Tell the most that the matching entries spare the principal."""
        if len(self.entries) == 1:
            return self.entries[0].reach(principal)
        return max(
            (entry.reach(principal) for entry in self.entries if entry.matches(principal)),
            default=Reach.NOTHING,
        )

    def bound(self, unique_ids: Mapping[str, str]) -> "PrincipalElement":
        """Hold the users and roles that are named by ARN to unique ids, where these are known."""
        return PrincipalElement(
            tuple(
                BoundEntry(entry, unique_ids[entry.value])
                if entry.form in (Form.USER, Form.ROLE) and entry.value in unique_ids
                else entry
                for entry in self.entries
            )
        )

    def mistaken(self, principal: Principal) -> tuple[str, str] | None:
        """Give the unique ids of who is meant by the principal's ARN and of the principal.

        None when it is the same one, or none is known.
        """
        for entry in self.entries:
            found = entry.namesake(principal) if isinstance(entry, BoundEntry) else None
            if isinstance(entry, BoundEntry) and found is not None:
                return entry.unique_id, found
        return None

    @property
    def texts(self) -> tuple[str, ...]:
        """The names as they were written."""
        return tuple(entry.text for entry in self.entries)


_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root|(\d{12})", re.ASCII)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{4,124}", re.ASCII)
_ARN_FORMS = (
    (re.compile(r"arn:[a-z-]+:iam::\d{12}:user/[^*?]+", re.ASCII), Form.USER),
    (re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[^*?]+", re.ASCII), Form.ROLE),
    # A star in a session's name is no wildcard: it is accepted and matches nobody.
    (re.compile(r"arn:[a-z-]+:sts::\d{12}:assumed-role/[^*?/]+/[^?/]+", re.ASCII), Form.SESSION),
    (re.compile(r"arn:[a-z-]+:sts::\d{12}:federated-user/[^*?]+", re.ASCII), Form.FEDERATED_USER),
)
_OTHER_FORMS = {
    "Federated": Form.FEDERATED,
    "Service": Form.SERVICE,
    "CanonicalUser": Form.CANONICAL,
}


_REMEMBERED = 2048


def read_principal(written: object, problems: Problems) -> PrincipalElement:
    """Read the value of a Principal or NotPrincipal element; what is wrong goes to `problems`."""
    if written == "*":
        written = {"AWS": "*"}
    if not isinstance(written, Mapping) or not written:
        problems.add("", 'a principal is "*" or an object such as {"AWS": "account or ARN"}')
        return PrincipalElement(())
    entries = []
    for kind, value in written.items():
        listed = value if isinstance(value, list) else [value]
        if kind != "AWS" and kind not in _OTHER_FORMS:
            problems.add(f"/{kind}", "the kinds are AWS, Federated, Service and CanonicalUser")
            continue
        if not listed:
            problems.add(f"/{kind}", "the list is empty")
        for position, text in enumerate(listed):
            pointer = f"/{kind}/{position}" if isinstance(value, list) else f"/{kind}"
            entry = _read_entry(str(kind), text, problems.at(pointer))
            if entry is not None:
                entries.append(entry)
    return PrincipalElement(tuple(entries))


def _read_entry(kind: str, text: object, problems: Problems) -> PrincipalEntry | None:
    if not isinstance(text, str) or not text:
        problems.add("", "expected a string")
        return None
    entry = _entry(kind, text)
    if isinstance(entry, str):
        problems.add("", entry)
        return None
    return entry


def _make_entry(kind: str, text: str) -> PrincipalEntry | str:
    """Read one name, or say what is wrong with it."""
    if kind != "AWS":
        if "*" in text:
            return f"a {kind} principal takes no wildcard"
        return PrincipalEntry(_OTHER_FORMS[kind], text, text)
    if text == "*":
        return PrincipalEntry(Form.EVERYONE, text, text)
    account = _ACCOUNT.fullmatch(text)
    if account is not None:
        return PrincipalEntry(Form.ACCOUNT, account[1] or account[2], text)
    if _UNIQUE_ID.fullmatch(text):
        return PrincipalEntry(Form.UNIQUE_ID, text, text)
    for pattern, form in _ARN_FORMS:
        if pattern.fullmatch(text):
            return PrincipalEntry(form, text, text)
    return (
        f"{text!r} names no principal; use an account, or the ARN of a user, role or session "
        "without wildcards (for a pattern, use the condition key aws:PrincipalArn)"
    )


_entry = lru_cache(maxsize=_REMEMBERED)(_make_entry)
