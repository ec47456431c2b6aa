"""One call: the request, what it addresses, and what becomes known of its caller."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gatelodge import iam
from gatelodge.messages import Request
from gatelodge.published import Api, Resource, Stage


class CallError:
    """The error of a refused or failed call, as `$context.error.*` shows it."""

    __slots__ = ("message", "response_type")

    def __init__(self, message: str | None, response_type: str) -> None:
        self.message = message
        self.response_type = response_type


def arn_prefix(api: Api, stage: Stage) -> str:
    """Write what the ARNs of a stage's methods begin with."""
    return f"arn:{api.partition}:execute-api:{api.region}:{api.account}:{api.id}/{stage.name}/"


class Call(msgspec.Struct, eq=False):
    """A request that reached a stage of an API; `resource` is None on an unknown route.

    One value for all that engine rooms ask about a call, since it is made for every one.
    """

    request: Request
    api: Api
    stage: Stage
    segments: list[str]
    """Below the stage, as route.path reads them."""
    resource: Resource | None
    parameters: dict[str, str]
    """Path parameters by name; a greedy one holds slashes."""
    resource_policy: iam.PolicySet | None
    """The API's, compiled."""
    arn_prefix: str
    # Known once the call is decided:
    principal: iam.Principal | None = None
    access_key_id: str | None = None
    authorizer: Mapping[str, Any] | None = None
    """What the method's authorizer says of the caller."""
    error: CallError | None = None
    invocation: str | None = None
    """The RequestId under which a function ran for it, as its integration."""

    def __repr__(self) -> str:
        return f"Call({self.request!r})"

    @property
    def method_arn(self) -> str:
        """The ARN of what is called: the actual verb and path, never ANY or a template."""
        return f"{self.arn_prefix}{self.request.method}/{'/'.join(self.segments)}"
