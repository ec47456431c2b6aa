"""MethodResponses: what a method declares to answer (API Gateway API reference, MethodResponse)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway.documents import bad_request, conflict, not_found
from gatelodge.control.apigateway.methods import check_models, keep_method, method_of, resource
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.patching import Table
from gatelodge.store import Document

_TARGET = re.compile(r"method\.response\.header\.\S+", re.ASCII)
STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
PATCHES = Table(
    {
        "/responseParameters/{}": patching.entries(patching.flag),
        "/responseModels/{}": patching.entries(),
    }
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
    if responseParameters:
        response["responseParameters"] = dict(responseParameters)
    if responseModels:
        response["responseModels"] = dict(responseModels)
    return _keep(call, restApiId, found, httpMethod, method, response)


@operation("apigateway", "GetMethodResponse")
def get_method_response(
    call: Call, *, restApiId: str, resourceId: str, httpMethod: str, statusCode: str
) -> Output:
    """Read a response of a method."""
    return _response(method_of(resource(call, restApiId, resourceId), httpMethod), statusCode)


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
    response = patching.patch(_response(method, statusCode), patchOperations, PATCHES)
    return _keep(call, restApiId, found, httpMethod, method, response)


@operation("apigateway", "DeleteMethodResponse")
def delete_method_response(
    call: Call, *, restApiId: str, resourceId: str, httpMethod: str, statusCode: str
) -> Output:
    """Take a response away from a method."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    _response(method, statusCode)
    left = {s: r for s, r in method["methodResponses"].items() if s != statusCode}
    keep_method(call, restApiId, found, httpMethod, {**method, "methodResponses": left})
    return None


def _response(method: Mapping[str, Any], status: str) -> dict[str, Any]:
    response = method.get("methodResponses", {}).get(status)
    if response is None:
        raise not_found("Invalid Response status code specified")
    return dict(response)


def _keep(
    call: Call,
    api_id: str,
    found: Document,
    verb: str,
    method: Mapping[str, Any],
    response: Mapping[str, Any],
) -> dict[str, Any]:
    status = response["statusCode"]
    if not STATUS.fullmatch(status):
        raise bad_request("Invalid status code specified")
    for target in response.get("responseParameters", {}):
        if not _TARGET.fullmatch(target):
            raise bad_request(
                "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                f"[Invalid mapping expression parameter specified: {target}]"
            )
    check_models(call, api_id, response.get("responseModels", {}))
    responses = {**method.get("methodResponses", {}), status: response}
    keep_method(call, api_id, found, verb, {**method, "methodResponses": responses})
    return dict(response)
