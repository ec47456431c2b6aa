"""The output of `aws iam get-account-authorization-details`, read and checked.

Reference: openapi-extensions.md section 7. Every policy is read by the engine that will judge with
it; one that is not valid, a shape that is not AWS's, or a reference to what is missing refuses the
files. Several files may describe one account together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gatelodge.arn import Arn
from gatelodge.files.account_shapes import Place, read_entity
from gatelodge.files.load import MAX_ACCOUNT, FileError, load
from gatelodge.world.aws_policies import aws_policies
from gatelodge.world.iam_entities import GROUP, IDS, NAMES, POLICY, ROLE, USER, read_document

_LISTS = {
    "UserDetailList": USER,
    "GroupDetailList": GROUP,
    "RoleDetailList": ROLE,
    "Policies": POLICY,
}
_PAGING = {"IsTruncated", "Marker", "NextToken", "ResponseMetadata"}
_WORDS = {"user": USER, "role": ROLE}


class Described:
    """One entity that a file describes."""

    __slots__ = ("body", "kind", "place")

    def __init__(self, kind: str, body: Mapping[str, Any], place: str) -> None:
        self.kind = kind
        self.body = body
        """As it will be stored."""
        self.place = place
        """File and JSON pointer, for messages."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others of its account: the kind, and the name ignoring case."""
        aws = ":iam::aws:policy/" in self.body["Arn"]
        return self.kind, self.body["Arn"] if aws else self.body[NAMES[self.kind]].lower()


class AccountFiles:
    """Files that were read: what they describe by account, or what is wrong with them."""

    __slots__ = ("accounts", "problems")

    def __init__(self) -> None:
        self.accounts: dict[str, list[Described]] = {}
        self.problems: list[str] = []


def read_account_files(paths: Iterable[Path]) -> AccountFiles:
    """Read and check files; every problem is told at once."""
    files = AccountFiles()
    for path in paths:
        _read(path, files)
    for account, described in files.accounts.items():
        files.accounts[account] = _merged(described, files.problems)
    for account, described in files.accounts.items():
        _check_references(account, described, files.problems)
    _check_ids(files)
    return files


def _read(path: Path, files: AccountFiles) -> None:
    try:
        details = load(path, MAX_ACCOUNT)
    except FileError as error:
        files.problems.append(str(error))
        return
    place = Place(str(path), files.problems)
    if not isinstance(details, Mapping) or not set(details) & set(_LISTS):
        place.problem("expected the output of `aws iam get-account-authorization-details`")
        return
    for member in sorted(set(details) - set(_LISTS) - _PAGING, key=str):
        place.at(member).problem("not a part of account authorization details")
    if details.get("IsTruncated"):
        place.at("IsTruncated").problem("this is only a part of the details; fetch all of them")
    described = []
    for member, kind in _LISTS.items():
        listed = place.at(member)
        for index, body in enumerate(listed.items(details.get(member))):
            entity = read_entity(kind, body, listed.at(index))
            if entity is not None:
                described.append(Described(kind, entity, str(listed.at(index))))
    accounts = {_account(one.body["Arn"]) for one in described} - {"aws"}
    if len(accounts) == 1:
        files.accounts.setdefault(accounts.pop(), []).extend(described)
    elif accounts or not files.problems:
        place.problem(f"expected the details of one account, found {sorted(accounts)}")


def _merged(described: Sequence[Described], problems: list[str]) -> list[Described]:
    """Give everything once; two files may say the same, and not something different."""
    found: dict[tuple[str, str], Described] = {}
    for one in described:
        before = found.setdefault(one.key, one)
        if before.body != one.body:
            problems.append(
                f"{one.place}: described differently in {before.place}; keep one of the two"
            )
    return list(found.values())


def _check_ids(files: AccountFiles) -> None:
    """See that no two entities have one unique id: keys and trust hold on to it."""
    found: dict[str, Described] = {}
    for described in files.accounts.values():
        for one in described:
            unique_id = one.body.get(IDS[one.kind])
            if unique_id is None or one.kind == POLICY:
                continue  # AWS's own policies are in many accounts
            before = found.setdefault(unique_id, one)
            if before is not one:
                files.problems.append(
                    f"{one.place}: {unique_id} is the unique id of {before.place} as well"
                )


def _check_references(account: str, described: Sequence[Described], problems: list[str]) -> None:
    """See that every group, policy, boundary and trusted principal that is named is there."""
    known = {(one.kind, one.body["Arn"]) for one in described}
    known |= {(GROUP, one.body["GroupName"]) for one in described if one.kind == GROUP}
    known |= {(POLICY, arn) for arn in aws_policies()}
    for one in described:
        for kind, name in _references(one.body, account):
            if (kind, name) not in known:
                problems.append(f"{one.place}: refers to {name}, which is missing")


def _references(body: Mapping[str, Any], account: str) -> Iterator[tuple[str, str]]:
    for group in body.get("GroupList", ()):
        yield GROUP, group
    for attached in body.get("AttachedManagedPolicies", ()):
        yield POLICY, attached["PolicyArn"]
    if "PermissionsBoundary" in body:
        yield POLICY, body["PermissionsBoundary"]["PermissionsBoundaryArn"]
    if "AssumeRolePolicyDocument" in body:
        yield from _trusted(read_document(body["AssumeRolePolicyDocument"]), account)


def _trusted(trust: Mapping[str, Any], account: str) -> Iterator[tuple[str, str]]:
    """Give the users and roles of the account that a valid trust policy names."""
    for statement in _listed(trust["Statement"]):
        for member in ("Principal", "NotPrincipal"):
            named = statement.get(member)
            for text in _listed(named.get("AWS", ())) if isinstance(named, Mapping) else ():
                arn = Arn.parse(text)
                kind = _WORDS.get(arn.resource.partition("/")[0]) if arn is not None else None
                if arn is not None and arn.account == account and kind and arn.service == "iam":
                    yield kind, text


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _account(arn: str) -> str:
    return arn.split(":", 5)[4]
