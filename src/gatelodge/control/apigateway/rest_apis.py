"""RestApis: the APIs themselves (API Gateway API reference, RestApi)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gatelodge.arn import partition_of
from gatelodge.control import patching
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.form import read_form, write_form
from gatelodge.control.apigateway.ids import long_id
from gatelodge.control.apigateway.integrations import require_pass_roles
from gatelodge.control.apigateway.policies import find_unique_ids, read_policy, shown_policy
from gatelodge.control.apigateway.tags import check_tags
from gatelodge.control.apigateway.tls_policies import (
    MODE,
    POLICY,
    check_tls,
    check_tls_change,
    default_policy,
)
from gatelodge.control.call import Call, Check
from gatelodge.control.operations import Output, operation
from gatelodge.control.paging import page
from gatelodge.control.patching import ADD, REMOVE, REPLACE, Kind, Rule, Table
from gatelodge.store import Document

MAX_COMPRESSION = 10_485_760
_TYPES = ("REGIONAL", "EDGE", "PRIVATE")
_ADDRESSES = ("ipv4", "dualstack")
_COMPRESSION = f"Invalid minimum compression size, must be between 0 and {MAX_COMPRESSION}"


@operation("apigateway", "CreateRestApi")
def create_rest_api(
    call: Call,
    *,
    name: str,
    description: str | None = None,
    version: str | None = None,
    cloneFrom: str | None = None,
    binaryMediaTypes: Sequence[str] = (),
    minimumCompressionSize: int | None = None,
    apiKeySource: str = "HEADER",
    endpointConfiguration: Mapping[str, Any] | None = None,
    policy: str | None = None,
    tags: Mapping[str, str] | None = None,
    disableExecuteApiEndpoint: bool = False,
    securityPolicy: str | None = None,
    endpointAccessMode: str | None = None,
) -> Output:
    """Create an API with its root resource, or clone one."""
    if description == "":
        raise bad_request("Description cannot be an empty string")
    _check_compression(minimumCompressionSize)
    api_id = long_id()
    body = {
        "name": _needed(name),
        "description": description,
        "version": version,
        "binaryMediaTypes": list(binaryMediaTypes) or None,
        "minimumCompressionSize": minimumCompressionSize,
        "apiKeySource": apiKeySource,
        "endpointConfiguration": endpoint_configuration(endpointConfiguration or {}),
        "tags": check_tags(call, dict(tags)) if tags else None,
        "disableExecuteApiEndpoint": disableExecuteApiEndpoint,
        POLICY: securityPolicy or None,
        MODE: endpointAccessMode or None,
    }
    check_tls(body)
    if cloneFrom is not None:
        body |= _policy_to_clone(call, cloneFrom)
    if policy is not None:
        body["policy"] = read = read_policy(call, api_id, policy)
        body[documents.PRINCIPALS] = find_unique_ids(call, read, {})
    present = {member: value for member, value in body.items() if value is not None}
    added = documents.add_api(call, present, api_id=api_id)
    if cloneFrom is not None:
        copied = read_form(call, cloneFrom) | {"policy": present.get("policy")}
        require_pass_roles(call, copied)
        copied = {k: v for k, v in copied.items() if k not in {*present, "endpointTypes"}}
        write_form(call, api_id, copied, overwrite=False)
        added = documents.api(call, api_id)
    return shown(added)


def _policy_to_clone(call: Call, api_id: str) -> dict[str, Any]:
    """Read the policy of an API to clone, with whom it means. Raises Fault.

    The caller must be allowed to read that API.
    """
    found = documents.api(call, api_id)
    arn = f"arn:{partition_of(call.region)}:apigateway:{call.region}::/restapis/{api_id}"
    call.require(Check("apigateway:GET", arn))
    return {member: found.body.get(member) for member in ("policy", documents.PRINCIPALS)}


@operation("apigateway", "GetRestApi")
def get_rest_api(call: Call, *, restApiId: str) -> Output:
    """Read an API."""
    return shown(documents.api(call, restApiId))


@operation("apigateway", "GetRestApis")
def get_rest_apis(call: Call, *, position: str | None = None, limit: int | None = None) -> Output:
    """List the APIs of the account in the region."""
    found = call.store.children(call.account, call.region, documents.API, "")
    return page([(api.id, shown(api)) for api in found], limit, position)


@operation("apigateway", "UpdateRestApi")
def update_rest_api(
    call: Call, *, restApiId: str, patchOperations: Sequence[patching.Operation] = ()
) -> Output:
    """Change members of an API."""
    api = documents.api(call, restApiId)

    def read_new_policy(value: str | None) -> dict[str, Any] | None:
        return read_policy(call, restApiId, value or "")

    rules = {**PATCHES.rules, "/policy": patching.replace_only(read_new_policy)}
    table = replace(PATCHES, rules=rules)
    configuration = api.body["endpointConfiguration"]
    operations = [_by_type(operation, configuration["types"]) for operation in patchOperations]
    # One list member is replaced by another; its place in the list is what the path may name.
    body = patching.patch(api.body, operations, table)
    wanted = body["endpointConfiguration"]
    addressed = any(o.get("path") == _ADDRESS_PATH for o in patchOperations)
    if "PRIVATE" in wanted["types"] and not addressed:  # made PRIVATE, it has dualstack
        wanted["ipAddressType"] = "dualstack"
    body["endpointConfiguration"] = endpoint_configuration(wanted)
    check_tls_change(api.body, body)
    if any(str(o.get("path")) == "/policy" for o in patchOperations):
        body[documents.PRINCIPALS] = find_unique_ids(call, body.get("policy"), api.body)
    changed = documents.change(call, api, body)
    return {"tags": {}, **shown(changed)}


@operation("apigateway", "DeleteRestApi")
def delete_rest_api(call: Call, *, restApiId: str) -> Output:
    """Delete an API with everything of it; its stages stop being served."""
    documents.remove_api(call, documents.api(call, restApiId))
    return None


def endpoint_configuration(written: Mapping[str, Any]) -> dict[str, Any]:
    """Check an EndpointConfiguration and fill in what AWS does. Raises Fault."""
    listed = written.get("types")
    types = ["EDGE"] if listed is None else list(listed)
    if not types:
        raise bad_request("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    if len(types) > 1:
        raise bad_request("Cannot create an api with multiple Endpoint Types.")
    if types[0] not in _TYPES:
        raise bad_request(f"Invalid EndpointTypes specified. Valid options are {','.join(_TYPES)}")
    default = "dualstack" if types == ["PRIVATE"] else "ipv4"
    addresses = written.get("ipAddressType") or default
    if addresses not in _ADDRESSES:
        raise bad_request("ipAddressType must be either ipv4 or dualstack.")
    if types == ["PRIVATE"] and addresses != "dualstack":
        raise bad_request("Only dualstack ipAddressType is supported for Private APIs.")
    endpoints = list(written.get("vpcEndpointIds") or ())
    if endpoints and types != ["PRIVATE"]:
        raise bad_request("Only PRIVATE APIs have VPC endpoints")
    return {
        "types": types,
        "ipAddressType": addresses,
        **({"vpcEndpointIds": endpoints} if endpoints else {}),
    }


def shown(api: Document) -> dict[str, Any]:
    """Write an API as Get operations answer it."""
    body = {member: value for member, value in api.body.items() if member != documents.PRINCIPALS}
    if body.get("policy") is not None:
        body["policy"] = shown_policy(body["policy"])
    body.setdefault(POLICY, default_policy(body["endpointConfiguration"]["types"]))
    # Changes hold at once here: an API is never UPDATING.
    return {**body, "apiStatus": "AVAILABLE", "createdDate": datetime.fromisoformat(api.created)}


def _check_compression(size: int | None) -> None:
    if size is not None and not 0 <= size <= MAX_COMPRESSION:
        raise bad_request(_COMPRESSION)


def _needed(name: str | None) -> str:
    if not name or not name.strip():
        raise bad_request("API name cannot be empty or whitespace")
    return name


def _description(value: str | None) -> str:
    if not value:
        raise bad_request("Description cannot be an empty string")
    return value


def _by_type(operation: patching.Operation, types: Sequence[str]) -> patching.Operation:
    """Let a path name an endpoint type by its place in the list, as deployment tools write it."""
    path = str(operation.get("path"))
    if path != "/endpointConfiguration/types/0" or not types:
        return operation
    return {**operation, "path": f"/endpointConfiguration/types/{types[0]}"}


def _key_source(value: str | None) -> str:
    if value not in {"HEADER", "AUTHORIZER"}:
        raise bad_request("Invalid API key source specified. Valid options are HEADER,AUTHORIZER")
    return value


_ADDRESS_PATH = "/endpointConfiguration/ipAddressType"
_LIST = frozenset({ADD, REMOVE, REPLACE})
PATCHES = Table(
    {
        "/name": patching.replace_only(_needed),
        "/description": patching.value(_description),
        "/version": patching.replace_only(),
        "/policy": patching.replace_only(),
        "/apiKeySource": patching.replace_only(_key_source),
        "/minimumCompressionSize": patching.replace_only(
            patching.number(0, MAX_COMPRESSION, _COMPRESSION)
        ),
        "/disableExecuteApiEndpoint": patching.replace_only(patching.flag),
        "/binaryMediaTypes/{}": Rule(_LIST, patching.needed("A media type"), Kind.MEMBER),
        "/endpointConfiguration/types/{}": Rule(_LIST, patching.needed("A type"), Kind.MEMBER),
        "/endpointConfiguration/vpcEndpointIds": Rule(
            frozenset({ADD, REMOVE}), patching.needed("A VPC endpoint"), Kind.ITEMS
        ),
        _ADDRESS_PATH: patching.replace_only(),
        "/securityPolicy": patching.replace_only(),
        "/endpointAccessMode": patching.replace_only(),
    },
    short=True,
    tells_operations=True,
)
