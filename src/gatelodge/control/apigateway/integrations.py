"""Integrations: where a method's permitted calls go (API Gateway API reference, Integration).

Kinds that cannot be served here may be kept; deploying them is refused (serving.py).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.arn import Arn
from gatelodge.control import patching
from gatelodge.control.apigateway.documents import bad_request, invalid_mapping, not_found
from gatelodge.control.apigateway.methods import VERBS, keep_method, method_of, resource
from gatelodge.control.call import Call, Check
from gatelodge.control.operations import Output, operation
from gatelodge.control.patching import Kind, Rule, Table
from gatelodge.openapi.integration import LONGEST, LONGEST_STREAM, PROXIES

_PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
_CONTENT = ("CONVERT_TO_BINARY", "CONVERT_TO_TEXT")
_TARGET = re.compile(r"integration\.request\.(?:path|querystring|header)\.\S+", re.ASCII)
_HTTP_URI = re.compile(r"(?:https?://|\$\{stageVariables\.)\S+", re.ASCII | re.IGNORECASE)
CALLER = "arn:aws:iam::*:user/*"
"""The credentials that mean the caller's own."""
_TIMEOUT = f"Timeout should be between 50 ms and {LONGEST} ms"
_MODES = ("BUFFERED", "STREAM")
_STREAMED = "/response-streaming-invocations"


@operation("apigateway", "PutIntegration")
def put_integration(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    type: str,  # noqa: A002 - AWS's member
    integrationHttpMethod: str | None = None,
    uri: str | None = None,
    connectionType: str | None = None,
    connectionId: str | None = None,
    credentials: str | None = None,
    requestParameters: Mapping[str, str] | None = None,
    requestTemplates: Mapping[str, str] | None = None,
    passthroughBehavior: str | None = None,
    cacheNamespace: str | None = None,
    cacheKeyParameters: Sequence[str] = (),
    contentHandling: str | None = None,
    timeoutInMillis: int | None = None,
    tlsConfig: Mapping[str, bool] | None = None,
    responseTransferMode: str | None = None,
    integrationTarget: str | None = None,
) -> Output:
    """Set a method's integration, in the place of the one it had."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    written = {
        "type": type,
        "httpMethod": integrationHttpMethod,
        "uri": uri,
        "connectionType": connectionType,
        "connectionId": connectionId,
        "credentials": credentials or None,
        "requestParameters": None if requestParameters is None else dict(requestParameters),
        "requestTemplates": dict(requestTemplates) if requestTemplates else None,
        "passthroughBehavior": passthroughBehavior or "WHEN_NO_MATCH",
        "contentHandling": contentHandling,
        "timeoutInMillis": 29_000 if timeoutInMillis is None else timeoutInMillis,
        "responseTransferMode": responseTransferMode or ("BUFFERED" if type in PROXIES else None),
        "integrationTarget": integrationTarget or None,
        "cacheNamespace": cacheNamespace or resourceId,
        "cacheKeyParameters": list(cacheKeyParameters),
        "tlsConfig": dict(tlsConfig) if tlsConfig else None,
    }
    integration = {member: value for member, value in written.items() if value is not None}
    _check(integration)
    _check_keys(integration, method)
    _pass_role(call, integration)
    keep_method(call, restApiId, found, httpMethod, {**method, "methodIntegration": integration})
    return integration


@operation("apigateway", "GetIntegration")
def get_integration(call: Call, *, restApiId: str, resourceId: str, httpMethod: str) -> Output:
    """Read a method's integration with its responses."""
    return integration_of(method_of(resource(call, restApiId, resourceId), httpMethod))


