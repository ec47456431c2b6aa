"""The decision about one request: a value, either Allow or Deny, never a boolean."""

from collections.abc import Callable, Mapping
from typing import Any

from gatelodge import iam
from gatelodge.asking import Asking
from gatelodge.authorize.caller import Caller
from gatelodge.authorize.evidence import Evidence
from gatelodge.context.call import Call
from gatelodge.published import GatewayResponseType

Verdicts = iam.Outcome | iam.Ruling | None
"""What the policies said: of all types together, of the resource policy alone, or nothing (no
policy was asked)."""


class Allow:
    """The request may go on to the integration."""

    __slots__ = ("authorizer", "caller", "evidence", "verdicts")

    def __init__(
        self,
        caller: Caller | None,
        verdicts: Verdicts,
        *,
        authorizer: Mapping[str, Any] | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        self.caller = caller
        """None for a method that authenticates no IAM caller."""
        self.verdicts = verdicts
        self.authorizer = authorizer
        """What the authorizer says of the caller, as `requestContext.authorizer` of a Lambda event
        shows it, and `$context.authorizer.*`."""
        self.evidence = evidence


class Deny:
    """The request is refused with one of API Gateway's answers."""

    __slots__ = (
        "authorizer",
        "caller",
        "detail",
        "error_type",
        "evidence",
        "kind",
        "message",
        "verdicts",
    )

    def __init__(
        self,
        kind: GatewayResponseType,
        error_type: str,
        message: str | None,
        *,
        caller: Caller | None = None,
        verdicts: Verdicts = None,
        detail: str = "",
        authorizer: Mapping[str, Any] | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        self.kind = kind
        self.error_type = error_type
        """The value of x-amzn-ErrorType."""
        self.message = message
        """The literal text of AWS's answer; None where AWS says null."""
        self.caller = caller
        self.verdicts = verdicts
        self.detail = detail
        """For the operator only: what the caller is not told."""
        self.authorizer = authorizer
        """As for Allow: a caller may be known, and denied."""
        self.evidence = evidence


Decision = Allow | Deny

Mechanism = Callable[[Call], Decision | Asking[Decision]]
"""Decides whether a call may use its method, at once or after asking; made for each method when
an API is loaded."""
