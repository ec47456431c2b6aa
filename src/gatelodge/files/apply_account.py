"""The details of an account applied to a running endpoint, with IAM's own operations.

Users, groups, roles and policies of the files become what they say; others are left as they are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from gatelodge.files.account_details import Described
from gatelodge.files.endpoint import Endpoint
from gatelodge.world.iam_entities import GROUP, INLINE, NAMES, POLICY, ROLE, USER

_LISTS = {
    "UserDetailList": USER,
    "GroupDetailList": GROUP,
    "RoleDetailList": ROLE,
    "Policies": POLICY,
}
# Who is named by others comes first.
_ORDER = (POLICY, GROUP, USER, ROLE)
_WORDS = {POLICY: "Policy", GROUP: "Group", USER: "User", ROLE: "Role"}
_TRUST = "AssumeRolePolicyDocument"
_MAX_VERSIONS = 5

Body = Mapping[str, Any]


class _Step:
    """One call, and what it does in words."""

    __slots__ = ("action", "members", "words")

    def __init__(self, action: str, words: str, **members: object) -> None:
        self.action = action
        self.words = words
        self.members = members


def apply_details(endpoint: Endpoint, described: Iterable[Described]) -> Iterator[str]:
    """Bring an account to what checked files say; gives what changed, line by line.

    Raises EndpointError.
    """
    wanted = list(described)
    known = _details(endpoint)
    for kind in _ORDER:
        for one in wanted:
            if one.kind != kind or ":iam::aws:policy/" in one.body["Arn"]:
                continue  # AWS's own policies are nobody's to make
            name = str(one.body[NAMES[kind]])
            for step in _steps(kind, name, one.body, known.get((kind, name.lower()))):
                endpoint.query(step.action, step.members)
                yield step.words


def _details(endpoint: Endpoint) -> dict[tuple[str, str], Body]:
    found: dict[tuple[str, str], Body] = {}
    members: dict[str, object] = {"MaxItems": 1000}
    while True:
        page = endpoint.query("GetAccountAuthorizationDetails", members)
        for member, kind in _LISTS.items():
            for body in page.get(member) or ():
                found[kind, body[NAMES[kind]].lower()] = body
        if page.get("IsTruncated") != "true":
            return found
        members["Marker"] = page["Marker"]


def _steps(kind: str, name: str, body: Body, known: Body | None) -> Iterator[_Step]:
    if kind == POLICY:
        yield from _policy(name, body, known)
        return
    entity = _Entity(kind, name, body, known or {})
    if known is None:
        yield entity.create()
    elif kind == ROLE and _differ(body[_TRUST], known.get(_TRUST)):
        yield entity.step(
            "UpdateAssumeRolePolicy", "its trust policy changed", PolicyDocument=_text(body[_TRUST])
        )
    yield from entity.boundary()
    yield from entity.inline()
    yield from entity.attachments()
    yield from entity.groups()
    yield from entity.tags()


class _Entity:
    """A user, group or role: what it shall be, and what it is."""

    __slots__ = ("_kind", "_known", "_name", "_wanted", "_word")

    def __init__(self, kind: str, name: str, wanted: Body, known: Body) -> None:
        self._kind = kind
        self._word = _WORDS[kind]
        self._name = name
        self._wanted = wanted
        self._known = known

    def step(self, action: str, words: str, **members: object) -> _Step:
        """Make a call about this entity."""
        told = f"{self._word.lower()} {self._name}: {words}"
        return _Step(action, told, **{NAMES[self._kind]: self._name}, **members)

    def create(self) -> _Step:
        """Make it."""
        more = {_TRUST: _text(self._wanted[_TRUST])} if self._kind == ROLE else {}
        path = self._wanted.get("Path") or "/"
        return self.step(f"Create{self._word}", "new", Path=path, **more)

    def boundary(self) -> Iterator[_Step]:
        """Set or take away its boundary."""
        wanted, known = _boundary(self._wanted), _boundary(self._known)
        if wanted == known:
            return
        if wanted is None:
            action = f"Delete{self._word}PermissionsBoundary"
            yield self.step(action, f"without its boundary {known}")
        else:
            action = f"Put{self._word}PermissionsBoundary"
            yield self.step(action, f"its boundary is {wanted}", PermissionsBoundary=wanted)

    def inline(self) -> Iterator[_Step]:
        """Write and delete its own policies."""
        wanted, known = (
            {one["PolicyName"]: one["PolicyDocument"] for one in side.get(INLINE[self._kind]) or ()}
            for side in (self._wanted, self._known)
        )
        for name, document in wanted.items():
            if name not in known or _differ(document, known[name]):
                words = f"its policy {name} {'changed' if name in known else 'is new'}"
                text = _text(document)
                action = f"Put{self._word}Policy"
                yield self.step(action, words, PolicyName=name, PolicyDocument=text)
        for name in sorted(set(known) - set(wanted)):
            yield self.step(
                f"Delete{self._word}Policy", f"without its policy {name}", PolicyName=name
            )

    def attachments(self) -> Iterator[_Step]:
        """Attach and detach managed policies."""
        wanted, known = (
            {one["PolicyArn"] for one in side.get("AttachedManagedPolicies") or ()}
            for side in (self._wanted, self._known)
        )
        for arn in sorted(wanted - known):
            yield self.step(f"Attach{self._word}Policy", f"{arn} attached", PolicyArn=arn)
        for arn in sorted(known - wanted):
            yield self.step(f"Detach{self._word}Policy", f"{arn} detached", PolicyArn=arn)

    def groups(self) -> Iterator[_Step]:
        """Join and leave groups, which only users do."""
        wanted, known = (set(side.get("GroupList") or ()) for side in (self._wanted, self._known))
        for group in sorted(wanted - known):
            yield self.step("AddUserToGroup", f"in group {group}", GroupName=group)
        for group in sorted(known - wanted):
            yield self.step("RemoveUserFromGroup", f"not in group {group}", GroupName=group)

    def tags(self) -> Iterator[_Step]:
        """Write and delete tags."""
        wanted, known = (
            {tag["Key"]: tag["Value"] or "" for tag in side.get("Tags") or ()}
            for side in (self._wanted, self._known)
        )
        new = [
            {"Key": key, "Value": value} for key, value in wanted.items() if known.get(key) != value
        ]
        gone = sorted(set(known) - set(wanted))
        if new:
            yield self.step(f"Tag{self._word}", f"tags {_listed(new)}", Tags=new)
        if gone:
            yield self.step(f"Untag{self._word}", f"without tags {', '.join(gone)}", TagKeys=gone)


def _policy(name: str, body: Body, known: Body | None) -> Iterator[_Step]:
    document = _default(body)
    if known is None:
        members = {"PolicyName": name, "Path": body.get("Path") or "/"}
        yield _Step("CreatePolicy", f"policy {name}: new", PolicyDocument=document, **members)
        return
    if not _differ(document, _default(known)):
        return
    arn, versions = known["Arn"], known["PolicyVersionList"]
    if len(versions) >= _MAX_VERSIONS:
        oldest = min(
            (v["VersionId"] for v in versions if v["VersionId"] != known["DefaultVersionId"]),
            key=lambda version: int(version.removeprefix("v")),
        )
        words = f"policy {name}: without its oldest version {oldest}"
        yield _Step("DeletePolicyVersion", words, PolicyArn=arn, VersionId=oldest)
    yield _Step(
        "CreatePolicyVersion",
        f"policy {name}: another version counts",
        PolicyArn=arn,
        PolicyDocument=document,
        SetAsDefault=True,
    )


def _default(body: Body) -> str:
    """Give the text of the version that counts."""
    for version in body["PolicyVersionList"]:
        if version["VersionId"] == body["DefaultVersionId"]:
            return _text(version["Document"])
    return "{}"


def _boundary(body: Body) -> str | None:
    boundary = body.get("PermissionsBoundary") or {}
    arn = boundary.get("PermissionsBoundaryArn")
    return None if arn is None else str(arn)


def _text(document: object) -> str:
    """Give a policy as JSON text: an object, text, or percent-encoded as the wire has it."""
    if isinstance(document, str):
        return document if document.lstrip().startswith("{") else unquote(document)
    return json.dumps(document)


def _differ(first: object, second: object) -> bool:
    return second is None or json.loads(_text(first)) != json.loads(_text(second))


def _listed(tags: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(f"{tag['Key']}={tag['Value']}" for tag in tags)
