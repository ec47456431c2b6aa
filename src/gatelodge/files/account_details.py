"""The output of `aws iam get-account-authorization-details`, as it is, into the store.

Reference: openapi-extensions.md section 7. Every policy is read by the engine that will judge with
it; one that is not valid, or a document that is referred to and missing, refuses the whole file.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.files.load import MAX_ACCOUNT, FileError, load
from gatelodge.store import Document, Store
from gatelodge.world.aws_policies import aws_policies
from gatelodge.world.iam_entities import (
    GROUP,
    IDS,
    INLINE,
    NAMES,
    POLICY,
    ROLE,
    USER,
    changed,
    entity,
)
from gatelodge.world.unique_ids import unique_id

_LISTS = {
    "UserDetailList": USER,
    "GroupDetailList": GROUP,
    "RoleDetailList": ROLE,
    "Policies": POLICY,
}
_PREFIXES = {USER: "AIDA", GROUP: "AGPA", ROLE: "AROA", POLICY: "ANPA"}


class AccountFile:
    """One file, read: the documents, or why not."""

    __slots__ = ("account", "documents", "path", "problems")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.account = ""
        self.documents: list[Document] = []
        self.problems: list[str] = []

    def problem(self, pointer: str, message: str) -> None:
        """Note one thing that is wrong."""
        self.problems.append(f"{self.path}#{pointer}: {message}")


def read_account_file(path: Path) -> AccountFile:
    """Read and check one file; every problem is told at once."""
    file = AccountFile(path)
    try:
        details = load(path, MAX_ACCOUNT)
    except FileError as error:
        file.problems.append(str(error))
        return file
    if not isinstance(details, Mapping) or not set(details) & set(_LISTS):
        file.problem("", "expected the output of `aws iam get-account-authorization-details`")
        return file
    if details.get("IsTruncated"):
        file.problem("/IsTruncated", "this is only a part of the details; fetch all of them")
    accounts = set()
    for member, kind in _LISTS.items():
        for index, body in enumerate(details.get(member) or ()):
            pointer = f"/{member}/{index}"
            arn = Arn.parse(str(body.get("Arn"))) if isinstance(body, Mapping) else None
            name = body.get(NAMES[kind]) if isinstance(body, Mapping) else None
            if arn is None or not isinstance(name, str):
                file.problem(pointer, f"expected an object with Arn and {NAMES[kind]}")
                continue
            if arn.account != "aws":
                accounts.add(arn.account)
            file.documents.append(_document(file, kind, body, pointer))
    if len(accounts) != 1:
        file.problem("", f"expected the details of one account, found {sorted(accounts)}")
        return file
    file.account = accounts.pop()
    _check_references(file)
    return file


def apply_account_file(store: Store, file: AccountFile) -> bool:
    """Bring an account's documents to what a checked file says; False when they were so already."""
    wanted = {(d.kind, d.id): d for d in file.documents}
    changes = False
    with store.transaction():
        for kind in NAMES:
            for stored in store.documents(kind, account=file.account):
                new = wanted.pop((kind, stored.id), None)
                if new is None:
                    store.remove(stored)
                    changes = True
                    continue
                # Whoever wrote the file by hand may have left the unique id to us.
                body = {IDS[kind]: stored.parent, **new.body}
                if body != stored.body:
                    store.put(changed(stored, body))
                    changes = True
        for document in wanted.values():
            made = {IDS[document.kind]: unique_id(_PREFIXES[document.kind]), **document.body}
            store.put(entity(document.kind, file.account, made))
            changes = True
    return changes


def _document(file: AccountFile, kind: str, body: Mapping[str, Any], pointer: str) -> Document:
    """Decode and check the policies in one body."""
    copy = dict(body)
    inline = INLINE.get(kind)
    if inline is not None:
        copy[inline] = [
            {
                **policy,
                "PolicyDocument": _checked(
                    file, policy.get("PolicyDocument"), f"{pointer}/{inline}/{i}/PolicyDocument"
                ),
            }
            for i, policy in enumerate(body.get(inline) or ())
        ]
    else:
        default = body.get("DefaultVersionId")
        versions = body.get("PolicyVersionList") or []
        copy["PolicyVersionList"] = [
            # Only the default version counts; the others may be whatever they once were.
            {
                **version,
                "Document": _checked(
                    file,
                    version.get("Document"),
                    f"{pointer}/PolicyVersionList/{i}/Document",
                    str(body["Arn"]),
                ),
            }
            if version.get("VersionId") == default
            else version
            for i, version in enumerate(versions)
        ]
        if default not in [version.get("VersionId") for version in versions]:
            file.problem(pointer, f"the default version {default!r} is missing")
    return entity(kind, "", copy)


def _checked(file: AccountFile, document: object, pointer: str, arn: str | None = None) -> object:
    """Decode a policy document (percent-encoded on the wire) and see whether it is valid."""
    if isinstance(document, str):
        try:
            document = json.loads(unquote(document))
        except ValueError:
            file.problem(pointer, "not JSON, not even after percent-decoding")
            return None
    if not isinstance(document, Mapping):
        file.problem(pointer, "expected a policy document")
        return None
    try:
        iam.parse(document, iam.PolicyKind.IDENTITY, arn=arn)
    except iam.PolicyError as error:
        for problem in error.problems:
            file.problem(pointer + problem.pointer, problem.message)
    return document


def _check_references(file: AccountFile) -> None:
    """See that every group, policy and boundary that is referred to is in the file."""
    known = {(d.kind, d.body["Arn"] if d.kind == POLICY else d.name) for d in file.documents}
    known |= {(POLICY, arn) for arn in aws_policies()}
    for document in file.documents:
        for kind, name in _references(document.body):
            if (kind, name) not in known:
                file.problem(
                    "", f"{document.kind} {document.name} refers to {name}, which is missing"
                )


def _references(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for group in body.get("GroupList") or ():
        yield GROUP, str(group)
    for attached in body.get("AttachedManagedPolicies") or ():
        yield POLICY, str(attached["PolicyArn"])
    boundary = (body.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if boundary is not None:
        yield POLICY, str(boundary)
