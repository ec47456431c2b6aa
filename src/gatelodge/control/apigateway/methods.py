"""Methods of resources: how their callers are authorized (API Gateway API reference, Method)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import (
    bad_request,
    conflict,
    invalid_mapping,
    not_found,
)
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.patching import ADD, REMOVE, Kind, Rule, Table
from gatelodge.openapi.authorizers import AUTHORIZATION_TYPES as AUTHORIZERS
from gatelodge.store import Document

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")

_AUTHORIZATION_TYPES = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
_BUILT_IN_MODELS = {"Empty", "Error"}
_PARAMETER = re.compile(r"method\.request\.(?:path|querystring|header)\.(\S+)", re.ASCII)
_PATCH_FLAG = patching.replace_only(patching.flag)
PATCHES = Table(
    {
        "/authorizationType": patching.replace_only(),
        "/authorizerId": patching.replace_only(),
        "/authorizationScopes": Rule(
            frozenset({ADD, REMOVE}), patching.needed("A scope"), Kind.ITEMS
        ),
        "/apiKeyRequired": _PATCH_FLAG,
        "/operationName": patching.replace_only(),
        "/requestParameters/{}": patching.entries(patching.flag),
        "/requestModels/{}": patching.entries(),
        "/requestValidatorId": patching.replace_only(),
    },
    short=True,
    tells_operations=True,
)


@operation("apigateway", "PutMethod")
def put_method(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    authorizationType: str,
    authorizerId: str | None = None,
    apiKeyRequired: bool = False,
    operationName: str | None = None,
    requestParameters: Mapping[str, bool] | None = None,
    requestModels: Mapping[str, str] | None = None,
    requestValidatorId: str | None = None,
    authorizationScopes: Sequence[str] = (),
) -> Output:
    """Add a method to a resource."""
    found = resource(call, restApiId, resourceId)
    if httpMethod not in VERBS:
        raise bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")
    if httpMethod in found.body.get("resourceMethods", {}):
        raise conflict("Method already exists for this resource")
    method = {
        "httpMethod": httpMethod,
        "authorizationType": authorizationType,
        "authorizerId": authorizerId,
        "apiKeyRequired": apiKeyRequired,
        "operationName": operationName,
        "requestParameters": dict(requestParameters) if requestParameters else None,
        "requestModels": dict(requestModels) if requestModels else None,
        "requestValidatorId": requestValidatorId or None,
        "authorizationScopes": list(authorizationScopes) or None,
    }
    return keep_method(call, restApiId, found, httpMethod, _checked(call, restApiId, method))


@operation("apigateway", "GetMethod")
def get_method(call: Call, *, restApiId: str, resourceId: str, httpMethod: str) -> Output:
    """Read a method with its responses and its integration."""
    return method_of(resource(call, restApiId, resourceId), httpMethod)


@operation("apigateway", "UpdateMethod")
def update_method(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Change members of a method."""
    found = resource(call, restApiId, resourceId)
    method = patching.patch(method_of(found, httpMethod), patchOperations, PATCHES)
    for member in ("requestParameters", "requestModels"):
        if not method.get(member):  # none of its entries is left
            method.pop(member, None)
    return keep_method(call, restApiId, found, httpMethod, _checked(call, restApiId, method))


@operation("apigateway", "DeleteMethod")
def delete_method(call: Call, *, restApiId: str, resourceId: str, httpMethod: str) -> Output:
    """Take a method away from its resource."""
    found = resource(call, restApiId, resourceId)
    method_of(found, httpMethod)
    left = {v: m for v, m in found.body["resourceMethods"].items() if v != httpMethod}
    body = {k: v for k, v in found.body.items() if k != "resourceMethods"}
    documents.change(call, found, {**body, "resourceMethods": left} if left else body)
    return None


def resource(call: Call, api_id: str, resource_id: str) -> Document:
    """Read a resource for a call on its methods, which says the same for a missing API."""
    found = call.store.document(
        call.account, call.region, documents.RESOURCE, f"{api_id}/{resource_id}"
    )
    if found is None:
        raise not_found("Invalid Resource identifier specified")
    return found


def method_of(found: Document, verb: str) -> dict[str, Any]:
    """Read a method of a resource. Raises Fault."""
    method = found.body.get("resourceMethods", {}).get(verb)
    if method is None:
        raise not_found("Invalid Method identifier specified")
    return dict(method)


def keep_method(
    call: Call, api_id: str, found: Document, verb: str, method: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a method into its resource; gives the method."""
    methods = {**found.body.get("resourceMethods", {}), verb: method}
    documents.change(call, found, {**found.body, "resourceMethods": methods})
    return dict(method)


def check_models(call: Call, api_id: str, models: Mapping[str, str]) -> None:
    """Check that the models which a method names exist. Raises Fault."""
    known = {one.name for one in documents.children(call, documents.MODEL, api_id)}
    for name in models.values():
        if name not in known | _BUILT_IN_MODELS:
            raise bad_request(f"Invalid model identifier specified: {name}")


def _checked(call: Call, api_id: str, written: Mapping[str, Any]) -> dict[str, Any]:
    """Check a method against its API; members without a value are left out. Raises Fault."""
    method = {
        member: value
        for member, value in written.items()
        if value is not None and (value or member not in {"authorizationScopes", "requestModels"})
    }
    kind = method.get("authorizationType")
    if kind not in _AUTHORIZATION_TYPES:
        raise bad_request(
            "Invalid authorization type specified. Valid options are "
            f"{','.join(_AUTHORIZATION_TYPES)}"
        )
    if kind in AUTHORIZERS.values():
        _check_authorizer(call, api_id, method)
    else:
        method.pop("authorizerId", None)
    if method.get("authorizationScopes") and kind != "COGNITO_USER_POOLS":
        raise bad_request(
            "Authorization scopes are only valid for the authorization type COGNITO_USER_POOLS"
        )
    names = []
    for target in method.get("requestParameters", {}):
        match = _PARAMETER.fullmatch(target)
        if match is None:
            named = target.startswith("method.request.")
            raise invalid_mapping(target, "expression parameter" if named else "expression")
        names.append(match[1])
    if len(names) != len(set(names)):
        raise bad_request("Parameter names must be unique across querystring, header and path")
    check_models(call, api_id, method.get("requestModels", {}))
    validator = method.get("requestValidatorId")
    if validator is not None:
        place = f"{api_id}/{validator}"
        if not call.store.document(call.account, call.region, documents.VALIDATOR, place):
            raise bad_request("Invalid Request Validator identifier specified")
    return method


def _check_authorizer(call: Call, api_id: str, method: Mapping[str, Any]) -> None:
    authorizer_id = method.get("authorizerId")
    authorizer = authorizer_id and call.store.document(
        call.account, call.region, documents.AUTHORIZER, f"{api_id}/{authorizer_id}"
    )
    if not authorizer or AUTHORIZERS.get(authorizer.body["type"]) != method["authorizationType"]:
        raise bad_request(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
            "COGNITO_USER_POOLS requires a valid authorizer."
        )
