"""What stands at the root of a document: the API's own members and its endpoint.

Reference: openapi-extensions.md sections 1 and 5.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.extensions import (
    API_KEY_SOURCE,
    BINARY_MEDIA_TYPES,
    ENDPOINT_ACCESS_MODE,
    ENDPOINT_CONFIGURATION,
    MINIMUM_COMPRESSION_SIZE,
    POLICY,
    SECURITY_POLICY,
)
from gatelodge.openapi.problems import Problems, read_flag, read_object, read_text_list
from gatelodge.openapi.tls_policies import ACCESS_MODES, POLICIES

MAX_COMPRESSION_SIZE = 10_485_760
_API_KEY_SOURCES = {"HEADER", "AUTHORIZER"}
_ENDPOINT_TYPES = {"EDGE", "PRIVATE", "REGIONAL"}
# ipAddressType says on which addresses AWS listens; here the operator says it with --host.
_DISABLE = "disableExecuteApiEndpoint"
_ENDPOINT_MEMBERS = {"types", _DISABLE, "vpcEndpointIds", "ipAddressType"}


def read_root(document: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Read the members of an API that belong to no path; what is wrong goes to `problems`.

    What the document does not say is missing, so that it can be merged into an API.
    """
    info = read_object(document, "info", problems)
    members = {
        "name": _text(info.get("title")),
        "description": _text(info.get("description")),
        "version": _text(info.get("version")),
        "apiKeySource": _api_key_source(document, problems),
        "minimumCompressionSize": _compression(document, problems),
        "policy": _policy(document, problems),
        "securityPolicy": _one_of(document, SECURITY_POLICY, POLICIES, problems),
        "endpointAccessMode": _one_of(document, ENDPOINT_ACCESS_MODE, ACCESS_MODES, problems),
        "binaryMediaTypes": read_text_list(document, BINARY_MEDIA_TYPES, problems) or None,
        **_endpoint(document, problems),
    }
    return {member: value for member, value in members.items() if value is not None}


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)


def _api_key_source(document: Mapping[str, Any], problems: Problems) -> str | None:
    source = document.get(API_KEY_SOURCE)
    if source is None or (isinstance(source, str) and source.upper() in _API_KEY_SOURCES):
        return source and source.upper()
    problems.add("the source is HEADER or AUTHORIZER", API_KEY_SOURCE)
    return None


def _one_of(
    document: Mapping[str, Any], member: str, words: tuple[str, ...], problems: Problems
) -> str | None:
    word = document.get(member)
    if word is None or word in words:
        return word
    problems.add(f"the possible values are {', '.join(words)}", member)
    return None


def _compression(document: Mapping[str, Any], problems: Problems) -> int | None:
    size = document.get(MINIMUM_COMPRESSION_SIZE)
    if size is None:
        return None
    if isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= MAX_COMPRESSION_SIZE:
        return size
    problems.add(f"a number from 0 to {MAX_COMPRESSION_SIZE}", MINIMUM_COMPRESSION_SIZE)
    return None


def _policy(document: Mapping[str, Any], problems: Problems) -> Mapping[str, Any] | None:
    """Read the resource policy; a member without a policy in it is a mistake, not an open API."""
    policy = document.get(POLICY)
    if isinstance(policy, Mapping):
        return policy
    if POLICY in document:
        problems.add("a resource policy is an object; without one, remove the member", POLICY)
    return None


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
    endpoints: list[str] = []
    disabled: bool | None = None
    for holder, place in written:
        configuration = read_object(holder, ENDPOINT_CONFIGURATION, place)
        inside = place.at(ENDPOINT_CONFIGURATION)
        types += _endpoint_types(configuration, inside)
        endpoints += read_text_list(configuration, "vpcEndpointIds", inside)
        if endpoints and types[:1] != ["PRIVATE"]:
            inside.add("only PRIVATE APIs have VPC endpoints", "vpcEndpointIds")
        if _DISABLE in configuration:
            disabled = read_flag(configuration, _DISABLE, inside) or bool(disabled)
        for member in sorted(set(configuration) - _ENDPOINT_MEMBERS):
            inside.not_honoured(member, member)
    return {
        "endpointTypes": types[:1] or None,
        "vpcEndpointIds": endpoints or None,
        _DISABLE: disabled,
    }


def _endpoint_types(configuration: Mapping[str, Any], problems: Problems) -> list[str]:
    types = [text.upper() for text in read_text_list(configuration, "types", problems)]
    if not set(types) <= _ENDPOINT_TYPES:
        problems.add("the types are EDGE, PRIVATE and REGIONAL", "types")
    elif len(types) > 1:
        problems.add("an API has one endpoint type", "types")
    return types
