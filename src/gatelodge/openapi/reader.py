"""The whole document: paths, methods and the extensions at its root.

Reference: openapi-extensions.md sections 1 and 5. Members that API Gateway itself ignores when it
serves (descriptions, schemas, examples, declared responses) are let pass.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.authorizers import read_authorizers
from gatelodge.openapi.extensions import (
    ANY_METHOD,
    API_KEY_SOURCE,
    BINARY_MEDIA_TYPES,
    ENDPOINT_CONFIGURATION,
    INTEGRATION,
    POLICY,
    VERBS,
    refuse_unknown_extensions,
)
from gatelodge.openapi.gateway_responses import read_gateway_responses
from gatelodge.openapi.integration import read_integration
from gatelodge.openapi.paths import PathTemplates
from gatelodge.openapi.problems import Problems, read_flag, read_object, read_text_list
from gatelodge.openapi.security import read_schemes, read_security

_ENDPOINT_TYPES = {"EDGE", "REGIONAL"}
# ipAddressType says on which addresses AWS listens; here the operator says it with --host.
_ENDPOINT_MEMBERS = {"types", "disableExecuteApiEndpoint", "vpcEndpointIds", "ipAddressType"}


class Imported:
    """An API read from a document, AWS-shaped and without ids."""

    __slots__ = ("api", "places")

    def __init__(self, api: dict[str, Any], places: dict[tuple[str, str], str]) -> None:
        self.api = api
        """name, description, policy, resources …: the members of an API in AWS's spelling."""
        self.places = places
        """(path, verb) → the JSON pointer of its operation."""


def read(document: Mapping[str, Any], problems: Problems) -> Imported:
    """Read a document; what is wrong or not honoured goes to `problems`.

    The document is a JSON value: its objects have text as member names. Nothing is raised.
    """
    swagger = str(document.get("swagger", ""))
    version = swagger or str(document.get("openapi", ""))
    if swagger != "2.0" and version != "3.0" and not version.startswith("3.0."):
        problems.add(f"version {version!r} is not supported; use OpenAPI 3.0 or Swagger 2.0")
    refuse_unknown_extensions(document, problems)
    if str(document.get(API_KEY_SOURCE, "HEADER")).upper() != "HEADER":
        problems.not_honoured(API_KEY_SOURCE, API_KEY_SOURCE)
    schemes = read_schemes(document, problems)
    authorizers = read_authorizers(document, schemes, problems)
    resources, places = _read_paths(document, schemes, problems)
    info = read_object(document, "info", problems)
    api = {
        "name": _text(info.get("title")),
        "description": _text(info.get("description")),
        "policy": _policy(document, problems),
        "binaryMediaTypes": read_text_list(document, BINARY_MEDIA_TYPES, problems),
        "gatewayResponses": read_gateway_responses(document, problems),
        "authorizers": authorizers,
        "resources": resources,
        **_endpoint(document, problems),
    }
    return Imported(api, places)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _policy(document: Mapping[str, Any], problems: Problems) -> Mapping[str, Any] | None:
    """Read the resource policy; a member without a policy in it is a mistake, not an open API."""
    policy = document.get(POLICY)
    if isinstance(policy, Mapping):
        return policy
    if POLICY in document:
        problems.add("a resource policy is an object; without one, remove the member", POLICY)
    return None


def _read_paths(
    document: Mapping[str, Any], schemes: Mapping[str, Any], problems: Problems
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], str]]:
    if "paths" not in document:
        problems.add("paths is missing", "paths")
    templates = PathTemplates()
    resources = []
    places: dict[tuple[str, str], str] = {}
    for written, item in read_object(document, "paths", problems).items():
        if written.startswith("x-"):
            continue  # an extension, which is judged with all others
        place = problems.at("paths", written)
        if not isinstance(item, Mapping):
            place.add("a path item is an object")
            continue
        path = templates.read(written, place)
        methods = {}
        for verb, operation in _operations(item, place).items():
            at = place.at(ANY_METHOD if verb == "ANY" else verb.lower())
            places[path or written, verb] = at.pointer()
            methods[verb] = {
                "httpMethod": verb,
                **read_security(operation, document, schemes, at),
                "operationName": _operation_name(operation),
                "integration": _integration(operation, path or written, at),
            }
        if path is not None:
            resources.append({"path": path, "methods": methods})
    return resources, places


def _operations(item: Mapping[str, Any], problems: Problems) -> dict[str, Mapping[str, Any]]:
    """Find the operations of a path item by verb; what would mislead is refused."""
    found: dict[str, Mapping[str, Any]] = {}
    for member, value in item.items():
        if member in VERBS or member == ANY_METHOD:
            if isinstance(value, Mapping):
                found["ANY" if member == ANY_METHOD else member.upper()] = value
            else:
                problems.add("an operation is an object", member)
        elif member.lower() in VERBS:
            problems.add(f"a verb is spelt in small letters: {member.lower()}", member)
        elif member == "trace":
            problems.add("API Gateway has no TRACE methods", "trace")
        elif member == "$ref":
            problems.add("references to path items are not supported", "$ref")
        elif member == "security":
            problems.add("security stands in an operation or at the root, not in a path", member)
    return found


def _operation_name(operation: Mapping[str, Any]) -> str | None:
    name = operation.get("operationId")
    return None if name is None else str(name)


def _integration(
    operation: Mapping[str, Any], path: str, problems: Problems
) -> dict[str, Any] | None:
    if INTEGRATION not in operation:
        return None
    return read_integration(operation[INTEGRATION], path, problems.at(INTEGRATION))


def _endpoint(document: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Read the endpoint configuration, at the root or in a server."""
    written: list[tuple[Mapping[str, Any], Problems]] = [(document, problems)]
    servers = document.get("servers", [])
    if not isinstance(servers, list):
        problems.add("servers is a list", "servers")
        servers = []
    for position, server in enumerate(servers):
        if isinstance(server, Mapping):
            written.append((server, problems.at("servers", str(position))))
        else:
            problems.add("a server is an object", "servers", str(position))
    types: list[str] = []
    disabled = False
    for holder, place in written:
        configuration = read_object(holder, ENDPOINT_CONFIGURATION, place)
        inside = place.at(ENDPOINT_CONFIGURATION)
        types += _endpoint_types(configuration, inside)
        disabled |= read_flag(configuration, "disableExecuteApiEndpoint", inside)
        for member in sorted(set(configuration) - _ENDPOINT_MEMBERS):
            inside.not_honoured(member, member)
    return {"endpointTypes": types[:1] or ["EDGE"], "disableExecuteApiEndpoint": disabled}


def _endpoint_types(configuration: Mapping[str, Any], problems: Problems) -> list[str]:
    types = [text.upper() for text in read_text_list(configuration, "types", problems)]
    if "PRIVATE" in types or read_text_list(configuration, "vpcEndpointIds", problems):
        problems.add("private APIs are not supported: there is no VPC endpoint here")
    elif not set(types) <= _ENDPOINT_TYPES:
        problems.add("the types are EDGE and REGIONAL", "types")
    elif len(types) > 1:
        problems.add("an API has one endpoint type", "types")
    return types
