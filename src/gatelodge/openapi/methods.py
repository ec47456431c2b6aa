"""What an operation declares of its requests and responses: AWS-shaped members of a Method.

None of it has an effect on serving while there are no request validators. What a Method cannot
hold (cookies, form fields, responses by default) is left out, and told with its place.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatelodge.openapi.models import MEDIA_TYPE, Models
from gatelodge.openapi.problems import Problems

POSITIONS: Mapping[str, str] = {"path": "path", "query": "querystring", "header": "header"}
"""OpenAPI's word for where a parameter stands → API Gateway's."""
_STATUS = re.compile(r"[1-5]\d\d", re.ASCII)
_MAX_REFERENCES = 10


class Declarations:
    """Reads declarations of one document; what is left out goes to the problems given."""

    __slots__ = ("_document", "_left_out", "_models", "_swagger")

    def __init__(self, document: Mapping[str, Any], models: Models, left_out: Problems) -> None:
        self._document = document
        self._models = models
        self._left_out = left_out
        self._swagger = "swagger" in document

    def read(
        self, item: Mapping[str, Any], operation: Mapping[str, Any], pointer: tuple[str, ...]
    ) -> dict[str, Any]:
        """Read an operation of a path item; pointer: the operation's place in the document."""
        parameters: dict[str, bool] = {}
        models: dict[str, str] = {}
        for parameter, place in self._parameters(item, operation, pointer):
            position, name = str(parameter.get("in")), parameter.get("name")
            if position in POSITIONS and isinstance(name, str) and name:
                required = position == "path" or parameter.get("required") is True
                parameters[f"method.request.{POSITIONS[position]}.{name}"] = required
            elif position == "body" and self._swagger:
                models |= self._swagger_models(parameter, operation, "consumes", place)
            else:
                place.add(f"a method has no parameters in {position!r}")
        body = operation.get("requestBody")
        if body is not None and not self._swagger:
            place = self._left_out.at(*pointer, "requestBody")
            models |= self._content(self._resolve(body, place), place)
        return {
            "requestParameters": parameters,
            "requestModels": models,
            "methodResponses": self._responses(operation, pointer),
        }

    def _parameters(
        self, item: Mapping[str, Any], operation: Mapping[str, Any], pointer: tuple[str, ...]
    ) -> Iterator[tuple[Mapping[str, Any], Problems]]:
        """Give parameters; an operation's own stand before those of its path."""
        seen = set()
        for holder, at in ((operation, pointer), (item, pointer[:-1])):
            written = holder.get("parameters", [])
            if not isinstance(written, list):
                self._left_out.at(*at).add("parameters is a list", "parameters")
                continue
            for position, parameter in enumerate(written):
                place = self._left_out.at(*at, "parameters", str(position))
                resolved = self._resolve(parameter, place)
                key = (str(resolved.get("in")), str(resolved.get("name")))
                if resolved and key not in seen:
                    seen.add(key)
                    yield resolved, place

    def _responses(
        self, operation: Mapping[str, Any], pointer: tuple[str, ...]
    ) -> dict[str, dict[str, Any]]:
        written = operation.get("responses", {})
        if not isinstance(written, Mapping):
            self._left_out.at(*pointer).add("responses is an object", "responses")
            return {}
        responses = {}
        for status, value in written.items():
            place = self._left_out.at(*pointer, "responses", status)
            if status.startswith("x-"):
                continue
            response = self._resolve(value, place)
            if not _STATUS.fullmatch(status):
                if set(response) - {"description"}:
                    place.add("a method has responses by status only")
                continue
            responses[status] = {
                "statusCode": status,
                "responseParameters": self._headers(response, place),
                "responseModels": self._swagger_models(response, operation, "produces", place)
                if self._swagger
                else self._content(response, place),
            }
        return responses

    def _headers(self, response: Mapping[str, Any], place: Problems) -> dict[str, bool]:
        headers = response.get("headers", {})
        if not isinstance(headers, Mapping):
            place.add("headers is an object", "headers")
            return {}
        return {
            f"method.response.header.{name}": self._resolve(header, place.at("headers", name)).get(
                "required"
            )
            is True
            for name, header in headers.items()
        }

    def _content(self, holder: Mapping[str, Any], place: Problems) -> dict[str, str]:
        """Read OpenAPI 3.0's models by media type."""
        content = holder.get("content", {})
        if not isinstance(content, Mapping):
            place.add("content is an object", "content")
            return {}
        found = {}
        for media_type, part in content.items():
            if isinstance(part, Mapping) and "schema" in part:
                name = self._models.name_of(
                    part["schema"], place.at("content", media_type, "schema")
                )
                if name is not None:
                    found[media_type] = name
        return found

    def _swagger_models(
        self,
        holder: Mapping[str, Any],
        operation: Mapping[str, Any],
        types: str,
        place: Problems,
    ) -> dict[str, str]:
        """Read Swagger 2.0's one schema, which stands for all media types of the operation."""
        if "schema" not in holder:
            return {}
        name = self._models.name_of(holder["schema"], place.at("schema"))
        written = operation.get(types, self._document.get(types)) or [MEDIA_TYPE]
        if not isinstance(written, list) or not all(isinstance(t, str) for t in written):
            place.add(f"{types} is a list of media types")
            return {}
        return {} if name is None else dict.fromkeys(written, name)

    def _resolve(self, value: object, place: Problems) -> Mapping[str, Any]:
        """Follow references inside the document; what cannot be followed is left out."""
        for _ in range(_MAX_REFERENCES):
            if not isinstance(value, Mapping):
                place.add("an object is expected")
                return {}
            if "$ref" not in value:
                return value
            value = self._follow(str(value["$ref"]))
        place.add("too many references", "$ref")
        return {}

    def _follow(self, reference: str) -> object:
        found: object = self._document
        pointer = reference.removeprefix("#/")
        for token in pointer.split("/") if pointer != reference else ("",):
            name = token.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, Mapping) else None
        return found
