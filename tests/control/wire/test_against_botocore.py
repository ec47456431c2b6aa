"""Every operation of every model: what botocore sends is read, what is written botocore reads."""

from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import pytest
from botocore import parsers, serialize
from botocore.awsrequest import HeadersDict

from gatelodge.control.models import protocol, service_model
from gatelodge.control.wire import WIRES
from gatelodge.messages import Headers, Request

SERVICES = ("apigateway", "cognito-idp", "iam", "lambda", "sts")
OPERATIONS = [
    (service, name) for service in SERVICES for name in service_model(service).operation_names
]
EVENT_STREAMS = {"InvokeWithResponseStream"}
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_DEEP = 4


def sample(shape, deep=0, *, form=False):
    """A value of a shape, with every member; one that is hard on the wire where it may be."""
    match shape.type_name:
        case "structure":
            members = shape.members.items() if deep < _DEEP else ()
            return {name: sample(member, deep + 1, form=form) for name, member in members}
        case "list":
            deepest = deep >= _DEEP
            return [] if deepest else [sample(shape.member, deep + 1, form=form) for _ in "ab"]
        case "map":
            return {"key": sample(shape.value, deep + 1, form=form)} if deep < _DEEP else {}
        case "boolean":
            return True
        case "integer" | "long":
            return 7
        case "float" | "double":
            return 7.5
        case "timestamp":
            return TIME
        case "blob":
            return b"\x00\xff bytes"
    if shape.enum:
        return shape.enum[-1]
    return "a/b c+d%2F<&>é\u20ac"


def to_request(serialized):
    """What botocore would send, as the door receives it."""
    url = urlsplit(serialized["url_path"])
    query = serialized.get("query_string") or {}
    pairs = [
        (name, text)
        for name, value in query.items()
        for text in (value if isinstance(value, list) else [value])
    ]
    raw_query = "&".join(part for part in (url.query, urlencode(pairs)) if part)
    body = serialized["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    elif isinstance(body, str):
        body = body.encode()
    fields = [(name, str(value)) for name, value in serialized["headers"].items()]
    return request(serialized["method"], url.path, raw_query, fields, body)


def request(method="GET", path="/", query="", fields=(), body=b""):
    return Request(
        id="the-id",
        method=method,
        raw_path=path,
        raw_query=query,
        headers=Headers(fields),
        body=body,
        source_ip="127.0.0.1",
        peer_ip="127.0.0.1",
        received_at=TIME,
    )


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_what_botocore_sends_is_read(service, name):
    model = service_model(service)
    operation, wire = model.operation_model(name), WIRES[protocol(service)]
    given = sample(operation.input_shape) if operation.input_shape else {}
    clean_for_headers(operation.input_shape, given)
    serializer = serialize.create_serializer(protocol(service), include_validation=False)
    sent = to_request(serializer.serialize_to_request(given, operation))
    assert wire.operation_named(model, sent) == name
    assert wire.parse(operation, sent) == without_empty(protocol(service), given)


@pytest.mark.parametrize(
    ("service", "name"), [pair for pair in OPERATIONS if pair[1] not in EVENT_STREAMS]
)
def test_what_is_written_botocore_reads(service, name):
    model = service_model(service)
    operation, wire = model.operation_model(name), WIRES[protocol(service)]
    given = sample(operation.output_shape) if operation.output_shape else {}
    clean_for_headers(operation.output_shape, given)
    status = operation.output_shape and any(
        member.serialization.get("location") == "statusCode"
        for member in operation.output_shape.members.values()
    )
    fields = [("Accept", "application/json")]
    response = wire.answer(operation, given, request(fields=fields))
    if not status:
        assert response.status == operation.http.get("responseCode", 200)
    payload = operation.output_shape and operation.output_shape.serialization.get("payload")
    if payload:
        # botocore hands octets out unread.
        assert response.body == given.pop(payload)
    read = parsers.create_parser(protocol(service)).parse(
        {
            "status_code": 200 if response.status == 7 else response.status,
            "headers": HeadersDict(response.headers),
            "body": b"any" if payload else response.body,
            "context": {"operation_name": name},
        },
        operation.output_shape,
    )
    metadata = read.pop("ResponseMetadata")
    assert metadata["RequestId"] == "the-id"
    if payload:
        read.pop(payload)
    if status:
        read = {key: value for key, value in read.items() if value != 200}
        given = {key: value for key, value in given.items() if value != 7}
    assert read == given


def clean_for_headers(shape, given):
    """A field value holds no more than ISO-8859-1."""
    for name, member in shape.members.items() if shape else ():
        if member.serialization.get("location") in {"header", "headers"}:
            if isinstance(given[name], str):
                given[name] = "value"
            elif isinstance(given[name], dict):
                given[name] = {"key": "value"}


def without_empty(wire, value):
    """Forms have no spelling for an empty structure or map."""
    if wire != "query":
        return value
    if isinstance(value, dict):
        cleaned = {name: without_empty(wire, item) for name, item in value.items()}
        return {name: item for name, item in cleaned.items() if item != {}}
    if isinstance(value, list):
        return [without_empty(wire, item) for item in value]
    return value
