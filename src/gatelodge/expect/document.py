"""A file of expectations: who may, and may not, call what, and under which circumstances.

api: api.yaml                     # all paths are relative to this file
iam: [account.json]
account: "111111111111"
request: {from: 123.4.5.9}        # for all expectations
expectations:
  - who: alice
    may: GET /pets/7
    may not: [DELETE /pets/7, POST /pets]
  - who: anonymous
    may not: GET /pets
    request: {from: 10.1.2.3}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from gatelodge.expect.rehearsal import Circumstances, Rehearsal
from gatelodge.files.load import FileError, load
from gatelodge.settings import DEFAULT_ACCOUNT

_MEMBERS = frozenset(
    {
        "api",
        "iam",
        "account",
        "region",
        "api id",
        "stage",
        "stage variables",
        "tolerate",
        "request",
        "expectations",
    }
)
_OF_EXPECTATION = frozenset({"who", "may", "may not", "request"})
_OF_REQUEST = frozenset({"from", "at", "secure", "headers"})


class ExpectationsError(ValueError):
    """A file that cannot be read; the message names file and place, a line for each mistake."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One call and what is expected of it."""

    who: str | Mapping[str, Any]
    allowed: bool
    call: str
    circumstances: Circumstances
    pointer: str
    """Where it stands in the file."""

    @property
    def name(self) -> str:
        """One line for reports: `alice may not DELETE /pets/7`."""
        verb = "may" if self.allowed else "may not"
        return f"{caller_words(self.who)} {verb} {self.call}"


@dataclass(frozen=True, slots=True)
class Expectations:
    """A whole file."""

    path: Path
    api: Path
    accounts: tuple[Path, ...]
    settings: Mapping[str, Any]
    expectations: tuple[Expectation, ...]

    def rehearsal(self) -> Rehearsal:
        """Load the API and the accounts. Raises RehearsalError."""
        return Rehearsal.load(self.api, self.accounts, **self.settings)


def caller_words(who: str | Mapping[str, Any]) -> str:
    """Name a caller as the file does, in one line."""
    if isinstance(who, str):
        return who
    return ", ".join(f"{key} {value}" for key, value in who.items())


def read_expectations(path: Path) -> Expectations:
    """Read a file. Raises ExpectationsError with everything that is wrong."""
    try:
        written = load(path)
    except FileError as error:
        raise ExpectationsError(str(error)) from error
    reader = _Reader(path)
    found = reader.read(written)
    if reader.problems or found is None:
        raise ExpectationsError("\n".join(reader.problems))
    return found


class _Reader:
    """Reads one file and collects what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []

    def problem(self, pointer: str, message: str) -> None:
        self.problems.append(f"{self.path}#{pointer}: {message}")

    def read(self, written: object) -> Expectations | None:
        if not isinstance(written, Mapping):
            self.problem("", "expected an object with api and expectations")
            return None
        self._known(written, _MEMBERS, "")
        settings = {
            "account": self._text(written, "account") or DEFAULT_ACCOUNT,
            "region": self._text(written, "region"),
            "api_id": self._text(written, "api id"),
            "stage": self._text(written, "stage"),
            "stage_variables": self._texts_by_name(
                written.get("stage variables"), "/stage variables"
            ),
            "tolerate": self._list(written.get("tolerate", []), "/tolerate"),
        }
        api = self._text(written, "api")
        if api is None:
            self.problem("/api", "name the file of the API")
        general = self._circumstances(written.get("request", {}), Circumstances(), "/request")
        listed = written.get("expectations", [])
        if not isinstance(listed, list):
            self.problem("/expectations", "expected a list of expectations")
            listed = []
        expectations = [
            one
            for index, item in enumerate(listed)
            for one in self._expectations(item, general, f"/expectations/{index}")
        ]
        beside = self.path.parent
        accounts = self._list(written.get("iam", []), "/iam")
        return Expectations(
            self.path,
            beside / (api or ""),
            tuple(beside / account for account in accounts),
            settings,
            tuple(expectations),
        )

    def _expectations(
        self, item: object, general: Circumstances, pointer: str
    ) -> list[Expectation]:
        if not isinstance(item, Mapping):
            self.problem(pointer, "expected an object with who and may, or may not")
            return []
        self._known(item, _OF_EXPECTATION, pointer)
        who = item.get("who")
        if not isinstance(who, str | Mapping) or not who:
            self.problem(f"{pointer}/who", "name a caller: anonymous, a user, role/NAME, an ARN")
            return []
        circumstances = self._circumstances(item.get("request", {}), general, f"{pointer}/request")
        found = [
            Expectation(who, member == "may", call, circumstances, f"{pointer}/{member}")
            for member in ("may", "may not")
            if member in item
            for call in self._list(item[member], f"{pointer}/{member}")
        ]
        if not found:
            self.problem(pointer, "expected calls, such as GET /pets, under may or may not")
        return found

    def _circumstances(
        self, written: object, general: Circumstances, pointer: str
    ) -> Circumstances:
        if not isinstance(written, Mapping):
            self.problem(pointer, "expected an object with from, at, secure or headers")
            return general
        self._known(written, _OF_REQUEST, pointer)
        made = general
        if "from" in written:
            try:
                made = replace(made, source_ip=str(ip_address(str(written["from"]))))
            except ValueError:
                self.problem(f"{pointer}/from", f"{written['from']!r} is no IP address")
        if "at" in written:
            made = replace(made, at=self._time(written["at"], f"{pointer}/at"))
        if "secure" in written:
            if not isinstance(written["secure"], bool):
                self.problem(f"{pointer}/secure", "expected true or false")
            made = replace(made, secure=written["secure"] is True)
        if "headers" in written:
            headers = self._texts_by_name(written["headers"], f"{pointer}/headers")
            made = replace(made, headers={**made.headers, **headers})
        return made

    def _time(self, written: object, pointer: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(str(written))
        except ValueError:
            self.problem(pointer, f"{written!r} is no time: write 2026-01-31T12:00:00Z")
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def _known(self, written: Mapping[str, Any], known: frozenset[str], pointer: str) -> None:
        for member in sorted(set(written) - known, key=str):
            listed = ", ".join(sorted(known))
            self.problem(f"{pointer}/{member}", f"unknown member; there are {listed}")

    def _text(self, written: Mapping[str, Any], member: str) -> str | None:
        value = written.get(member)
        if value is None or isinstance(value, str):
            return value
        self.problem(f"/{member}", f"expected text: write {str(value)!r} in quotation marks")
        return None

    def _list(self, written: object, pointer: str) -> list[str]:
        listed = (
            written if isinstance(written, Sequence) and not isinstance(written, str) else [written]
        )
        if not all(isinstance(item, str) and item for item in listed):
            self.problem(pointer, "expected a text or a list of texts")
        return [item for item in listed if isinstance(item, str)]

    def _texts_by_name(self, written: object, pointer: str) -> dict[str, str]:
        if written is None:
            return {}
        if not isinstance(written, Mapping) or not all(
            isinstance(v, str) for v in written.values()
        ):
            self.problem(pointer, "expected an object of texts")
            return {}
        return dict(written)
