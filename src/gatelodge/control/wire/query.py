"""The query protocol: forms in, XML out (control-plane.md section 1.1)."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from gatelodge.control.call import Parameters
from gatelodge.control.fault import Fault
from gatelodge.control.wire import values
from gatelodge.messages import Request, Response

MAX_FIELDS = 5_000
"""Parameters of one request."""
MAX_DEPTH = 16
"""Pieces in a parameter's name."""
_FORM = "application/x-www-form-urlencoded"
# XML 1.0 has no way to write these.
_NOT_XML = {octet: "\ufffd" for octet in range(32) if chr(octet) not in "\t\n\r"}
_NOT_XML |= dict.fromkeys((65534, 65535), "�")


class _Node:
    """A parameter's name taken apart at its dots: the value, and what stands below."""

    __slots__ = ("below", "value")

    def __init__(self) -> None:
        self.value: str | None = None
        self.below: dict[str, _Node] = {}

    def numbered(self) -> "list[_Node]":
        """What stands below under numbers, in their order."""
        numbers = [name for name in self.below if name.isdecimal() and name.isascii()]
        return [self.below[name] for name in sorted(numbers, key=lambda name: (len(name), name))]


def fields(request: Request) -> dict[str, str]:
    """Read the parameters of the query string and of the form; of repeated ones the last.

    Raises Fault: MalformedInput.
    """
    texts = [request.raw_query]
    if (request.headers.get("content-type") or _FORM).partition(";")[0].strip().lower() == _FORM:
        texts.append((request.body or b"").decode("latin-1"))
    try:
        return dict(
            pair
            for text in texts
            if text
            for pair in parse_qsl(
                text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
            )
        )
    except ValueError:
        raise Fault("MalformedInput", "The parameters of the request cannot be read") from None


def operation_named(model: ServiceModel, request: Request) -> str | None:
    """Tell which operation Action and Version name. Raises Fault: InvalidAction."""
    given = fields(request)
    action, version = given.get("Action"), given.get("Version", "NO_VERSION_SPECIFIED")
    if action is None:
        return None
    if action not in model.operation_names or version != model.api_version:
        raise Fault("InvalidAction", f"Could not find operation {action} for version {version}")
    return action


def parse(operation: OperationModel, request: Request) -> Parameters:
    """Read the parameters. Raises Fault: MalformedInput."""
    root = _Node()
    for name, value in fields(request).items():
        pieces = name.split(".")
        if len(pieces) > MAX_DEPTH:
            raise Fault("MalformedInput", f"The parameter {name[:128]} is nested too deeply")
        node = root
        for piece in pieces:
            node = node.below.setdefault(piece, _Node())
        node.value = value
    if operation.input_shape is None:
        return {}
    return _read_structure(operation.input_shape, root)


def _read(shape: Shape, node: _Node) -> Any:
    match shape.type_name:
        case "structure":
            return _read_structure(shape, node)
        case "list":
            return _read_list(shape, node)
        case "map":
            return _read_map(shape, node)
    if node.value is None:
        raise Fault("MalformedInput", "Unexpected complex element termination")
    try:
        return values.read_text(shape, node.value)
    except Fault:
        raise Fault("MalformedInput", f"Invalid {shape.type_name} value") from None


def _read_structure(shape: StructureShape, node: _Node) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        below = node.below.get(member.serialization.get("name", name))
        if below is not None:
            found[name] = _read(member, below)
    return found


def _read_list(shape: ListShape, node: _Node) -> list[Any]:
    if not shape.serialization.get("flattened"):
        # `X=` stands for an empty list.
        node = node.below.get(shape.member.serialization.get("name", "member"), _Node())
    return [_read(shape.member, item) for item in node.numbered()]


def _read_map(shape: MapShape, node: _Node) -> dict[str, Any]:
    if not shape.serialization.get("flattened"):
        node = node.below.get("entry", _Node())
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    found = {}
    for entry in node.numbered():
        key, value = entry.below.get(key_name), entry.below.get(value_name)
        if key is not None and value is not None:
            found[_read(shape.key, key)] = _read(shape.value, value)
    return found


def answer(
    operation: OperationModel, output: Mapping[str, Any] | None, request: Request
) -> Response:
    """Write an output; the result's element is missing where the model has no output."""
    namespace = operation.service_model.metadata["xmlNamespace"]
    pieces = [f'<{operation.name}Response xmlns="{namespace}">']
    shape = operation.output_shape
    if shape is not None:
        wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result")
        pieces += _element(wrapper, shape, output or {})
    pieces.append(
        f"<ResponseMetadata><RequestId>{request.id}</RequestId></ResponseMetadata>"
        f"</{operation.name}Response>"
    )
    return _response(200, "".join(pieces), request)


def refuse(model: ServiceModel, fault: Fault, request: Request) -> Response:
    """Write an error."""
    return _error(f' xmlns="{model.metadata["xmlNamespace"]}"', fault, request)


def refuse_unknown(fault: Fault, request: Request) -> Response:
    """Write an error for a service that is not here: its clients read nothing but XML."""
    return _error("", fault, request)


def _error(namespace: str, fault: Fault, request: Request) -> Response:
    kind = "Sender" if fault.status < 500 else "Receiver"
    text = (
        f"<ErrorResponse{namespace}><Error><Type>{kind}</Type>"
        f"<Code>{_text(fault.code)}</Code><Message>{_text(fault.message)}</Message></Error>"
        f"<RequestId>{request.id}</RequestId></ErrorResponse>"
    )
    return _response(fault.status, text, request)


def _response(status: int, text: str, request: Request) -> Response:
    fields = [("x-amzn-RequestId", request.id), ("Content-Type", "text/xml")]
    return Response(status, fields, text.encode())


def _element(name: str, shape: Shape, value: Any) -> Iterator[str]:
    yield f"<{name}>"
    match shape.type_name:
        case "structure":
            for member_name, member in shape.members.items():
                if value.get(member_name) is not None:
                    written = member.serialization.get("name", member_name)
                    yield from _element(written, member, value[member_name])
        case "list":
            item_name = shape.member.serialization.get("name", "member")
            for item in value:
                yield from _element(item_name, shape.member, item)
        case "map":
            for key, item in value.items():
                yield "<entry>"
                yield from _element(shape.key.serialization.get("name", "key"), shape.key, key)
                yield from _element(
                    shape.value.serialization.get("name", "value"), shape.value, item
                )
                yield "</entry>"
        case _:
            yield _text(values.write_text(shape, value, "iso8601"))
    yield f"</{name}>"


def _text(text: str) -> str:
    # A bare carriage return would reach the client as a line feed.
    return escape(text.translate(_NOT_XML), {"\r": "&#13;"})
