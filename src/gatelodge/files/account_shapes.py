"""The shapes of account authorization details: members, types, names, policy documents.

What comes out is a body as IAM's operations store it (world/iam_entities.py): documents as text,
nothing that is counted or that belongs to what is not here (instance profiles).
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.control.fault import Fault
from gatelodge.control.iam.names import WORDS, check_entity_name, check_name, check_path
from gatelodge.control.iam.tag_lists import check_tags
from gatelodge.world.iam_entities import GROUP, IDS, INLINE, NAMES, POLICY, ROLE, USER

_ID_PREFIXES = {USER: "AIDA", GROUP: "AGPA", ROLE: "AROA", POLICY: "ANPA"}
# Counted anew, or of things that are not kept here.
_LEFT_OUT = {
    *("AttachmentCount", "PermissionsBoundaryUsageCount", "RoleLastUsed", "InstanceProfileList"),
    *("PasswordLastUsed",),
}
Reader = Callable[[Any, "Place"], Any]


class Place:
    """One place in a file: a JSON pointer, and where problems are noted."""

    __slots__ = ("_path", "_pointer", "_problems")

    def __init__(self, path: str, problems: list[str], pointer: str = "") -> None:
        self._path = path
        self._problems = problems
        self._pointer = pointer

    def __str__(self) -> str:
        return f"{self._path}#{self._pointer}"

    def at(self, step: str | int) -> "Place":
        """Give a place further down."""
        token = str(step).replace("~", "~0").replace("/", "~1")
        return Place(self._path, self._problems, f"{self._pointer}/{token}")

    def problem(self, message: str, below: str = "") -> None:
        """Note something that is wrong here, or at a pointer below."""
        self._problems.append(f"{self}{below}: {message}")

    def items(self, value: object) -> list[Any]:
        """Give the items of a list; a member that is not there or null has none."""
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.problem("expected a list")
        return []


def read_entity(kind: str, body: object, place: Place) -> dict[str, Any] | None:
    """Read one user, group, role or policy; None when it is not to be told what it is."""
    name_member = NAMES[kind]
    if not isinstance(body, Mapping):
        place.problem(f"expected an object with Arn and {name_member}")
        return None
    arn = Arn.parse(body["Arn"]) if isinstance(body.get("Arn"), str) else None
    name = body.get(name_member)
    if arn is None or not isinstance(name, str):
        place.problem(f"expected an object with Arn and {name_member}")
        return None
    readers = _READERS[kind]
    for member in sorted(set(body) - set(readers) - _LEFT_OUT, key=str):
        place.at(member).problem("not a member of account authorization details")
    read: dict[str, Any] = {}
    for member, reader in readers.items():
        value = body.get(member)
        if value is not None and value not in ([], {}):
            found = reader(value, place.at(member))
            if found is not None:
                read[member] = found
    word = WORDS[kind]
    # Files written by hand leave the path to the ARN.
    path = read.setdefault("Path", arn.resource.removeprefix(word).removesuffix(name))
    _check(place.at(name_member), lambda: check_entity_name(kind, name))
    _check(place.at("Path"), lambda: check_path(kind, path))
    if f"{word}{path}{name}" != arn.resource or arn.service != "iam":
        place.at("Arn").problem(f"expected arn:aws:iam::ACCOUNT:{word}{path}{name}")
    unique_id, prefix = read.get(IDS[kind]), _ID_PREFIXES[kind]
    if unique_id is not None and not unique_id.startswith(prefix):
        place.at(IDS[kind]).problem(f"the unique id of a {word} begins with {prefix}")
    _check(place.at("Tags"), lambda: check_tags(read.get("Tags", ()), cased=kind == POLICY))
    if kind == POLICY:
        _check_versions(read, place)
    return read


def _check(place: Place, check: Callable[[], object]) -> None:
    try:
        check()
    except Fault as fault:
        place.problem(fault.message)


def _check_versions(read: dict[str, Any], place: Place) -> None:
    versions = read.setdefault("PolicyVersionList", [])
    default = read.get("DefaultVersionId")
    if default not in [version.get("VersionId") for version in versions]:
        place.problem(f"the default version {default!r} is missing")
    for index, version in enumerate(versions):
        version["IsDefaultVersion"] = version.get("VersionId") == default
        at = place.at("PolicyVersionList").at(index).at("Document")
        # Only the default version counts; the others may be whatever they once were.
        if version["IsDefaultVersion"]:
            version["Document"] = _document(
                version.get("Document"), iam.PolicyKind.IDENTITY, at, arn=read.get("Arn")
            )
        elif not isinstance(version.get("Document"), str):
            version["Document"] = json.dumps(version.get("Document"))


def _text(value: object, place: Place) -> str | None:
    if isinstance(value, str):
        return value
    place.problem("expected text")
    return None


def _number(value: object, place: Place) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    place.problem("expected a whole number")
    return None


def _flag(value: object, place: Place) -> bool | None:
    if isinstance(value, bool):
        return value
    place.problem("expected true or false")
    return None


def _any(value: object, _place: Place) -> object:
    return value


def _date(value: object, place: Place) -> str | None:
    try:
        read = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        place.problem("expected a time such as 2026-01-02T03:04:05+00:00")
        return None
    aware = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _policy_name(value: object, place: Place) -> str | None:
    text = _text(value, place)
    if text is not None:
        _check(place, lambda: check_name("policyName", text))
    return text


def _identity(document: object, place: Place) -> str | None:
    return _document(document, iam.PolicyKind.IDENTITY, place)


def _trust(document: object, place: Place) -> str | None:
    return _document(document, iam.PolicyKind.TRUST, place)


def _document(
    document: object, kind: iam.PolicyKind, place: Place, *, arn: str | None = None
) -> str | None:
    """Decode a policy document (percent-encoded on the wire) and see whether it is valid."""
    text = unquote(document) if isinstance(document, str) else json.dumps(document)
    try:
        if not isinstance(json.loads(text), Mapping):
            place.problem("expected a policy document")
            return None
        iam.parse(text, kind, arn=arn)
    except json.JSONDecodeError:
        place.problem("not JSON, not even after percent-decoding")
        return None
    except iam.PolicyError as error:
        for problem in error.problems:
            place.problem(problem.message, problem.pointer)
        return None
    return text


def _object(readers: Mapping[str, Reader], *needed: str) -> Reader:
    """Make the reader of an object."""

    def read(value: object, place: Place) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            place.problem("expected an object")
            return None
        found = {}
        for member, reader in readers.items():
            if value.get(member) is not None:
                found[member] = reader(value[member], place.at(member))
            elif member in needed:
                place.problem(f"{member} is missing")
        for member in sorted(set(value) - set(readers), key=str):
            place.at(member).problem("not a member of account authorization details")
        # What has no sense without a member that is missing or wrong is not looked at further.
        return None if any(found.get(member) is None for member in needed) else found

    return read


def _list(reader: Reader) -> Reader:
    """Make the reader of a list."""

    def read(value: object, place: Place) -> list[Any]:
        items = [reader(item, place.at(index)) for index, item in enumerate(place.items(value))]
        return [item for item in items if item is not None]

    return read


_INLINE = _list(
    _object(
        {"PolicyName": _policy_name, "PolicyDocument": _identity}, "PolicyName", "PolicyDocument"
    )
)
_ATTACHED = _list(_object({"PolicyName": _text, "PolicyArn": _text}, "PolicyArn"))
_BOUNDARY = _object(
    {"PermissionsBoundaryType": _text, "PermissionsBoundaryArn": _text}, "PermissionsBoundaryArn"
)
_TAGS = _list(_object({"Key": _text, "Value": _text}, "Key", "Value"))
_VERSIONS = _list(
    _object(
        {"VersionId": _text, "IsDefaultVersion": _flag, "CreateDate": _date, "Document": _any},
        "VersionId",
        "Document",
    )
)
_COMMON: dict[str, Reader] = {"Path": _text, "Arn": _text, "CreateDate": _date, "Tags": _TAGS}


def _entity(kind: str, readers: Mapping[str, Reader]) -> dict[str, Reader]:
    return {NAMES[kind]: _text, IDS[kind]: _text, **_COMMON, **readers}


_READERS: Mapping[str, Mapping[str, Reader]] = {
    USER: _entity(
        USER,
        {
            "GroupList": _list(_text),
            INLINE[USER]: _INLINE,
            "AttachedManagedPolicies": _ATTACHED,
            "PermissionsBoundary": _BOUNDARY,
        },
    ),
    GROUP: _entity(GROUP, {INLINE[GROUP]: _INLINE, "AttachedManagedPolicies": _ATTACHED}),
    ROLE: _entity(
        ROLE,
        {
            "AssumeRolePolicyDocument": _trust,
            "MaxSessionDuration": _number,
            "Description": _text,
            INLINE[ROLE]: _INLINE,
            "AttachedManagedPolicies": _ATTACHED,
            "PermissionsBoundary": _BOUNDARY,
        },
    ),
    POLICY: _entity(
        POLICY,
        {
            "DefaultVersionId": _text,
            "IsAttachable": _flag,
            "UpdateDate": _date,
            "Description": _text,
            "PolicyVersionList": _VERSIONS,
        },
    ),
}
