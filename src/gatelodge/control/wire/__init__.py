"""AWS's protocols: requests into members, members into responses, as the service models say.

Knows shapes and spelling on the wire; knows no operation, no caller and no store.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.model import OperationModel, ServiceModel

from gatelodge.control.call import Parameters
from gatelodge.control.fault import Fault
from gatelodge.control.wire import aws_json, query, rest_json
from gatelodge.messages import Request, Response


class Wire(Protocol):
    """What the module of a protocol can do."""

    def operation_named(self, model: ServiceModel, request: Request) -> str | None:
        """Tell which operation is called, by AWS's name; None when the request names none.

        Raises Fault when it names one that the service does not have.
        """

    def parse(self, operation: OperationModel, request: Request) -> Parameters:
        """Read the input's members. Raises Fault when they cannot be read."""

    def answer(
        self, operation: OperationModel, output: Mapping[str, Any] | None, request: Request
    ) -> Response:
        """Write an output."""

    def refuse(self, model: ServiceModel, fault: Fault, request: Request) -> Response:
        """Write an error."""


WIRES: Mapping[str, Wire] = {"query": query, "rest-json": rest_json, "json": aws_json}
"""By the protocol's name in the service models."""
