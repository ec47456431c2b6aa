"""What an integration gives when there is no reply to relay."""

from gatelodge.published import GatewayResponseType


class Failure:
    """A gateway response to send in place of the backend's reply."""

    __slots__ = ("detail", "error_type", "kind", "message", "status")

    def __init__(
        self,
        kind: GatewayResponseType,
        message: str,
        *,
        error_type: str = "InternalServerErrorException",
        status: int | None = None,
        detail: str = "",
    ) -> None:
        self.kind = kind
        self.message = message
        self.error_type = error_type
        self.status = status
        """Where it is not the status of that type, and nobody has customised that."""
        self.detail = detail
        """For the operator only."""


def configuration_error(detail: str) -> Failure:
    """Answer for an integration that cannot work as it is configured (500)."""
    return Failure(
        GatewayResponseType.API_CONFIGURATION_ERROR, "Internal server error", detail=detail
    )
