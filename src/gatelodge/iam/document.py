"""Policy documents: read and validated, with a JSON pointer for everything that is wrong.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; reference: iam-evaluation.md
section 1. What this reader does not know is refused, never skipped.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import orjson

from gatelodge.iam.conditions import Condition, read_conditions
from gatelodge.iam.patterns import is_reserved
from gatelodge.iam.principals import PrincipalElement, read_principal
from gatelodge.iam.problems import PolicyError, Problem, Problems, article

VERSIONS = ("2008-10-17", "2012-10-17")
_DOCUMENT = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)


class PolicyKind(StrEnum):
    """What a policy is attached to, which decides what may stand in it."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    BOUNDARY = "boundary"
    SESSION = "session"
    SERVICE_CONTROL = "service control"
    RESOURCE_CONTROL = "resource control"
    TRUST = "trust"
    AUTHORIZER = "authorizer"


_WITH_PRINCIPAL = {PolicyKind.RESOURCE, PolicyKind.RESOURCE_CONTROL, PolicyKind.TRUST}
# Characters without white space (reference: iam-evaluation.md section 1). Of the identity limits
# the largest, a role's inline policies, since a document does not say where it is attached; of
# session policies a managed one's (sts itself takes no more than 2,048 characters of text).
_SIZES = {
    PolicyKind.IDENTITY: 10_240,
    PolicyKind.RESOURCE: 8_192,
    PolicyKind.BOUNDARY: 6_144,
    PolicyKind.SESSION: 6_144,
    PolicyKind.SERVICE_CONTROL: 5_120,
    PolicyKind.RESOURCE_CONTROL: 5_120,
    PolicyKind.TRUST: 4_096,
    PolicyKind.AUTHORIZER: 8_192,
}
# AWS's own managed policies have no quota and outgrow those of customers (ReadOnlyAccess has some
# 50,000 characters); this bound is ours.
_SIZE_OF_AWS = 131_072
_OF_AWS = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/.+", re.ASCII)


class Statement:
    """One statement as it was written."""

    __slots__ = (
        "actions",
        "allow",
        "conditions",
        "index",
        "not_action",
        "not_principal",
        "not_resource",
        "principal",
        "resources",
        "sid",
    )

    def __init__(
        self,
        index: int,
        sid: str | None,
        *,
        allow: bool,
        principal: PrincipalElement | None,
        not_principal: bool,
        actions: tuple[str, ...],
        not_action: bool,
        resources: tuple[str, ...],
        not_resource: bool,
        conditions: tuple[Condition, ...],
    ) -> None:
        self.index = index
        self.sid = sid
        self.allow = allow
        self.principal = principal
        """None where the kind of policy has none: such a statement speaks to its own principal."""
        self.not_principal = not_principal
        self.actions = actions
        self.not_action = not_action
        self.resources = resources
        self.not_resource = not_resource
        self.conditions = conditions


