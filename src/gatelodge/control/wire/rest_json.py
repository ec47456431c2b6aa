"""REST with JSON: members in path, query, headers and body (control-plane.md section 1.2)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from gatelodge.control.call import Parameters
from gatelodge.control.fault import Fault
from gatelodge.control.wire import hal, values
from gatelodge.control.wire.paths import paths_of
from gatelodge.messages import Pair, Request, Response, one_line

MAX_PARAMETERS = 1_000
_IN_BODY = (None, "")


def operation_named(model: ServiceModel, request: Request) -> str | None:
    """Tell which operation method and path mean; None when they mean none."""
    return _match(model, request)[0]


def parse(operation: OperationModel, request: Request) -> Parameters:
    """Read the members from everywhere. Raises Fault: SerializationException."""
    shape = operation.input_shape
    if shape is None:
        return {}
    in_path = _match(operation.service_model, request)[1]
    in_query = _query(request)
    found: dict[str, Any] = {}
    named = set()
    for name, member in shape.members.items():
        wire_name = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                found[name] = values.read_text(member, in_path[wire_name])
            case "querystring" if member.type_name != "map":
                named.add(wire_name)
                if wire_name in in_query:
                    found[name] = _read_texts(member, in_query[wire_name])
            case "header":
                written = request.headers.get(wire_name.lower())
                if written is not None:
                    found[name] = values.read_text(member, written)
    named |= _literal_parameters(operation)
    for name, member in shape.members.items():
        if member.serialization.get("location") == "querystring" and member.type_name == "map":
            rest = {key: texts[0] for key, texts in in_query.items() if key not in named}
            if rest:
                found[name] = rest
    return found | _read_body(shape, request)


def _match(model: ServiceModel, request: Request) -> tuple[str | None, dict[str, str]]:
    paths = paths_of(model.service_name)
    return paths.match(request.method, request.raw_path, request.raw_query) or (None, {})


def _query(request: Request) -> dict[str, list[str]]:
    try:
        return parse_qs(
            request.raw_query,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise values.serialization_fault("The query string cannot be read") from None


def _literal_parameters(operation: OperationModel) -> set[str]:
    """Names of the query parameters that the operation's own path has."""
    _, _, query = operation.http["requestUri"].partition("?")
    return {piece.partition("=")[0] for piece in query.split("&")}


def _read_texts(shape: Shape, texts: list[str]) -> Any:
    if shape.type_name == "list":
        return [values.read_text(shape.member, text) for text in texts]
    return values.read_text(shape, texts[0])


def _read_body(shape: StructureShape, request: Request) -> dict[str, Any]:
    body = request.body or b""
    payload = shape.serialization.get("payload")
    if payload is not None:
        member = shape.members[payload]
        if member.type_name == "blob":
            return {payload: body} if body else {}
        if member.type_name == "string":
            return {payload: body.decode()} if body else {}
        return {payload: values.read_structure(member, values.load(body))} if body else {}
    in_body = _of_the_body(shape)
    if not in_body:
        return {}
    written = values.load(body)
    found = {}
    for name, member in in_body.items():
        value = written.get(member.serialization.get("name", name))
        if value is not None:
            found[name] = values.read(member, value)
    return found


def _of_the_body(shape: StructureShape) -> dict[str, Shape]:
    return {
        name: member
        for name, member in shape.members.items()
        if member.serialization.get("location") in _IN_BODY
    }


def answer(
    operation: OperationModel, output: Mapping[str, Any] | None, request: Request
) -> Response:
    """Write an output: status, header fields and body as the model says."""
    status = int(operation.http.get("responseCode", 200))
    shape = operation.output_shape
    given = output or {}
    fields = _fields(operation.service_model, request)
    if shape is None:
        return Response(status, fields)
    for name, member in shape.members.items():
        if given.get(name) is None:
            continue
        wire_name = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "header":
                text = values.write_text(member, given[name], "rfc822")
                fields.append((wire_name, one_line(text)))
            case "headers":
                fields += ((wire_name + key, one_line(text)) for key, text in given[name].items())
            case "statusCode":
                status = int(given[name])
    return _with_body(operation, shape, given, Response(status, fields), request)


def _with_body(
    operation: OperationModel,
    shape: StructureShape,
    given: Mapping[str, Any],
    response: Response,
    request: Request,
) -> Response:
    payload = shape.serialization.get("payload")
    if payload is not None:
        value = given.get(payload)
        member = shape.members[payload]
        if member.type_name in {"blob", "string"}:
            response.body = value.encode() if isinstance(value, str) else (value or b"")
            if not any(name.lower() == "content-type" for name, _ in response.headers):
                response.add("Content-Type", "application/json")
            return response
        written = values.write(member, value or {})
    elif response.status == 204 or not _of_the_body(shape):
        return response
    else:
        as_hal = hal.wanted(operation.service_model, request)
        written = {
            member.serialization.get("name", name): values.write(
                member, given[name], "iso8601" if as_hal else "unixTimestamp"
            )
            for name, member in _of_the_body(shape).items()
            if given.get(name) is not None
        }
        if as_hal:
            response.add("Content-Type", hal.TYPE)
            response.body = values.dump(hal.document(written, request))
            return response
    response.add("Content-Type", "application/json")
    response.body = values.dump(written)
    return response


def refuse(model: ServiceModel, fault: Fault, request: Request) -> Response:
    """Write an error: its code in x-amzn-ErrorType, its members as its shape says."""
    fields = _fields(model, request)
    fields.append(("x-amzn-ErrorType", fault.code))
    shape = next((shape for shape in model.error_shapes if shape.name == fault.code), None)
    written: dict[str, Any] = {}
    for name, member in shape.members.items() if shape is not None else ():
        wire_name = member.serialization.get("name", name)
        value = _error_member(name, fault)
        if value is None:
            continue
        if member.serialization.get("location") == "header":
            fields.append((wire_name, one_line(str(value))))
        else:
            written[wire_name] = value
    if not any(name.lower() == "message" for name in written):
        written["Message" if fault.code == "AccessDeniedException" else "message"] = fault.message
    fields.append(("Content-Type", "application/json"))
    return Response(fault.status, fields, values.dump(written))


def _error_member(name: str, fault: Fault) -> Any:
    if name in {"message", "Message"}:
        return fault.message
    if name == "Type":
        return "User" if fault.status < 500 else "Service"
    return fault.members.get(name)


def _fields(model: ServiceModel, request: Request) -> list[Pair]:
    fields = [("x-amzn-RequestId", request.id)]
    if model.service_name == "apigateway":
        fields.append(("x-amz-apigw-id", request.id))
    return fields
