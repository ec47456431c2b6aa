"""MethodResponses: what a method declares to answer (API Gateway API reference, MethodResponse)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway.documents import (
    bad_request,
    conflict,
    invalid_mapping,
    not_found,
)
from gatelodge.control.apigateway.methods import check_models, keep_method, method_of, resource
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.patching import Table
from gatelodge.store import Document

HEADER = re.compile(r"method\.response\.header\.\S+", re.ASCII)
_STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
PATCHES = Table(
    {
        "/responseParameters/{}": patching.entries(
            patching.flag, absent="Invalid parameter name specified"
        ),
        "/responseModels/{}": patching.entries(absent="Content-Type specified was not found"),
    },
    short=True,
)


@operation("apigateway", "PutMethodResponse")
def put_method_response(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    statusCode: str,
    responseParameters: Mapping[str, bool] | None = None,
    responseModels: Mapping[str, str] | None = None,
) -> Output:
    """Add a response to a method."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    if statusCode in method.get("methodResponses", {}):
        raise conflict("Response already exists for this resource")
    response: dict[str, Any] = {"statusCode": statusCode}
    if responseParameters is not None:
        response["responseParameters"] = dict(responseParameters)
    if responseModels is not None:
        response["responseModels"] = dict(responseModels)
    return _keep(call, restApiId, found, httpMethod, method, response)


@operation("apigateway", "GetMethodResponse")
def get_method_response(
    call: Call, *, restApiId: str, resourceId: str, httpMethod: str, statusCode: str
) -> Output:
    """Read a response of a method."""
    method = method_of(resource(call, restApiId, resourceId), httpMethod)
    return response_of(method.get("methodResponses"), statusCode)


@operation("apigateway", "UpdateMethodResponse")
def update_method_response(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    statusCode: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Change a response of a method."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    response = response_of(method.get("methodResponses"), statusCode)
    changed = patching.patch(response, patchOperations, PATCHES)
    changed = {member: value for member, value in changed.items() if value != {}}
    return _keep(call, restApiId, found, httpMethod, method, changed)


@operation("apigateway", "DeleteMethodResponse")
def delete_method_response(
    call: Call, *, restApiId: str, resourceId: str, httpMethod: str, statusCode: str
) -> Output:
    """Take a response away from a method."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    left = without_response(method.get("methodResponses"), statusCode)
    keep_method(call, restApiId, found, httpMethod, {**method, "methodResponses": left})
    return None


def response_of(responses: Mapping[str, Any] | None, status: str) -> dict[str, Any]:
    """Read one of the responses of a method, or of its integration. Raises Fault."""
    response = (responses or {}).get(status)
    if response is None:
        raise not_found("Invalid Response status code specified")
    return dict(response)


def without_response(responses: Mapping[str, Any] | None, status: str) -> dict[str, Any]:
    """Give the responses of a method, or of its integration, less one. Raises Fault."""
    response_of(responses, status)
    return {other: response for other, response in (responses or {}).items() if other != status}


def check_status(status: str) -> None:
    """Check the status of a response. Raises Fault."""
    if not _STATUS.fullmatch(status):
        raise bad_request("Invalid status code specified")


def _keep(
    call: Call,
    api_id: str,
    found: Document,
    verb: str,
    method: Mapping[str, Any],
    response: Mapping[str, Any],
) -> dict[str, Any]:
    status = response["statusCode"]
    check_status(status)
    for target in response.get("responseParameters", {}):
        if not HEADER.fullmatch(target):
            raise invalid_mapping(target)
    check_models(call, api_id, response.get("responseModels", {}))
    responses = {**method.get("methodResponses", {}), status: response}
    keep_method(call, api_id, found, verb, {**method, "methodResponses": responses})
    return dict(response)
