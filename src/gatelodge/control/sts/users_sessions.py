"""GetSessionToken and GetFederationToken: temporary credentials of whoever asks, or of less.

Reference: control-plane.md section 5.4.
"""

from collections.abc import Mapping, Sequence

from gatelodge import iam
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.sts.credentials import credentials, refuse_mfa
from gatelodge.control.sts.passed import Tags, read_passed
from gatelodge.world.issue_keys import issue_temporary
from gatelodge.world.sessions import Session, SessionKind

DEFAULT_SECONDS = 43_200
ROOT_SECONDS = 3600


@operation("sts", "GetSessionToken")
def get_session_token(
    call: Call,
    *,
    DurationSeconds: int = DEFAULT_SECONDS,
    SerialNumber: str | None = None,
    TokenCode: str | None = None,
    MinimumSessionTokenSize: int = 0,
) -> Output:
    """Give out temporary credentials of the caller itself."""
    refuse_mfa(SerialNumber, TokenCode)
    session = _session(call, SessionKind.USER, "", DurationSeconds)
    issued = issue_temporary(call.master, session, MinimumSessionTokenSize)
    return {"Credentials": credentials(issued)}


@operation("sts", "GetFederationToken")
def get_federation_token(
    call: Call,
    *,
    Name: str,
    DurationSeconds: int = DEFAULT_SECONDS,
    Policy: str | None = None,
    PolicyArns: Sequence[Mapping[str, str]] = (),
    Tags: Tags = (),
    MinimumSessionTokenSize: int = 0,
) -> Output:
    """Give out credentials of a federated user: what both the caller and the policies allow."""
    passed = read_passed(call, call.account, Policy, PolicyArns, Tags)
    session = _session(
        call,
        SessionKind.FEDERATED,
        Name,
        DurationSeconds,
        policies=passed.policies,
        policy_arns=passed.policy_arns,
        tags=passed.tags,
    )
    issued = issue_temporary(call.master, session, MinimumSessionTokenSize)
    return {
        "Credentials": credentials(issued),
        "FederatedUser": {
            "FederatedUserId": f"{call.account}:{Name}",
            "Arn": federated_arn(call.account, Name),
        },
        "PackedPolicySize": passed.packed or 0,
    }


def federated_arn(account: str, name: str) -> str:
    """Name a federated user."""
    return f"arn:aws:sts::{account}:federated-user/{name}"


def _session(
    call: Call,
    kind: SessionKind,
    name: str,
    seconds: int,
    policies: Sequence[Mapping[str, object]] | None = None,
    policy_arns: Sequence[str] = (),
    tags: Mapping[str, str] | None = None,
) -> Session:
    principal = call.signer.principal
    if principal.kind is iam.PrincipalKind.ROOT:
        seconds = min(seconds, ROOT_SECONDS)
    now = int(call.now.timestamp())
    return Session(
        kind=kind,
        arn=principal.arn or "",
        unique_id=principal.user_id or "",
        name=name,
        issued=now,
        expires=now + seconds,
        policies=policies,
        policy_arns=policy_arns,
        tags=tags or {},
    )
