"""What a caller must be allowed to do for each operation of sts (control-plane.md section 3.2)."""

from collections.abc import Sequence

from gatelodge.control.call import Call, Check, Parameters
from gatelodge.control.fault import Fault
from gatelodge.control.sts.passed import read_tags, tag_keys
from gatelodge.control.sts.users_sessions import federated_arn
from gatelodge.world.sessions import SessionKind

# For long-term credentials only, and all that is left to sessions of users and federated users
# (STS API Reference, GetSessionToken and GetFederationToken).
_LONG_TERM = {"GetSessionToken", "GetFederationToken"}
_OPEN = {
    SessionKind.USER: {"AssumeRole", "GetCallerIdentity"},
    SessionKind.FEDERATED: {"GetCallerIdentity"},
}


def checks(call: Call, parameters: Parameters) -> Sequence[Check]:
    """List the checks before an operation. AssumeRole, whose depend on the role, has its own."""
    session = call.session
    if session is not None and (
        call.operation in _LONG_TERM
        or call.operation not in _OPEN.get(session.kind, {call.operation})
    ):
        message = f"Cannot call {call.operation} with session credentials"
        raise Fault("AccessDenied", message, 403)
    match call.operation:
        case "GetFederationToken":
            resource = federated_arn(call.account, str(parameters["Name"]))
            tags = read_tags(parameters.get("Tags", ()))
            keys = tag_keys(tags)
            made = [Check("sts:GetFederationToken", resource, keys)]
            return [*made, Check("sts:TagSession", resource, keys)] if tags else made
        case "DecodeAuthorizationMessage" | "GetAccessKeyInfo":
            return [Check(f"sts:{call.operation}", "*")]
    return ()
