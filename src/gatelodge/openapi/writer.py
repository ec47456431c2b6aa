"""The way back: an AWS-shaped API as OpenAPI 3.0 or Swagger 2.0, as API Gateway exports it.

Law: what is written here is read again as the same API, if it was written with all extensions. What
a notation cannot say is refused (WriteError), never left out. Not kept, as with AWS: a model's
description and media type; and in Swagger 2.0, that a response's header is required.
Reference: openapi-extensions.md, control-plane.md section 6.4.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from gatelodge.arn import partition_of
from gatelodge.openapi.extensions import (
    ANY_METHOD,
    API_KEY_SOURCE,
    BINARY_MEDIA_TYPES,
    ENDPOINT_ACCESS_MODE,
    ENDPOINT_CONFIGURATION,
    GATEWAY_RESPONSES,
    INTEGRATION,
    MINIMUM_COMPRESSION_SIZE,
    POLICY,
    REQUEST_VALIDATOR,
    REQUEST_VALIDATORS,
    SECURITY_POLICY,
)
from gatelodge.openapi.validators import VALIDATES
from gatelodge.openapi.write_integration import write_integration
from gatelodge.openapi.write_methods import Notation, WriteError, write_models, write_operation
from gatelodge.openapi.write_security import Schemes

__all__ = ["Extension", "Notation", "Server", "WriteError", "write"]


class Extension(StrEnum):
    """Which of API Gateway's extensions an export shall have."""

    INTEGRATIONS = "integrations"
    AUTHORIZERS = "authorizers"
    APIGATEWAY = "apigateway"
    """All of them."""


class Server:
    """Where an API is deployed."""

    __slots__ = ("api_id", "region", "stage")

    def __init__(self, api_id: str, region: str, stage: str) -> None:
        self.api_id = api_id
        self.region = region
        self.stage = stage

    @property
    def host(self) -> str:
        """Name the host of the API's own endpoint."""
        suffix = ".cn" if partition_of(self.region) == "aws-cn" else ""
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com{suffix}"


def write(
    api: Mapping[str, Any],
    notation: Notation,
    server: Server,
    extensions: frozenset[Extension] = frozenset({Extension.APIGATEWAY}),
) -> dict[str, Any]:
    """Write an API in the reader's form, with ids or without. Raises WriteError."""
    every = Extension.APIGATEWAY in extensions
    schemes = Schemes(api, extended=every or Extension.AUTHORIZERS in extensions)
    paths = _Paths(
        api, notation, schemes, integrations=every or Extension.INTEGRATIONS in extensions,
        every=every,
    )  # fmt: skip
    document = _head(api, notation, server)
    document["paths"] = paths.written
    defined = schemes.defined()
    models = write_models(api, notation)
    if notation is Notation.SWAGGER:
        document |= _present({"securityDefinitions": defined, "definitions": models})
    else:
        components = _present({"schemas": models, "securitySchemes": defined})
        document |= _present({"components": components})
    if every:
        document |= _extensions(api)
        endpoint = _endpoint(api)
        holder = document if notation is Notation.SWAGGER else document["servers"][0]
        holder |= _present({ENDPOINT_CONFIGURATION: endpoint})
    return document


def _head(api: Mapping[str, Any], notation: Notation, server: Server) -> dict[str, Any]:
    info = {"title": api.get("name", ""), "version": api.get("version") or "1"}
    info |= _present({"description": api.get("description")})
    if notation is Notation.SWAGGER:
        return {
            "swagger": "2.0",
            "info": info,
            "host": server.host,
            "basePath": f"/{server.stage}",
            "schemes": ["https"],
        }
    place = {
        "url": f"https://{server.host}/{{basePath}}",
        "variables": {"basePath": {"default": f"/{server.stage}"}},
    }
    return {"openapi": "3.0.1", "info": info, "servers": [place]}


class _Paths:
    """The paths of an API, written."""

    __slots__ = ("_every", "_integrations", "_notation", "_schemes", "_validators", "written")

    def __init__(
        self,
        api: Mapping[str, Any],
        notation: Notation,
        schemes: Schemes,
        *,
        integrations: bool,
        every: bool,
    ) -> None:
        self._notation = notation
        self._schemes = schemes
        self._integrations = integrations
        self._every = every
        self._validators = {
            validator.get("id", validator["name"]): validator["name"]
            for validator in api.get("requestValidators", ())
        }
        paths = {resource["path"] for resource in api["resources"]}
        self.written = {
            resource["path"]: self._item(resource)
            for resource in api["resources"]
            # Those above others come with them.
            if resource["methods"] or not _stands_above(resource["path"], paths)
        }

    def _item(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        return {
            ANY_METHOD if verb == "ANY" else verb.lower(): self._operation(resource, verb, method)
            for verb, method in resource["methods"].items()
        }

    def _operation(
        self, resource: Mapping[str, Any], verb: str, method: Mapping[str, Any]
    ) -> dict[str, Any]:
        name = f"{verb} {resource['path']}"
        operation = write_operation(method, self._notation, name)
        operation |= _present({"security": self._schemes.requirements(method)})
        validator = method.get("requestValidatorId")
        if validator is not None and self._every:
            operation[REQUEST_VALIDATOR] = self._validators[validator]
        integration = method.get("integration")
        if integration is not None and self._integrations:
            operation[INTEGRATION] = write_integration(integration, resource.get("id"), name)
        return operation


def _stands_above(path: str, paths: set[str]) -> bool:
    return path == "/" or any(other.startswith(f"{path}/") for other in paths)


def _extensions(api: Mapping[str, Any]) -> dict[str, Any]:
    source = api.get("apiKeySource", "HEADER")
    return _present(
        {
            POLICY: api.get("policy"),
            API_KEY_SOURCE: None if source == "HEADER" else source,
            BINARY_MEDIA_TYPES: api.get("binaryMediaTypes"),
            GATEWAY_RESPONSES: {
                kind: _present({member: response.get(member) for member in _RESPONSE_MEMBERS})
                for kind, response in api.get("gatewayResponses", {}).items()
            },
            REQUEST_VALIDATORS: {
                validator["name"]: {flag: bool(validator.get(flag)) for flag in VALIDATES}
                for validator in api.get("requestValidators", ())
            },
            MINIMUM_COMPRESSION_SIZE: api.get("minimumCompressionSize"),
            SECURITY_POLICY: api.get("securityPolicy"),
            ENDPOINT_ACCESS_MODE: api.get("endpointAccessMode"),
        },
        keep=POLICY,
    )


_RESPONSE_MEMBERS = ("statusCode", "responseParameters", "responseTemplates")


def _endpoint(api: Mapping[str, Any]) -> dict[str, Any]:
    types = list(api.get("endpointTypes", ()))
    return _present(
        {
            # API Gateway reads EDGE where nothing is said.
            "types": None if types == ["EDGE"] else types,
            "disableExecuteApiEndpoint": api.get("disableExecuteApiEndpoint") or None,
        }
    )


def _present(members: Mapping[str, Any], keep: str = "") -> dict[str, Any]:
    """Leave out what has no value; keep: a member whose empty value means something."""
    return {
        member: value
        for member, value in members.items()
        if value is not None and (value not in ({}, [], "") or member == keep)
    }
