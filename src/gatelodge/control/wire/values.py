"""Values in JSON: read and written by their shapes. Scalars also for headers and queries."""

import base64
import binascii
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import orjson
from botocore.model import ListShape, MapShape, Shape, StructureShape

from gatelodge.control.fault import Fault

# How AWS's front end, written in Java, names what it found and what it wanted.
_FOUND = {
    bool: "class java.lang.Boolean",
    str: "class java.lang.String",
    int: "class java.lang.Integer",
    float: "class java.lang.Double",
}
_WANTED = {
    "string": "String",
    "character": "Character",
    "integer": "Integer",
    "long": "Long",
    "float": "Float",
    "double": "Double",
    "boolean": "Boolean",
    "timestamp": "Date",
    "blob": "ByteBuffer",
}


def load(body: bytes) -> Mapping[str, Any]:
    """Read a body that holds one JSON object; an empty one stands for `{}`. Raises Fault."""
    if not body.strip():
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise serialization_fault("Could not parse request body into json") from None
    if not isinstance(value, dict):
        raise serialization_fault("Unexpected token: the body is a JSON object")
    return value


def dump(value: object) -> bytes:
    """Write JSON."""
    return orjson.dumps(value)


def serialization_fault(message: str) -> Fault:
    """Word an input that is not of its shape."""
    return Fault("SerializationException", message)


def read(shape: Shape, value: Any) -> Any:
    """Read a JSON value as its shape says. Raises Fault: SerializationException."""
    match shape.type_name:
        case "structure":
            return read_structure(shape, value)
        case "list":
            return _read_list(shape, value)
        case "map":
            return _read_map(shape, value)
    return read_scalar(shape, value)


def read_structure(shape: StructureShape, value: Any) -> Any:
    """Read a JSON object. Members that the model does not know are left out; so is null."""
    if shape.is_document_type:
        return value
    if not isinstance(value, dict):
        raise serialization_fault("Start of structure or map was expected")
    found = {}
    for name, member in shape.members.items():
        written = value.get(member.serialization.get("name", name))
        if written is not None:
            found[name] = read(member, written)
    return found


def _read_list(shape: ListShape, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise serialization_fault("Start of list was expected")
    return [read(shape.member, item) for item in value if item is not None]


def _read_map(shape: MapShape, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise serialization_fault("Start of structure or map was expected")
    return {key: read(shape.value, item) for key, item in value.items() if item is not None}


def read_scalar(shape: Shape, value: Any) -> Any:
    """Read a JSON value that is neither object nor list."""
    match shape.type_name, value:
        case (("string" | "character"), str()):
            return value
        case "boolean", bool():
            return value
        case (("integer" | "long"), int()) if not isinstance(value, bool):
            return value
        case (("integer" | "long"), float()) if value.is_integer():
            return int(value)
        case (("float" | "double"), (int() | float())) if not isinstance(value, bool):
            return float(value)
        case "timestamp", (int() | float()) if not isinstance(value, bool):
            return _from_epoch(value)
        case _, str():
            return read_text(shape, value)
    if isinstance(value, dict | list):
        raise serialization_fault("Start of structure or list found where not expected")
    found = _FOUND[type(value)]
    raise serialization_fault(f"{found} can not be converted to an {_WANTED[shape.type_name]}")


def read_text(shape: Shape, text: str) -> Any:
    """Read a scalar from text, as headers, queries and forms have it. Raises Fault."""
    try:
        match shape.type_name:
            case "string" | "character":
                return text
            case "boolean" if text in {"true", "false"}:
                return text == "true"
            case "integer" | "long" if len(text) <= 20:
                return int(text)
            case "float" | "double" if math.isfinite(float(text)):
                return float(text)
            case "blob":
                return base64.b64decode(text, validate=True)
            case "timestamp":
                return read_time(text)
    except (ValueError, OverflowError, binascii.Error):
        pass
    wanted = _WANTED.get(shape.type_name, shape.type_name)
    raise serialization_fault(f"{_FOUND[str]} can not be converted to an {wanted}")


def read_time(text: str) -> datetime:
    """Read a time in any of the three formats. Raises ValueError."""
    if text.replace(".", "", 1).isdecimal():
        return _from_epoch(float(text))
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = parsedate_to_datetime(text)
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)


def _from_epoch(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise serialization_fault(f"{seconds} is no time") from None


def write(shape: Shape, value: Any, time_format: str = "unixTimestamp") -> Any:
    """Make of a member what stands for it in JSON; members that are None are left out."""
    match shape.type_name:
        case "structure" if not shape.is_document_type:
            return {
                member.serialization.get("name", name): write(member, value[name], time_format)
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list":
            return [write(shape.member, item, time_format) for item in value]
        case "map":
            return {key: write(shape.value, item, time_format) for key, item in value.items()}
        case "timestamp":
            return write_time(value, shape.serialization.get("timestampFormat", time_format))
        case "blob":
            return base64.b64encode(_octets(value)).decode()
    return value


def write_text(shape: Shape, value: Any, time_format: str) -> str:
    """Write a scalar as text, for headers and XML."""
    match shape.type_name:
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            return str(write_time(value, shape.serialization.get("timestampFormat", time_format)))
        case "blob":
            return base64.b64encode(_octets(value)).decode()
    return str(value)


def write_time(value: datetime | str | float, time_format: str) -> str | int | float:
    """Write a time given as a time, in ISO 8601, or in seconds since 1970."""
    time = value if isinstance(value, datetime) else read_time(str(value))
    match time_format:
        case "iso8601":
            return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case "rfc822":
            return format_datetime(time.astimezone(UTC), usegmt=True)
    seconds = round(time.timestamp(), 3)
    return int(seconds) if seconds.is_integer() else seconds


def _octets(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
