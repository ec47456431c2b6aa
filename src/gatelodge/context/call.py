"""One call: the request, what it addresses, and what becomes known of its caller."""

from collections.abc import Mapping
from typing import Any

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


class Call:
    """A request that reached a stage of an API; `resource` is None on an unknown route.

    One value for all that engine rooms ask about a call, since it is made for every one.
    """

    __slots__ = (
        "_arn_prefix",
        "access_key_id",
        "api",
        "authorizer",
        "error",
        "parameters",
        "principal",
        "request",
        "resource",
        "resource_policy",
        "segments",
        "stage",
    )

    def __init__(
        self,
        request: Request,
        api: Api,
        stage: Stage,
        segments: list[str],
        resource: Resource | None,
        parameters: dict[str, str],
        resource_policy: iam.PolicySet | None,
        arn_prefix: str,
    ) -> None:
        self.request = request
        self.api = api
        self.stage = stage
        self.segments = segments
        """Below the stage, as route.path reads them."""
        self.resource = resource
        self.parameters = parameters
        """Path parameters by name; a greedy one holds slashes."""
        self.resource_policy = resource_policy
        """The API's, compiled."""
        self._arn_prefix = arn_prefix
        # Known once the call is decided:
        self.principal: iam.Principal | None = None
        self.access_key_id: str | None = None
        self.authorizer: Mapping[str, Any] | None = None
        """What the method's authorizer says of the caller."""
        self.error: CallError | None = None

    @property
    def method_arn(self) -> str:
        """The ARN of what is called: the actual verb and path, never ANY or a template."""
        return f"{self._arn_prefix}{self.request.method}/{'/'.join(self.segments)}"
