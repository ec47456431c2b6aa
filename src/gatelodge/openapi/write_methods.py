"""What a Method declares of its requests and responses, and the models they name, written."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from gatelodge.openapi.methods import POSITIONS
from gatelodge.openapi.models import LOCAL, refer

_COMPONENTS = "#/components/schemas/"
_STANDS = {ours: theirs for theirs, ours in POSITIONS.items()}
_HEADER = "method.response.header."


class Notation(StrEnum):
    """The notations of an export, by API Gateway's names."""

    OAS30 = "oas30"
    SWAGGER = "swagger"


class WriteError(ValueError):
    """Something of an API that the notation cannot say; the message names the method."""


def write_models(api: Mapping[str, Any], notation: Notation) -> dict[str, Any]:
    """Write the models of an API by name. Raises WriteError."""
    models = {}
    for model in api.get("models", ()):
        try:
            schema = json.loads(model.get("schema") or "{}")
        except ValueError as error:
            raise WriteError(f"the schema of model {model['name']} is not JSON") from error
        models[model["name"]] = refer(schema, _prefix(notation))
    return models


def write_operation(method: Mapping[str, Any], notation: Notation, name: str) -> dict[str, Any]:
    """Write an operation without security and integration. Raises WriteError."""
    operation: dict[str, Any] = {}
    if method.get("operationName"):
        operation["operationId"] = method["operationName"]
    parameters = [
        _parameter(text, required=required, notation=notation)
        for text, required in (method.get("requestParameters") or {}).items()
    ]
    models = method.get("requestModels") or {}
    responses = method.get("methodResponses") or {}
    if notation is Notation.SWAGGER:
        operation |= _media_types(models, responses.values(), name)
        if models:
            model = next(iter(models.values()))
            body = {"in": "body", "name": model, "required": True}
            parameters.append({**body, "schema": _reference(model, notation)})
    elif models:
        operation["requestBody"] = {"content": _content(models), "required": True}
    if parameters:
        operation["parameters"] = parameters
    operation["responses"] = {
        status: _response(status, response, notation) for status, response in responses.items()
    } or {"default": {"description": f"Default response for {name}"}}
    return operation


def _parameter(text: str, *, required: bool, notation: Notation) -> dict[str, Any]:
    position, _, name = text.removeprefix("method.request.").partition(".")
    if position not in _STANDS:
        raise WriteError(f"the parameter {text} stands where no notation has parameters")
    kind = {"type": "string"}
    return {
        "name": name,
        "in": _STANDS[position],
        # OpenAPI wants it of every parameter in a path, and a path that matched has them all.
        "required": position == "path" or required,
        **(kind if notation is Notation.SWAGGER else {"schema": kind}),
    }


def _response(status: str, response: Mapping[str, Any], notation: Notation) -> dict[str, Any]:
    written: dict[str, Any] = {"description": f"{status} response"}
    headers = {
        text.removeprefix(_HEADER): _header(required=required, notation=notation)
        for text, required in (response.get("responseParameters") or {}).items()
    }
    if headers:
        written["headers"] = headers
    models = response.get("responseModels") or {}
    if models and notation is Notation.SWAGGER:
        written["schema"] = _reference(next(iter(models.values())), notation)
    elif models:
        written["content"] = _content(models)
    return written


def _header(*, required: bool, notation: Notation) -> dict[str, Any]:
    if notation is Notation.SWAGGER:
        return {"type": "string"}
    return {"schema": {"type": "string"}} | ({"required": True} if required else {})


def _media_types(
    models: Mapping[str, str], responses: Iterable[Mapping[str, Any]], name: str
) -> dict[str, list[str]]:
    """Write Swagger 2.0's media types, which hold for the whole operation. Raises WriteError."""
    told = [response["responseModels"] for response in responses if response.get("responseModels")]
    several = any(len(set(each.values())) > 1 for each in (models, *told))
    if several or any(set(each) != set(told[0]) for each in told):
        raise WriteError(
            f"{name} has other models for other media types, which Swagger 2.0 cannot say; "
            "export it as oas30"
        )
    return ({"consumes": list(models)} if models else {}) | (
        {"produces": list(told[0])} if told else {}
    )


def _content(models: Mapping[str, str]) -> dict[str, Any]:
    return {
        media_type: {"schema": _reference(model, Notation.OAS30)}
        for media_type, model in models.items()
    }


def _reference(model: str, notation: Notation) -> dict[str, str]:
    return {"$ref": _prefix(notation) + model}


def _prefix(notation: Notation) -> str:
    return LOCAL if notation is Notation.SWAGGER else _COMPONENTS
