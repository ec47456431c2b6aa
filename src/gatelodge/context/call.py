"""One routed call: the request, what it addresses, and the path in its one spelling."""

from gatelodge.messages import Request
from gatelodge.published import Api, Resource, Stage


class Call:
    """A request that reached a stage of an API; `resource` is None on an unknown route."""

    __slots__ = ("api", "parameters", "request", "resource", "segments", "stage")

    def __init__(
        self,
        request: Request,
        api: Api,
        stage: Stage,
        segments: list[str],
        resource: Resource | None,
        parameters: dict[str, str],
    ) -> None:
        self.request = request
        self.api = api
        self.stage = stage
        self.segments = segments
        """Below the stage, as route.path reads them."""
        self.resource = resource
        self.parameters = parameters
        """Path parameters by name; a greedy one holds slashes."""
