"""Authorizers: who judges the callers of methods (API Gateway API reference, Authorizer)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request, conflict
from gatelodge.control.apigateway.ids import short_id
from gatelodge.control.apigateway.integrations import require_pass_role
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.paging import page
from gatelodge.control.patching import ADD, REMOVE, Kind, Rule, Table
from gatelodge.openapi.authorizers import AUTHORIZATION_TYPES, MAX_TTL

_TTL = f"Invalid authorizer TTL value specified. It must be between 0 and {MAX_TTL} seconds."
_DEFAULT_SOURCE = "method.request.header.Authorization"
_FUNCTION_URI = re.compile(
    r"arn:[a-z-]+:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/\S+/invocations", re.ASCII
)
_POOL_ARN = re.compile(r"arn:[a-z-]+:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/\S+", re.ASCII)
PATCHES = Table(
    {
        "/name": patching.replace_only(patching.needed("Authorizer name")),
        "/type": patching.replace_only(),
        "/authType": patching.replace_only(),
        "/authorizerUri": patching.replace_only(),
        "/authorizerCredentials": patching.replace_only(),
        "/identitySource": patching.value(),
        "/identityValidationExpression": patching.replace_only(),
        "/authorizerResultTtlInSeconds": patching.replace_only(patching.number(0, MAX_TTL, _TTL)),
        "/providerARNs": Rule(
            frozenset({ADD, REMOVE}), patching.needed("A provider ARN"), Kind.ITEMS
        ),
    }
)


@operation("apigateway", "CreateAuthorizer")
def create_authorizer(
    call: Call,
    *,
    restApiId: str,
    name: str,
    type: str,  # noqa: A002 - AWS's member
    providerARNs: Sequence[str] = (),
    authType: str | None = None,
    authorizerUri: str | None = None,
    authorizerCredentials: str | None = None,
    identitySource: str | None = None,
    identityValidationExpression: str | None = None,
    authorizerResultTtlInSeconds: int | None = None,
    jwtConfiguration: Mapping[str, Any] | None = None,
) -> Output:
    """Create an authorizer; it may be used and deployed afterwards."""
    if not call.store.document(call.account, call.region, documents.API, restApiId):
        # The text that AWS was recorded to answer.
        raise conflict(
            "Unable to complete operation due to concurrent modification. Please try again later."
        )
    if jwtConfiguration is not None:
        raise bad_request(
            "jwtConfiguration belongs to JWT authorizers, which REST APIs do not have"
        )
    cognito = type == "COGNITO_USER_POOLS"
    authorizer_id = short_id()
    written = {
        "id": authorizer_id,
        "name": name,
        "type": type,
        "providerARNs": list(providerARNs) or None,
        "authType": authType or ("cognito_user_pools" if cognito else "custom"),
        "authorizerUri": authorizerUri,
        "authorizerCredentials": authorizerCredentials or None,
        "identitySource": identitySource or None,
        "identityValidationExpression": identityValidationExpression or None,
        "authorizerResultTtlInSeconds": authorizerResultTtlInSeconds,
    }
    body = {member: value for member, value in written.items() if value is not None}
    _check(call, restApiId, body)
    if authorizerCredentials:
        require_pass_role(call, authorizerCredentials)
    return documents.add(call, documents.AUTHORIZER, restApiId, authorizer_id, body).body


@operation("apigateway", "GetAuthorizer")
def get_authorizer(call: Call, *, restApiId: str, authorizerId: str) -> Output:
    """Read an authorizer."""
    return documents.child(call, documents.AUTHORIZER, restApiId, authorizerId).body


@operation("apigateway", "GetAuthorizers")
def get_authorizers(
    call: Call, *, restApiId: str, position: str | None = None, limit: int | None = None
) -> Output:
    """List the authorizers of an API."""
    found = documents.children(call, documents.AUTHORIZER, restApiId)
    return page([(one.id, one.body) for one in found], limit, position)


@operation("apigateway", "UpdateAuthorizer")
def update_authorizer(
    call: Call,
    *,
    restApiId: str,
    authorizerId: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Change members of an authorizer."""
    found = documents.child(call, documents.AUTHORIZER, restApiId, authorizerId)
    body = patching.patch(found.body, patchOperations, PATCHES)
    _check(call, restApiId, body)
    role = body.get("authorizerCredentials")
    if role and role != found.body.get("authorizerCredentials"):
        require_pass_role(call, role)
    if AUTHORIZATION_TYPES[body["type"]] != AUTHORIZATION_TYPES[found.body["type"]]:
        _refuse_while_used(call, restApiId, authorizerId)
    return documents.change(call, found, body).body


@operation("apigateway", "DeleteAuthorizer")
def delete_authorizer(call: Call, *, restApiId: str, authorizerId: str) -> Output:
    """Delete an authorizer that no method names."""
    found = documents.child(call, documents.AUTHORIZER, restApiId, authorizerId)
    _refuse_while_used(call, restApiId, authorizerId)
    call.store.remove(found)
    return None


def _refuse_while_used(call: Call, api_id: str, authorizer_id: str) -> None:
    users = [
        f"{resource.body['path']}/{verb}"
        for resource in documents.children(call, documents.RESOURCE, api_id)
        for verb, method in resource.body.get("resourceMethods", {}).items()
        if method.get("authorizerId") == authorizer_id
    ]
    if users:
        raise conflict(
            f"Cannot delete or retype authorizer '{authorizer_id}', is referenced in method: "
            f"{', '.join(sorted(users)[:5])}"
        )


def _check(call: Call, api_id: str, body: dict[str, Any]) -> None:
    """Check an authorizer against its API, and fill in what AWS does. Raises Fault."""
    kind = body["type"]
    if kind not in AUTHORIZATION_TYPES:
        raise bad_request(
            f"Invalid authorizer type specified. Valid options are {','.join(AUTHORIZATION_TYPES)}"
        )
    for other in documents.children(call, documents.AUTHORIZER, api_id):
        if other.name == body["name"] and other.body["id"] != body["id"]:
            raise conflict(
                f"Authorizer name must be unique. Authorizer {body['name']} already exists in this "
                "RestApi."
            )
    ttl = body.get("authorizerResultTtlInSeconds")
    if ttl is not None and not 0 <= ttl <= MAX_TTL:
        raise bad_request(_TTL)
    if kind == "COGNITO_USER_POOLS":
        pools = body.get("providerARNs") or ()
        if not pools or not all(_POOL_ARN.fullmatch(pool) for pool in pools):
            raise bad_request("Invalid user pool ARN specified")
        body.setdefault("identitySource", _DEFAULT_SOURCE)
        return
    uri = body.get("authorizerUri") or ""
    if not _FUNCTION_URI.fullmatch(uri):
        raise bad_request(
            f"Invalid Authorizer URI: {uri}. Authorizer URI should be a valid API Gateway ARN that "
            "represents a Lambda function invocation."
        )
    if not body.get("identitySource"):
        if kind == "TOKEN":
            body["identitySource"] = _DEFAULT_SOURCE
        elif ttl != 0:
            raise bad_request(
                "Identity source cannot be empty when Authorizer result TTL is greater than zero"
            )
