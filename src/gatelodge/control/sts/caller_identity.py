"""GetCallerIdentity: whose credentials these are (control-plane.md section 5.2)."""

from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call, **rest: Any) -> Output:
    """Tell account, ARN and unique id of the caller. No policy can forbid it."""
    principal = call.signer.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}