@operation("apigateway", "UpdateIntegration")
def update_integration(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Change members of a method's integration."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    before = integration_of(method)
    for one in patchOperations:
        if before["type"] == "MOCK" and one.get("path") in {"/uri", "/httpMethod"}:
            raise bad_request(f"Invalid patch path {one['path']}: a MOCK integration has none")
    integration = patching.patch(before, patchOperations, PATCHES)
    _check(integration)
    if integration.get("cacheKeyParameters") != before.get("cacheKeyParameters"):
        _check_keys(integration, method)
    if integration.get("credentials") != before.get("credentials"):
        _pass_role(call, integration)
    keep_method(call, restApiId, found, httpMethod, {**method, "methodIntegration": integration})
    return integration


@operation("apigateway", "DeleteIntegration")
def delete_integration(call: Call, *, restApiId: str, resourceId: str, httpMethod: str) -> Output:
    """Take a method's integration away."""
    found = resource(call, restApiId, resourceId)
    method = method_of(found, httpMethod)
    integration_of(method)
    left = {k: v for k, v in method.items() if k != "methodIntegration"}
    keep_method(call, restApiId, found, httpMethod, left)
    return None


def integration_of(method: Mapping[str, Any]) -> dict[str, Any]:
    """Read the integration of a method. Raises Fault."""
    integration = method.get("methodIntegration")
    if integration is None:
        raise not_found("Invalid Integration identifier specified")
    return dict(integration)


def _check(integration: Mapping[str, Any]) -> None:
    kind, verb = integration["type"], integration.get("httpMethod")
    if kind != "MOCK" and not verb:
        raise bad_request("Enumeration value for HttpMethod must be non-empty")
    if verb is not None and verb not in VERBS:
        raise bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")
    uri = integration.get("uri")
    if kind in {"HTTP", "HTTP_PROXY"} and not (uri and _HTTP_URI.fullmatch(uri)):
        raise bad_request("Invalid HTTP endpoint specified for URI")
    if kind in {"AWS", "AWS_PROXY"}:
        _check_service(uri)
    _check_transfer(integration)
    if integration["passthroughBehavior"] not in _PASSTHROUGH:
        raise bad_request(
            f"Invalid passthrough behavior specified. Valid options are {','.join(_PASSTHROUGH)}"
        )
    check_content_handling(integration)
    private = integration.get("connectionType") == "VPC_LINK"
    if private and not integration.get("connectionId"):
        raise bad_request("A VPC_LINK integration needs a connectionId")
    if integration.get("integrationTarget") and not private:
        raise bad_request("Only VPC_LINK integrations have an integrationTarget")
    for target in integration.get("requestParameters", {}):
        if not _TARGET.fullmatch(target):
            raise invalid_mapping(target)


def _check_keys(integration: Mapping[str, Any], method: Mapping[str, Any]) -> None:
    """Check that what tells kept replies apart is declared. Raises Fault."""
    mapped = {*method.get("requestParameters", {}), *integration.get("requestParameters", {})}
    if not mapped.issuperset(integration.get("cacheKeyParameters", ())):
        raise bad_request(
            "Invalid cache key parameter specified: it must be among the requestParameters of the "
            "method or of the integration"
        )


def _check_transfer(integration: Mapping[str, Any]) -> None:
    """Check how a response is transferred, and how long that may take. Raises Fault."""
    kind, mode = integration["type"], integration.get("responseTransferMode", "BUFFERED")
    if mode not in _MODES:
        raise bad_request(
            f"Invalid ResponseTransferMode specified. Valid options are {','.join(_MODES)}"
        )
    if mode == "STREAM" and kind not in PROXIES:
        raise bad_request(
            "Invalid ResponseTransferMode. Only HTTP_PROXY and AWS_PROXY integrations stream."
        )
    uri = str(integration.get("uri"))
    if kind == "AWS_PROXY" and ":lambda:path/" in uri:
        streams = uri.endswith(_STREAMED)
        if streams != (mode == "STREAM"):
            invoked = "InvokeWithResponseStream" if streams else "Invoke"
            raise bad_request(
                f"Invalid ResponseTransferMode. Cannot use ResponseTransferMode {mode} for Lambda "
                f"functions invoked by {invoked} for AWS_PROXY integrations."
            )
    longest = LONGEST_STREAM if mode == "STREAM" else LONGEST
    if not 50 <= integration["timeoutInMillis"] <= longest:
        raise bad_request(f"Timeout should be between 50 ms and {longest} ms")


def check_content_handling(written: Mapping[str, Any]) -> None:
    """Check that of an integration or of its response. Raises Fault."""
    if written.get("contentHandling", _CONTENT[0]) not in _CONTENT:
        raise bad_request(
            f"Invalid content handling specified. Valid options are {','.join(_CONTENT)}"
        )


def _check_service(uri: str | None) -> None:
    arn = Arn.parse(uri or "")
    if arn is None or arn.service != "apigateway":
        raise bad_request("Invalid ARN specified in the request")
    if not arn.resource.startswith(("path/", "action/")):
        raise bad_request("AWS ARN for integration must contain path or action")


def _pass_role(call: Call, integration: Mapping[str, Any]) -> None:
    credentials = integration.get("credentials")
    if credentials and credentials != CALLER:
        require_pass_role(call, credentials)


def require_pass_roles(call: Call, form: Mapping[str, Any]) -> None:
    """Demand the same for every role that a whole API names. Raises Fault."""
    roles = {
        authorizer.get("authorizerCredentials") for authorizer in form.get("authorizers") or ()
    }
    for found in form.get("resources") or ():
        for method in (found.get("methods") or {}).values():
            roles.add((method.get("integration") or {}).get("credentials"))
    for role in sorted(role for role in roles if role and role != CALLER):
        require_pass_role(call, role)


def require_pass_role(call: Call, role: str) -> None:
    """Demand that the caller may hand a role of its own account to API Gateway. Raises Fault."""
    arn = Arn.parse(role)
    if arn is None or arn.service != "iam" or not arn.resource.startswith("role/"):
        raise bad_request("Invalid ARN specified in the request")
    if arn.account != call.account:
        raise bad_request("Cross-account pass role is not allowed.")
    keys = {"iam:passedtoservice": "apigateway.amazonaws.com"}
    call.require(Check("iam:PassRole", role, keys))


PATCHES = Table(
    {
        "/uri": patching.replace_only(),
        "/httpMethod": patching.replace_only(),
        "/credentials": patching.replace_only(),
        "/connectionType": patching.replace_only(),
        "/connectionId": patching.replace_only(),
        "/passthroughBehavior": patching.replace_only(),
        "/contentHandling": patching.replace_only(),
        "/timeoutInMillis": patching.replace_only(patching.number(50, LONGEST_STREAM, _TIMEOUT)),
        "/cacheNamespace": patching.replace_only(),
        "/cacheKeyParameters/{}": Rule(patching.ANY, patching.needed("A parameter"), Kind.MEMBER),
        "/requestParameters/{}": patching.entries(),
        "/requestTemplates/{}": patching.entries(),
        "/tlsConfig/insecureSkipVerification": patching.replace_only(patching.flag),
        "/responseTransferMode": patching.replace_only(),
        "/integrationTarget": patching.replace_only(),
    }
)
