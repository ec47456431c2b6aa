"""IntegrationResponses: from a backend's answer to a method's (IntegrationResponse)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway.documents import bad_request, invalid_mapping
from gatelodge.control.apigateway.integrations import check_content_handling, integration_of
from gatelodge.control.apigateway.method_responses import (
    HEADER,
    check_status,
    response_of,
    without_response,
)
from gatelodge.control.apigateway.methods import keep_method, method_of, resource
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.patching import Table
from gatelodge.store import Document

PATCHES = Table(
    {
        "/selectionPattern": patching.replace_only(),
        "/contentHandling": patching.replace_only(),
        "/responseParameters/{}": patching.entries(),
        "/responseTemplates/{}": patching.entries(),
    }
)


@operation("apigateway", "PutIntegrationResponse")
def put_integration_response(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    statusCode: str,
    selectionPattern: str | None = None,
    responseParameters: Mapping[str, str] | None = None,
    responseTemplates: Mapping[str, str] | None = None,
    contentHandling: str | None = None,
) -> Output:
    """Set an integration's response for one status."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    response: dict[str, Any] = {"statusCode": statusCode}
    # An empty pattern is that of the default response, and shown.
    if selectionPattern is not None:
        response["selectionPattern"] = selectionPattern
    if responseParameters:
        response["responseParameters"] = dict(responseParameters)
    if responseTemplates is not None:
        response["responseTemplates"] = dict(responseTemplates)
    if contentHandling:
        response["contentHandling"] = contentHandling
    return _keep(call, restApiId, found, httpMethod, method, response)


@operation("apigateway", "GetIntegrationResponse")
def get_integration_response(
    call: Call, *, restApiId: str, resourceId: str, httpMethod: str, statusCode: str
) -> Output:
    """Read an integration's response."""
    method = method_of(resource(call, restApiId, resourceId), httpMethod)
    return response_of(integration_of(method).get("integrationResponses"), statusCode)


@operation("apigateway", "UpdateIntegrationResponse")
def update_integration_response(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    statusCode: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Change an integration's response."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    response = response_of(integration_of(method).get("integrationResponses"), statusCode)
    changed = patching.patch(response, patchOperations, PATCHES)
    return _keep(call, restApiId, found, httpMethod, method, changed)


@operation("apigateway", "DeleteIntegrationResponse")
def delete_integration_response(
    call: Call, *, restApiId: str, resourceId: str, httpMethod: str, statusCode: str
) -> Output:
    """Take a response away from an integration."""
    found = resource(call, restApiId, resourceId)
    # As recorded, this operation alone tells nothing of a method that is missing.
    method = found.body.get("resourceMethods", {}).get(httpMethod, {})
    integration = integration_of(method)
    left = without_response(integration.get("integrationResponses"), statusCode)
    changed = {k: v for k, v in integration.items() if k != "integrationResponses"}
    if left:
        changed["integrationResponses"] = left
    keep_method(call, restApiId, found, httpMethod, {**method, "methodIntegration": changed})
    return None


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
    pattern = response.get("selectionPattern")
    if pattern is not None:
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise bad_request("Invalid selection pattern specified") from error
    check_content_handling(response)
    for media_type in response.get("responseTemplates", {}):
        if "/" not in media_type:
            raise bad_request(
                "Validation Result: warnings : [], errors : "
                f"[Invalid content type specified: {media_type}]"
            )
    _check_parameters(method, response)
    integration = integration_of(method)
    responses = {**integration.get("integrationResponses", {}), status: response}
    changed = {**integration, "integrationResponses": responses}
    keep_method(call, api_id, found, verb, {**method, "methodIntegration": changed})
    return dict(response)


def _check_parameters(method: Mapping[str, Any], response: Mapping[str, Any]) -> None:
    """Check that headers are mapped which the method declares to answer. Raises Fault."""
    declared = method.get("methodResponses", {}).get(response["statusCode"], {})
    for target in response.get("responseParameters", {}):
        if not HEADER.fullmatch(target) or target not in declared.get("responseParameters", {}):
            raise invalid_mapping(target)
