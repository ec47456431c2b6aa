"""The decision about one request: a value, either Allow or Deny, never a boolean."""

from gatelodge import iam
from gatelodge.authorize.caller import Caller
from gatelodge.published import GatewayResponseType

Verdicts = iam.Outcome | iam.Ruling | None
"""What the policies said: of all types together, of the resource policy alone, or nothing (no
policy was asked)."""


class Allow:
    """The request may go on to the integration."""

    __slots__ = ("caller", "verdicts")

    def __init__(self, caller: Caller | None, verdicts: Verdicts) -> None:
        self.caller = caller
        """None for a method that authenticates nobody."""
        self.verdicts = verdicts


class Deny:
    """The request is refused with one of API Gateway's answers."""

    __slots__ = ("caller", "detail", "error_type", "kind", "message", "verdicts")

    def __init__(
        self,
        kind: GatewayResponseType,
        error_type: str,
        message: str,
        *,
        caller: Caller | None = None,
        verdicts: Verdicts = None,
        detail: str = "",
    ) -> None:
        self.kind = kind
        self.error_type = error_type
        """The value of x-amzn-ErrorType."""
        self.message = message
        """The literal text of AWS's answer."""
        self.caller = caller
        self.verdicts = verdicts
        self.detail = detail
        """For the operator only: what the caller is not told."""


Decision = Allow | Deny
