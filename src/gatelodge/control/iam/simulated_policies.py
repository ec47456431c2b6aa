"""The policies of a simulation: those given, and those that a user, group or role has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.names import WORDS
from gatelodge.control.iam.policy_usage import attached, boundary
from gatelodge.control.iam.positions import statement_positions
from gatelodge.store import Document
from gatelodge.world.iam_entities import (
    GROUP,
    INLINE,
    ROLE,
    USER,
    default_version,
    find_policy,
    read_document_text,
)

_KINDS = {"user": USER, "group": GROUP, "role": ROLE}
Exclusion = Mapping[str, Any]


class Source:
    """One policy of a simulation."""

    __slots__ = ("arn", "holder", "id", "kind", "name", "policy", "positions", "text")

    def __init__(
        self,
        source_id: str,
        text: str,
        kind: iam.PolicyKind = iam.PolicyKind.IDENTITY,
        *,
        name: str = "",
        arn: str | None = None,
        holder: Document | None = None,
    ) -> None:
        self.id = source_id
        """As results name it: SourcePolicyId."""
        self.text = text
        self.kind = kind
        self.name = name
        """Of an inline policy its own name."""
        self.arn = arn
        """Of a managed policy."""
        self.holder = holder
        """The entity that an inline policy stands in."""
        try:
            self.policy = iam.parse(text, kind, name=source_id, arn=arn)
        except iam.PolicyError as error:
            raise faults.invalid_input(f"The policy {source_id} is not valid: {error}") from error
        self.positions = statement_positions(text)


def given(member: str, texts: Iterable[str], kind: iam.PolicyKind) -> list[Source]:
    """Read policies that a request brings; they are named by their place in it."""
    return [Source(f"{member}.{n}", text, kind) for n, text in enumerate(texts, 1)]


def find_source(call: Call, text: str) -> Document:
    """Find the user, group or role whose policies are simulated. Raises Fault."""
    arn = Arn.parse(text)
    kind = _KINDS.get(arn.resource.partition("/")[0]) if arn is not None else None
    if arn is None or arn.service != "iam" or kind is None:
        raise faults.invalid_input(
            f"Invalid Entity Arn: {text} does not clearly define entity type and name."
        )
    if arn.account != call.account:
        raise faults.invalid_input(f"Invalid Entity Arn: {text} is not of this account.")
    found = entities.need(call, kind, arn.resource.rpartition("/")[2])
    if found.body["Arn"] != text:
        word = WORDS[kind]
        raise faults.no_such(f"The {word} with name {found.name} cannot be found.")
    return found


def policies_of(call: Call, entity: Document) -> Iterator[Source]:
    """Give the policies of an entity; of a user those of its groups as well."""
    word = WORDS[entity.kind]
    for inline in entity.body.get(INLINE[entity.kind]) or ():
        name = inline["PolicyName"]
        text = read_document_text(inline["PolicyDocument"])
        yield Source(f"{word}_{entity.name}_{name}", text, name=name, holder=entity)
    for arn in attached(entity.body):
        yield _managed(call, arn, iam.PolicyKind.IDENTITY)
    for group in entity.body.get("GroupList") or ():
        yield from policies_of(call, entities.need(call, GROUP, group))


def boundary_of(call: Call, entity: Document) -> list[Source]:
    """Give the boundary of an entity: one policy or none."""
    arn = boundary(entity.body)
    return [] if arn is None else [_managed(call, arn, iam.PolicyKind.BOUNDARY)]


def check_exclusions(exclusions: Sequence[Exclusion]) -> None:
    """Check what is to be left out of a simulation. Raises Fault."""
    for exclusion in exclusions:
        inline = exclusion.get("InlinePolicyIdentifier", {})
        patterns = (exclusion.get("PolicyArn", ""), inline.get("AttachmentName", ""))
        if len(exclusion) != 1 or any(pattern.count("*") > 1 for pattern in patterns):
            raise faults.invalid_input(
                "A policy to be excluded is named in one way, with one * at most."
            )


def is_excluded(source: Source, exclusions: Sequence[Exclusion]) -> bool:
    """Tell whether a policy is to be left out of a simulation."""
    return any(_excludes(exclusion, source) for exclusion in exclusions)


def _excludes(exclusion: Exclusion, source: Source) -> bool:
    if "PolicyType" in exclusion:
        return exclusion["PolicyType"] in _types(source)
    if "PolicyArn" in exclusion:
        return source.arn is not None and fnmatchcase(source.arn, exclusion["PolicyArn"])
    inline = exclusion["InlinePolicyIdentifier"]
    return (
        source.holder is not None
        and source.name == inline["PolicyName"]
        and WORDS[source.holder.kind] == inline["AttachmentType"]
        and fnmatchcase(source.holder.name, inline["AttachmentName"])
    )


def _types(source: Source) -> set[str]:
    if source.kind is iam.PolicyKind.BOUNDARY:
        return {"permission-boundary"}
    if source.arn is None:
        return {"inline"} if source.holder is not None else set()
    return {"aws-managed" if ":iam::aws:" in source.arn else "user-managed"}


def _managed(call: Call, arn: str, kind: iam.PolicyKind) -> Source:
    body = find_policy(call.store, call.account, arn)
    version = default_version(body) if body is not None else None
    if body is None or version is None:
        raise faults.no_such(f"Policy {arn} was not found.")
    return Source(body["PolicyName"], read_document_text(version["Document"]), kind, arn=arn)
