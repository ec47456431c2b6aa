"""What authorization needs to know of the addressed method, made once for every request."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from gatelodge import iam
from gatelodge.asking import Asking
from gatelodge.context.call import Call
from gatelodge.messages import Request

if TYPE_CHECKING:
    from gatelodge.authorize.decision import Decision


class Access:
    """One attempt to use one method of one deployed API."""

    __slots__ = ("account", "call", "mechanism", "method_arn", "region", "resource_policy")

    def __init__(
        self,
        method_arn: str,
        mechanism: "Mechanism | None",
        resource_policy: iam.PolicySet | None,
        account: str,
        region: str,
        call: Call,
    ) -> None:
        self.method_arn = method_arn
        """The actual verb and path, never ANY or a template."""
        self.mechanism = mechanism
        """The method's way of authorizing, prepared; None for an unknown route."""
        self.resource_policy = resource_policy
        self.account = account
        """The account that owns the API."""
        self.region = region
        self.call = call


Mechanism = Callable[[Request, Access], "Decision | Asking[Decision]"]
"""Decides whether a request may use a method, at once or after asking; made for each method when
an API is loaded."""
