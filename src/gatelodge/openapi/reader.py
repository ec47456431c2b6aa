"""The whole document: paths, methods and the extensions at its root.

Reference: openapi-extensions.md sections 1 and 5. Members that API Gateway itself ignores when it
serves (descriptions, schemas, examples, declared responses) are let pass.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.integration import read_integration
from gatelodge.openapi.problems import Problems
from gatelodge.openapi.security import authorization_type

_X = "x-amazon-apigateway-"
_VERBS = {"delete", "get", "head", "options", "patch", "post", "put"}
_ANY = f"{_X}any-method"
_INTEGRATION = f"{_X}integration"
_ROOT_EXTENSIONS = {
    f"{_X}policy",
    f"{_X}gateway-responses",
    f"{_X}binary-media-types",
    f"{_X}endpoint-configuration",
}
_OPERATION_EXTENSIONS = {f"{_X}auth", _INTEGRATION}
_PATH = re.compile(r"/|(?:/[^/{}]+|/\{[A-Za-z0-9._:-]+\+?\})+/?")
_RESPONSE_TARGET = re.compile(r"gatewayresponse\.(header|path|querystring)\.(.+)")


class Imported:
    """An API read from a document, AWS-shaped and without ids."""

    __slots__ = ("api", "places")

    def __init__(self, api: dict[str, Any], places: dict[tuple[str, str], str]) -> None:
        self.api = api
        """name, description, policy, resources …: the members of an API in AWS's spelling."""
        self.places = places
        """(path, verb) → the JSON pointer of its operation."""


def read(document: Mapping[str, Any], problems: Problems) -> Imported:
    """Read a document; what is wrong or not honoured goes to `problems`."""
    swagger = str(document.get("swagger", ""))
    version = swagger or str(document.get("openapi", ""))
    if swagger != "2.0" and not version.startswith("3.0"):
        problems.add(f"version {version!r} is not supported; use OpenAPI 3.0 or Swagger 2.0")
    _refuse_unknown(document, _ROOT_EXTENSIONS, problems)
    info = document.get("info")
    info = info if isinstance(info, Mapping) else {}
    paths, places = _read_paths(document, _schemes(document), problems)
    endpoint = _endpoint(document, problems)
    policy = document.get(f"{_X}policy")
    if policy is not None and not isinstance(policy, Mapping):
        problems.add("a resource policy is an object", f"{_X}policy")
        policy = None
    media_types = document.get(f"{_X}binary-media-types") or []
    if not isinstance(media_types, list) or not all(isinstance(m, str) for m in media_types):
        problems.add("a list of media types is expected", f"{_X}binary-media-types")
        media_types = []
    api = {
        "name": str(info.get("title", "")),
        "description": str(info.get("description", "")),
        "policy": policy,
        "binaryMediaTypes": media_types,
        "gatewayResponses": _gateway_responses(document, problems),
        "resources": paths,
        **endpoint,
    }
    return Imported(api, places)


def _schemes(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "swagger" in document:
        schemes = document.get("securityDefinitions")
    else:
        components = document.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
    return schemes if isinstance(schemes, Mapping) else {}


def _read_paths(
    document: Mapping[str, Any], schemes: Mapping[str, Any], problems: Problems
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], str]]:
    paths = document.get("paths")
    if not isinstance(paths, Mapping):
        problems.add("paths is missing or not an object", "paths")
        return [], {}
    resources = []
    places: dict[tuple[str, str], str] = {}
    parameters: dict[str, str] = {}
    for path, item in paths.items():
        place = problems.at("paths", str(path))
        if str(path).startswith("x-"):
            _refuse_unknown({path: item}, set(), problems.at("paths"))
            continue
        if not isinstance(item, Mapping):
            place.add("a path item is an object")
            continue
        _check_path(str(path), parameters, place)
        methods = {}
        for verb, operation in _operations(item, place).items():
            member = _ANY if verb == "ANY" else verb.lower()
            at = place.at(member)
            places[str(path), verb] = at.pointer()
            methods[verb] = _read_method(verb, operation, document.get("security"), schemes, at)
        resources.append({"path": str(path), "methods": methods})
    return resources, places


def _check_path(path: str, parameters: dict[str, str], problems: Problems) -> None:
    """Check a path template: one name for a place, and {proxy+} only at the end."""
    if not _PATH.fullmatch(path):
        problems.add(f"{path!r} is not a path such as /pets/{{id}} or /{{proxy+}}")
        return
    if "+}" in path and not path.endswith("+}"):
        problems.add("a greedy parameter stands only at the end of a path")
    before = ""
    for segment in path.strip("/").split("/"):
        if segment.startswith("{") and not segment.endswith("+}"):
            known = parameters.setdefault(before, segment)
            if known != segment:
                problems.add(f"{segment} stands where another path has {known}")
            segment = "{}"  # noqa: PLW2901 - one place, whatever its name
        before += f"/{segment}"


