"""Role sessions as sts gives them out, whatever they were given for (control-plane.md 5.1)."""

from typing import Any

from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.sts.credentials import credentials
from gatelodge.store import Document
from gatelodge.world.issue_keys import issue_temporary
from gatelodge.world.sessions import Session

CHAINED_SECONDS = 3600
DEFAULT_SECONDS = 3600


def give_out(
    call: Call, role: Document, session: Session, packed: int | None, at_least: int
) -> dict[str, Any]:
    """Make the credentials of a session; gives the members that all such answers have.

    packed: percent of the space for policies and tags that is used; at_least: of the token.
    """
    output = {
        "Credentials": credentials(issue_temporary(call.master, session, at_least)),
        "AssumedRoleUser": assumed_role_user(role, session.name),
        "SourceIdentity": session.source_identity,
    }
    return output if packed is None else {**output, "PackedPolicySize": packed}


def assumed_role_user(role: Document, session_name: str) -> dict[str, str]:
    """Name a role session; the role's path is not part of it."""
    arn = Arn.parse(role.body["Arn"])
    partition = arn.partition if arn else "aws"
    name = role.body["RoleName"]
    return {
        "AssumedRoleId": f"{role.body['RoleId']}:{session_name}",
        "Arn": f"arn:{partition}:sts::{role.account}:assumed-role/{name}/{session_name}",
    }


def check_duration(role: Document, seconds: int, *, chained: bool) -> None:
    """Check how long a session may last. Raises Fault."""
    if seconds > int(role.body.get("MaxSessionDuration", DEFAULT_SECONDS)):
        raise Fault(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    if chained and seconds > CHAINED_SECONDS:
        raise Fault(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining.",
        )
