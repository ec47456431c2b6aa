"""Identity policies as operations take them: AWS's texts for what is wrong with one.

Reference: control-plane.md section 4.3. In the end the engine that will judge with a policy must be
able to read it; what it does not know is refused here, in AWS's most general words.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from gatelodge import iam
from gatelodge.control.fault import Fault
from gatelodge.control.iam import faults

MANAGED_SIZE = 6144
_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
}
_SYNTAX = "Syntax errors in policy."
_VENDOR = re.compile(r"[a-zA-Z0-9*?-]+", re.ASCII)
_PARTITION = re.compile(r"aws[a-z-]*|\*", re.ASCII)
_ALLOWED = re.compile("[\t\n\r\x20-\xff]+")
_PIECES = 6


def malformed(message: str) -> Fault:
    """Say what is wrong with a policy document."""
    return Fault("MalformedPolicyDocument", message)


def size(text: str) -> int:
    """Count the characters of a document as quotas do: without white space."""
    return len("".join(text.split()))


def read_identity(text: str) -> str:
    """Check an identity policy; gives its text back. Raises Fault: MalformedPolicyDocument."""
    document = load(text, _SYNTAX)
    _check_syntax(document)
    statements = statements_of(document)
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(set(sids)) != len(sids):
        raise malformed("Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        if "Principal" in statement or "NotPrincipal" in statement:
            raise malformed("Policy document should not specify a principal.")
        if "Action" not in statement and "NotAction" not in statement:
            raise malformed("Policy statement must contain actions.")
        if "Resource" not in statement and "NotResource" not in statement:
            raise malformed("Policy statement must contain resources.")
    for statement in statements:
        _each(statement, ("Action", "NotAction"), _check_action)
        _each(statement, ("Resource", "NotResource"), _check_resource)
    try:
        iam.parse(text, iam.PolicyKind.IDENTITY)
    except iam.PolicyError as error:
        raise malformed(_SYNTAX) from error
    return text


def read_managed(text: str) -> str:
    """Check a managed policy, which has a size of its own. Raises Fault."""
    if size(text) > MANAGED_SIZE:
        raise faults.quota("PolicySize", MANAGED_SIZE)
    return read_identity(text)


def load(text: str, message: str) -> Mapping[str, Any]:
    """Read JSON. Raises Fault with the message given when it is not an object."""
    if not _ALLOWED.fullmatch(text):
        raise malformed(message)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed(message) from error
    if not isinstance(document, Mapping):
        raise malformed(message)
    return document


def statements_of(document: Mapping[str, Any]) -> list[Any]:
    """Give the statements of a document, which may stand alone."""
    written = document.get("Statement", [])
    return written if isinstance(written, list) else [written]


def _check_syntax(document: Mapping[str, Any]) -> None:
    version = document.get("Version", "2012-10-17")
    if version not in ("2008-10-17", "2012-10-17"):
        raise malformed("Policy document must be version 2012-10-17 or greater.")
    statements = statements_of(document)
    if not set(document) <= _ELEMENTS or not statements:
        raise malformed(_SYNTAX)
    for statement in statements:
        if (
            not isinstance(statement, Mapping)
            or not set(statement) <= _STATEMENT
            or statement.get("Effect") not in ("Allow", "Deny")
            or {"Action", "NotAction"} <= set(statement)
            or {"Resource", "NotResource"} <= set(statement)
            or not isinstance(statement.get("Sid", ""), str)
        ):
            raise malformed(_SYNTAX)


def _each(
    statement: Mapping[str, Any], members: tuple[str, ...], check: Callable[[str], None]
) -> None:
    for member in members:
        value = statement.get(member, [])
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str):
                raise malformed(_SYNTAX)
            check(text)


def _check_action(text: str) -> None:
    if text == "*":
        return
    vendor, colon, name = text.partition(":")
    if not colon:
        raise malformed(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        )
    if ":" in name:
        raise malformed("Actions/Condition can contain only one colon.")
    if not _VENDOR.fullmatch(vendor):
        raise malformed(f"Vendor {vendor} is not valid")


def _check_resource(text: str) -> None:
    if text == "*":
        return
    pieces = text.split(":", _PIECES - 1)
    if pieces[0] != "arn":
        raise malformed(f'Resource {text} must be in ARN format or "*".')
    if len(pieces) > 1 and not _PARTITION.fullmatch(pieces[1]):
        raise malformed(f'Partition "{pieces[1]}" is not valid for resource "{text}".')
    if len(pieces) < _PIECES and not text.endswith("*"):
        raise malformed("The policy failed legacy parsing")
    if len(pieces) == _PIECES and pieces[2] == "iam" and pieces[3]:
        raise malformed(f"IAM resource {text} cannot contain region information.")
