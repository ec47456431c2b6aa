"""From schemas to AWS-shaped Models: what requests and responses may hold.

Nothing here has an effect on serving. A model's schema is kept as text; where it refers to another
model it says `#/definitions/NAME`, whichever notation the document has.
Source: API Gateway Developer Guide, "Data models for REST APIs".
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.problems import Problems, read_object

MEDIA_TYPE = "application/json"
LOCAL = "#/definitions/"
_NAME = re.compile(r"[A-Za-z0-9]+", re.ASCII)
_REFERENCE = re.compile(
    r"(?:#/definitions/|#/components/schemas/|https://apigateway\.[a-z0-9.-]+/restapis/[a-z0-9]+/models/)"
    r"([A-Za-z0-9]+)",
    re.ASCII,
)


class Models:
    """The models of one document: its named schemas, and those that stand inside operations."""

    __slots__ = ("_inline", "_left_out", "_named")

    def __init__(self, document: Mapping[str, Any], problems: Problems, left_out: Problems) -> None:
        swagger = "swagger" in document
        holder = document if swagger else read_object(document, "components", problems)
        member = "definitions" if swagger else "schemas"
        at = () if swagger else ("components",)
        schemas = read_object(holder, member, problems.at(*at) if at else problems)
        self._left_out = left_out
        self._named: dict[str, dict[str, Any]] = {}
        self._inline: dict[str, dict[str, Any]] = {}
        for name, schema in schemas.items():
            if not isinstance(schema, Mapping):
                left_out.add("a schema is an object", *at, member, name)
            elif not _NAME.fullmatch(name):
                left_out.add("a model's name has letters and digits only", *at, member, name)
            else:
                self._named[name] = _model(name, schema)

    def all(self) -> list[dict[str, Any]]:
        """Give all models, those that no operation names as well."""
        return [*self._named.values(), *self._inline.values()]

    def name_of(self, schema: object, place: Problems) -> str | None:
        """Name the model of a schema in an operation; None, and a note, when it has none."""
        if not isinstance(schema, Mapping):
            place.add("a schema is an object")
            return None
        if "$ref" in schema:
            match = _REFERENCE.fullmatch(str(schema["$ref"]))
            if match is None or match[1] not in self._named:
                place.add(f"{schema['$ref']!r} is no model of this document", "$ref")
                return None
            return match[1]
        model = _model("", schema)
        name = "MODEL" + hashlib.sha256(model["schema"].encode()).hexdigest()[:6]
        self._inline[name] = {**model, "name": name}
        return name


def _model(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "contentType": MEDIA_TYPE,
        "schema": json.dumps(refer(schema, LOCAL), separators=(",", ":")),
    }


def refer(schema: Any, prefix: str) -> Any:  # noqa: ANN401 - any JSON value
    """Write a schema's references to models with another prefix; others are left as they are."""
    if isinstance(schema, Mapping):
        return {
            member: _reference(value, prefix)
            if member == "$ref" and isinstance(value, str)
            else refer(value, prefix)
            for member, value in schema.items()
        }
    if isinstance(schema, list):
        return [refer(item, prefix) for item in schema]
    return schema


def _reference(text: str, prefix: str) -> str:
    match = _REFERENCE.fullmatch(text)
    return text if match is None else prefix + match[1]
