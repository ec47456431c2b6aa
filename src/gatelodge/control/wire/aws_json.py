"""JSON 1.0 and 1.1: all in the body, the operation in X-Amz-Target (control-plane.md 1.3)."""

from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel, ServiceModel

from gatelodge.control.call import Parameters
from gatelodge.control.fault import Fault
from gatelodge.control.wire import values
from gatelodge.messages import Request, Response

TARGET = "x-amz-target"


def operation_named(model: ServiceModel, request: Request) -> str | None:
    """Tell which operation the target names. Raises Fault: UnknownOperationException."""
    target = request.headers.get(TARGET)
    if target is None:
        return None
    prefix, _, name = target.rpartition(".")
    if prefix != model.metadata["targetPrefix"] or name not in model.operation_names:
        raise Fault("UnknownOperationException", "")
    return name


def parse(operation: OperationModel, request: Request) -> Parameters:
    """Read the body. Raises Fault: SerializationException."""
    body = values.load(request.body or b"")
    if operation.input_shape is None:
        return {}
    found: Parameters = values.read_structure(operation.input_shape, body)
    return found


def answer(
    operation: OperationModel, output: Mapping[str, Any] | None, request: Request
) -> Response:
    """Write an output; an empty body where the model has none."""
    body = b""
    if operation.output_shape is not None:
        body = values.dump(values.write(operation.output_shape, output or {}))
    return _response(200, operation.service_model, body, request)


def refuse(model: ServiceModel, fault: Fault, request: Request) -> Response:
    """Write an error: its code in `__type`."""
    member = "Message" if fault.code == "AccessDeniedException" else "message"
    body = {"__type": fault.code, member: fault.message, **fault.members}
    response = _response(fault.status, model, values.dump(body), request)
    response.add("x-amzn-ErrorType", fault.code)
    return response


def _response(status: int, model: ServiceModel, body: bytes, request: Request) -> Response:
    version = model.metadata.get("jsonVersion", "1.1")
    fields = [
        ("x-amzn-RequestId", request.id),
        ("Content-Type", f"application/x-amz-json-{version}"),
    ]
    return Response(status, fields, body)
