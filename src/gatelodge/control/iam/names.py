"""Names, paths and ARNs of IAM's entities (reference: control-plane.md section 4.1)."""

import re

from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.iam import faults
from gatelodge.world.iam_entities import GROUP, POLICY, ROLE, USER

WORDS = {USER: "user", GROUP: "group", ROLE: "role", POLICY: "policy"}
_LONGEST = {USER: 64, GROUP: 128, ROLE: 64, POLICY: 128}
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[!-\x7e]*/")
_POLICY_PATH = re.compile(r"(?:/[A-Za-z0-9.,+@=_-]+)*/")
_LONGEST_PATH = 512


def check_name(member: str, name: str, longest: int = 128) -> str:
    """Check a name; gives it back. member: as messages print it, `userName`."""
    if not _NAME.fullmatch(name):
        raise faults.invalid(
            f"The specified value for {member} is invalid. It must contain only alphanumeric "
            "characters and/or the following: +=,.@_-"
        )
    if len(name) > longest:
        raise faults.constraint(member, f"have length less than or equal to {longest}")
    return name


def check_entity_name(kind: str, name: str) -> str:
    """Check the name of a new user, group, role or policy."""
    return check_name(f"{WORDS[kind]}Name", name, _LONGEST[kind])


def check_path(kind: str, path: str) -> str:
    """Check the path of a new entity."""
    pattern = _POLICY_PATH if kind == POLICY else _PATH
    if not pattern.fullmatch(path) or len(path) > _LONGEST_PATH:
        raise faults.invalid(
            "The specified value for path is invalid. It must begin and end with / and contain "
            "only alphanumeric characters and/or / characters."
        )
    return path


def entity_arn(call: Call, kind: str, path: str, name: str) -> str:
    """Write the ARN of an entity of the called account."""
    return f"arn:{call.partition}:iam::{call.account}:{WORDS[kind]}{path}{name}"


def check_policy_arn(text: str) -> str:
    """Check that something is the ARN of a managed policy, of one that is there or not."""
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam" or not arn.resource.startswith("policy/"):
        raise faults.invalid("Invalid ARN:  Could not be parsed!")
    return text