class Policy:
    """A policy that was read and found valid."""

    __slots__ = ("arn", "document", "kind", "name", "statements", "variables")

    def __init__(
        self,
        kind: PolicyKind,
        name: str,
        document: Mapping[str, Any],
        statements: tuple[Statement, ...],
        *,
        variables: bool,
        arn: str | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        """How people know it: a policy's name or ARN."""
        self.arn = arn
        """Of managed policies."""
        self.document = document
        self.statements = statements
        self.variables = variables
        """Whether `${…}` means anything: only in Version 2012-10-17."""

    @property
    def digest(self) -> str:
        """SHA-256 of the document's canonical JSON, in hexadecimal."""
        return hashlib.sha256(orjson.dumps(self.document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def parse(
    document: str | Mapping[str, Any],
    kind: PolicyKind,
    *,
    name: str = "",
    arn: str | None = None,
    unique_ids: Mapping[str, str] = MappingProxyType({}),
) -> Policy:
    """Read and validate a policy document, given as JSON text or as a JSON object.

    arn: of a managed policy; one of AWS's own may be larger than a customer's.
    unique_ids: of users and roles by ARN, as they were when the policy was saved. A principal that
    has one names nobody who was made anew under its name; others are told by their ARN.
    Raises PolicyError with every problem found, each with a JSON pointer into the document.
    """
    problems = Problems()
    if isinstance(document, str):
        document = read_text(document)
    if not isinstance(document, Mapping):
        raise PolicyError([Problem("", "a policy is a JSON object")])
    _check_members(document, _DOCUMENT, problems)
    version = document.get("Version", VERSIONS[0])
    if version not in VERSIONS:
        problems.add("/Version", f"unsupported version {version!r}; use 2012-10-17 or 2008-10-17")
    if "Id" in document and not isinstance(document["Id"], str):
        problems.add("/Id", "Id is a string")
    if "Id" in document and kind not in _WITH_PRINCIPAL:
        problems.add("/Id", f"Id is not allowed in {article(kind.value)} policy")
    size, limit = _size(document), _SIZE_OF_AWS if _OF_AWS.fullmatch(arn or "") else _SIZES[kind]
    if size > limit:
        problems.add("", f"{size} characters without white space; {limit} are allowed")
    statements = _read_statements(document, kind, problems, variables=version == VERSIONS[1])
    problems.raise_if_any()
    for statement in statements if unique_ids else ():
        if statement.principal is not None:
            statement.principal = statement.principal.bound(unique_ids)
    return Policy(kind, name, document, statements, variables=version == VERSIONS[1], arn=arn)


def _read_statements(
    document: Mapping[str, Any], kind: PolicyKind, problems: Problems, *, variables: bool
) -> tuple[Statement, ...]:
    written = document.get("Statement")
    listed = written if isinstance(written, list) else [written]
    if written is None or not listed:
        problems.add("/Statement", "a policy needs at least one statement")
        return ()
    statements = []
    sids: set[str] = set()
    for index, statement in enumerate(listed):
        pointer = f"/Statement/{index}" if isinstance(written, list) else "/Statement"
        if not isinstance(statement, Mapping):
            problems.add(pointer, "a statement is a JSON object")
            continue
        read = _read_statement(statement, index, kind, problems.at(pointer), variables=variables)
        if read.sid and kind not in _WITH_PRINCIPAL:
            if not (read.sid.isalnum() and read.sid.isascii()):
                problems.add(f"{pointer}/Sid", "a Sid has letters and digits only")
            if read.sid in sids:
                problems.add(f"{pointer}/Sid", f"the Sid {read.sid!r} is used twice")
            sids.add(read.sid)
        statements.append(read)
    return tuple(statements)


def _read_statement(
    statement: Mapping[str, Any],
    index: int,
    kind: PolicyKind,
    problems: Problems,
    *,
    variables: bool,
) -> Statement:
    _check_members(statement, _STATEMENT, problems)
    sid = statement.get("Sid")
    if sid is not None and not isinstance(sid, str):
        problems.add("/Sid", "Sid is a string")
        sid = None
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        problems.add("/Effect", 'Effect is "Allow" or "Deny", in this spelling')
    not_principal, principal = _read_principal(statement, kind, problems)
    not_action, actions = _read_list(statement, "Action", problems)
    not_resource, resources = _read_list(
        statement, "Resource", problems, needed=kind is not PolicyKind.TRUST
    )
    read = Statement(
        index,
        sid,
        allow=effect == "Allow",
        principal=principal,
        not_principal=not_principal,
        actions=actions,
        not_action=not_action,
        resources=resources,
        not_resource=not_resource,
        conditions=(
            read_conditions(statement["Condition"], problems, variables=variables)
            if "Condition" in statement
            else ()
        ),
    )
    if kind is PolicyKind.RESOURCE_CONTROL:
        _check_resource_control(statement, read, problems)
    return read


def _check_members(written: Mapping[str, Any], known: frozenset[str], problems: Problems) -> None:
    if not known.issuperset(written):
        for member in sorted(set(written) - known, key=str):
            problems.add(f"/{member}", f"unknown element {member!r}")


def _read_principal(
    statement: Mapping[str, Any], kind: PolicyKind, problems: Problems
) -> tuple[bool, PrincipalElement | None]:
    negated = "NotPrincipal" in statement
    member = "NotPrincipal" if negated else "Principal"
    if negated and "Principal" in statement:
        problems.add("/NotPrincipal", "Principal and NotPrincipal exclude each other")
    if kind not in _WITH_PRINCIPAL:
        if member in statement:
            problems.add(f"/{member}", f"{member} is not allowed in {article(kind.value)} policy")
        return negated, None
    if member not in statement:
        name = article(kind.value)
        problems.add("", f"a statement of {name} policy needs Principal or NotPrincipal")
        return negated, None
    return negated, read_principal(statement[member], problems.at(f"/{member}"))


def _read_list(
    statement: Mapping[str, Any], member: str, problems: Problems, *, needed: bool = True
) -> tuple[bool, tuple[str, ...]]:
    """Read Action or Resource, or its negation: (negated, texts)."""
    plain = statement.get(member)
    if type(plain) is str and f"Not{member}" not in statement and not is_reserved(plain):
        return False, (plain,)
    negated = f"Not{member}" in statement
    if negated and member in statement:
        problems.add(f"/Not{member}", f"{member} and Not{member} exclude each other")
    name = f"Not{member}" if negated else member
    if name not in statement:
        if needed:
            problems.add("", f"a statement needs {member} or Not{member}")
        return negated, ("*",)
    value = statement[name]
    texts = value if isinstance(value, list) else [value]
    if not texts:
        problems.add(f"/{name}", f"{name} is empty")
    for position, text in enumerate(texts):
        if not isinstance(text, str) or is_reserved(text):
            pointer = f"/{name}/{position}" if isinstance(value, list) else f"/{name}"
            problems.check_text(pointer, text)
    return negated, tuple(text for text in texts if isinstance(text, str))


def _check_resource_control(
    statement: Mapping[str, Any], read: Statement, problems: Problems
) -> None:
    if statement.get("Principal") != "*":
        problems.add("/Principal", 'a resource control policy has the Principal "*"')
    full = read.actions == ("*",) and read.resources == ("*",) and not read.conditions
    if read.allow and not full:
        problems.add("/Effect", "a resource control policy of your own can only deny")


def read_text(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON text; a repeated member is a mistake that a plain reader would hide."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            repeated = next(name for name in names if names.count(name) > 1)
            raise PolicyError([Problem("", f"the member {repeated!r} stands twice in one object")])
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise PolicyError(
            [Problem("", f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}")]
        ) from error
    except RecursionError as error:
        raise PolicyError([Problem("", "nested too deeply")]) from error


def _size(document: Mapping[str, Any]) -> int:
    """Count the characters of a document without white space."""
    try:
        return len(orjson.dumps(document).decode())
    except TypeError:
        return 0  # not JSON at all: whatever is wrong with it is found below
