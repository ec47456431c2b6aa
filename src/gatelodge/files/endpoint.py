"""What applying files needs of an AWS endpoint. Knows no wire: a command brings one."""

from collections.abc import Mapping
from typing import Any, Protocol


class EndpointError(RuntimeError):
    """The endpoint refused a call, or gave no answer that can be read."""

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status
        """0 when there was no answer."""


class Endpoint(Protocol):
    """A running endpoint, called with somebody's credentials."""

    region: str

    def rest(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Call an operation of apigateway; gives its JSON. Raises EndpointError."""

    def query(
        self, action: str, members: Mapping[str, Any], service: str = "iam"
    ) -> Mapping[str, Any]:
        """Call an operation of iam or sts; gives its result, all texts. Raises EndpointError."""
