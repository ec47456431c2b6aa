"""What a caller passes along with a session: policies, tags, and how much of them there may be.

Reference: control-plane.md section 5.1.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from gatelodge import iam
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.world.iam_entities import find_policy

Tags = Sequence[Mapping[str, str]]
ALLOTTED = 2_048
"""Octets of policies and tags, compressed. AWS does not say how many it allots."""
MAX_TAGS = 50


class Passed:
    """Session policies and tags that were checked."""

    __slots__ = ("packed", "policies", "policy_arns", "tags")

    def __init__(
        self,
        policies: list[dict[str, Any]] | None,
        policy_arns: list[str],
        tags: dict[str, str],
        packed: int | None,
    ) -> None:
        self.policies = policies
        self.policy_arns = policy_arns
        self.tags = tags
        self.packed = packed
        """Percent of what is allotted; None when nothing was passed."""


def read_passed(
    call: Call,
    account: str,
    policy: str | None,
    policy_arns: Sequence[Mapping[str, str]],
    tags: Tags,
) -> Passed:
    """Check what was passed. Raises Fault.

    account: of the session that is to be: managed policies are its own or AWS's.
    """
    arns = [str(given["arn"]) for given in policy_arns if "arn" in given]
    for arn in arns:
        if find_policy(call.store, account, arn) is None:
            raise Fault("ValidationError", f"Policy {arn} does not exist or is not attachable.")
    policies = None if policy is None else [_document(policy)]
    if policies is None and arns:
        policies = []
    read = read_tags(tags)
    packed = None
    if policy is not None or arns or read:
        packed = _packed(policy, arns, read)
    return Passed(policies, arns, read, packed)


def read_tags(tags: Tags) -> dict[str, str]:
    """Read session tags, whose keys are unique ignoring case. Raises Fault."""
    read = {str(tag["Key"]): str(tag["Value"]) for tag in tags}
    if len({key.lower() for key in read}) != len(tags):
        raise Fault(
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    for key in read:
        if key.lower().startswith("aws:"):
            raise Fault("InvalidParameterValue", f"The tag key {key} begins with aws: (reserved).")
    return read


def tag_keys(tags: Mapping[str, str]) -> dict[str, iam.Value]:
    """Give the condition keys of tags in a request."""
    if not tags:
        return {}
    keys: dict[str, iam.Value] = {"aws:tagkeys": tuple(tags)}
    return keys | {f"aws:requesttag/{key.lower()}": value for key, value in tags.items()}


def resource_tags(tags: Iterable[Mapping[str, str]]) -> dict[str, iam.Value]:
    """Give the condition keys of the tags of what is acted upon."""
    return {
        f"{prefix}/{tag['Key'].lower()}": tag["Value"]
        for tag in tags
        for prefix in ("aws:resourcetag", "iam:resourcetag")
    }


def _document(text: str) -> dict[str, Any]:
    try:
        policy = iam.parse(text, iam.PolicyKind.SESSION, name="session policy")
    except iam.PolicyError as error:
        raise Fault("MalformedPolicyDocument", f"Syntax errors in policy. {error}") from error
    return {"name": "session policy", "document": policy.document}


def _packed(policy: str | None, arns: list[str], tags: dict[str, str]) -> int:
    """Tell how much of the allotted space is used, in percent. Raises Fault when it is all."""
    size = len(zlib.compress(orjson.dumps([policy, arns, tags])))
    percent = -(-size * 100 // ALLOTTED)
    if percent > 100:
        raise Fault(
            "PackedPolicyTooLarge",
            f"Packed policy consumes {percent}% of allotted space, please use smaller policy.",
        )
    return percent