def _operations(item: Mapping[str, Any], problems: Problems) -> dict[str, Mapping[str, Any]]:
    """Find the operations of a path item by verb; its other members are checked."""
    found: dict[str, Mapping[str, Any]] = {}
    for member, value in item.items():
        if member in _VERBS or member == _ANY:
            if isinstance(value, Mapping):
                found["ANY" if member == _ANY else str(member).upper()] = value
            else:
                problems.add("an operation is an object", str(member))
        elif member == "trace":
            problems.add("API Gateway has no TRACE methods", "trace")
        elif member == "$ref":
            problems.add("references to path items are not supported", "$ref")
    _refuse_unknown(item, {_ANY}, problems)
    return found


def _read_method(
    verb: str,
    operation: Mapping[str, Any],
    root_security: object,
    schemes: Mapping[str, Any],
    problems: Problems,
) -> dict[str, Any]:
    _refuse_unknown(operation, _OPERATION_EXTENSIONS, problems)
    integration = None
    if _INTEGRATION in operation:
        integration = read_integration(operation[_INTEGRATION], problems.at(_INTEGRATION))
    operation_id = operation.get("operationId")
    return {
        "httpMethod": verb,
        "authorizationType": authorization_type(operation, root_security, schemes, problems),
        "operationName": None if operation_id is None else str(operation_id),
        "integration": integration,
    }


def _endpoint(document: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    name = f"{_X}endpoint-configuration"
    configuration, place = document.get(name), problems.at(name)
    servers = document.get("servers")
    if isinstance(servers, list):
        for position, server in enumerate(servers):
            if isinstance(server, Mapping) and name in server:
                configuration = server[name]
                place = problems.at("servers", str(position), name)
    types = ["EDGE"]
    disabled = False
    if isinstance(configuration, Mapping):
        types = [str(kind).upper() for kind in configuration.get("types") or types]
        disabled = configuration.get("disableExecuteApiEndpoint") is True
        if "PRIVATE" in types or configuration.get("vpcEndpointIds"):
            place.add("private APIs are not supported: there is no VPC endpoint here")
        known = {"types", "disableExecuteApiEndpoint", "vpcEndpointIds", "ipAddressType"}
        for member in sorted(set(configuration) - known, key=str):
            place.not_honoured(str(member), str(member))
    elif configuration is not None:
        place.add("an endpoint configuration is an object")
    return {"endpointTypes": types, "disableExecuteApiEndpoint": disabled}


def _gateway_responses(document: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    name = f"{_X}gateway-responses"
    written = document.get(name) or {}
    if not isinstance(written, Mapping):
        problems.add("gateway responses are an object by type", name)
        return {}
    read = {}
    for kind, response in written.items():
        place = problems.at(name, str(kind))
        if not isinstance(response, Mapping):
            place.add("a gateway response is an object")
            continue
        for member in sorted(set(response) - {"statusCode", *_RESPONSE_MAPS}, key=str):
            place.not_honoured(str(member), str(member))
        status = response.get("statusCode")
        if status is not None and not re.fullmatch(r"[1-5]\d\d", str(status), re.ASCII):
            place.add(f"statusCode {status!r} is not an HTTP status", "statusCode")
            status = None
        maps: dict[str, dict[str, str]] = {}
        for member in _RESPONSE_MAPS:
            value = response.get(member) or {}
            if isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values()):
                maps[member] = dict(value)
            else:
                place.add(f"{member} is an object of strings", member)
                maps[member] = {}
        for target in maps["responseParameters"]:
            if not _RESPONSE_TARGET.fullmatch(target):
                place.add("the target is gatewayresponse.header.NAME", "responseParameters", target)
        read[str(kind)] = {
            "responseType": str(kind),
            "statusCode": None if status is None else int(status),
            **maps,
        }
    return read


_RESPONSE_MAPS = ("responseParameters", "responseTemplates")


def _refuse_unknown(members: Mapping[str, Any], known: set[str], problems: Problems) -> None:
    """Refuse AWS's extensions that are not honoured; those of others mean nothing to AWS either."""
    for member in members:
        if str(member).startswith("x-amazon-") and member not in known:
            problems.not_honoured(str(member), str(member))
