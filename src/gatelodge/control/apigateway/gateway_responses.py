"""GatewayResponses: the gateway's own answers (reference: gateway-responses.md section 2)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.paging import page
from gatelodge.control.patching import Table
from gatelodge.published import GatewayResponseType

_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
_PARAMETER = re.compile(r"gatewayresponse\.(?:header|path|querystring)\.\S+", re.ASCII)
_STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
_DEFAULTS = {"4": "DEFAULT_4XX", "5": "DEFAULT_5XX"}


def _entry(member: str) -> Callable[[str | None], str]:
    def read(value: str | None) -> str:
        if not value:
            raise bad_request(f"Invalid null or empty value in {member}")
        return value

    return read


PATCHES = Table(
    {
        "/statusCode": patching.replace_only(),
        "/responseParameters/{}": patching.entries(
            _entry("responseParameters"), absent="Invalid parameter name specified"
        ),
        "/responseTemplates/{}": patching.entries(_entry("responseTemplates")),
    },
    short=True,
)


@operation("apigateway", "PutGatewayResponse")
def put_gateway_response(
    call: Call,
    *,
    restApiId: str,
    responseType: str,
    statusCode: str | None = None,
    responseParameters: Mapping[str, str] | None = None,
    responseTemplates: Mapping[str, str] | None = None,
) -> Output:
    """Customise a response; what is not given is built in, and not inherited."""
    kind = _kind(responseType)
    body = {
        "responseType": kind.value,
        "responseParameters": dict(responseParameters or {}),
        "responseTemplates": dict(responseTemplates or _TEMPLATES),
    }
    status = statusCode or _built_in(kind).get("statusCode")
    if status is not None:
        body["statusCode"] = status
    return _keep(call, restApiId, body)


@operation("apigateway", "GetGatewayResponse")
def get_gateway_response(call: Call, *, restApiId: str, responseType: str) -> Output:
    """Read a response, customised or as it is built in."""
    return _effective(_customised(call, restApiId), _kind(responseType))


@operation("apigateway", "GetGatewayResponses")
def get_gateway_responses(
    call: Call, *, restApiId: str, position: str | None = None, limit: int | None = None
) -> Output:
    """List the responses of all types."""
    customised = _customised(call, restApiId)
    shown = [(kind.value, _effective(customised, kind)) for kind in GatewayResponseType]
    return page(shown, limit, position)


@operation("apigateway", "UpdateGatewayResponse")
def update_gateway_response(
    call: Call,
    *,
    restApiId: str,
    responseType: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Change a response, from what is shown of it now."""
    before = dict(_effective(_customised(call, restApiId), _kind(responseType)))
    del before["defaultResponse"]
    return _keep(call, restApiId, patching.patch(before, patchOperations, PATCHES))


@operation("apigateway", "DeleteGatewayResponse")
def delete_gateway_response(call: Call, *, restApiId: str, responseType: str) -> Output:
    """Return to what is built in."""
    kind = _kind(responseType).value
    call.store.remove(documents.child(call, documents.GATEWAY_RESPONSE, restApiId, kind))
    return None


def _kind(name: str) -> GatewayResponseType:
    try:
        return GatewayResponseType(name)
    except ValueError as error:
        raise bad_request(f"Invalid gateway response type specified: {name}") from error


def _customised(call: Call, api_id: str) -> dict[str, Mapping[str, Any]]:
    found = documents.children(call, documents.GATEWAY_RESPONSE, api_id)
    return {str(one.body["responseType"]): one.body for one in found}


def _built_in(kind: GatewayResponseType) -> dict[str, Any]:
    body: dict[str, Any] = {"responseType": kind.value}
    if kind.value not in _DEFAULTS.values():
        body["statusCode"] = str(kind.default_status)
    return {**body, "responseParameters": {}, "responseTemplates": dict(_TEMPLATES)}


def _effective(
    customised: Mapping[str, Mapping[str, Any]], kind: GatewayResponseType
) -> dict[str, Any]:
    """Show a type as it answers: its own form, else that of its class, else what is built in."""
    own = customised.get(kind.value)
    body = _built_in(kind)
    if own is not None:
        return body | dict(own) | {"defaultResponse": False}
    fallback = dict(customised.get(_DEFAULTS[str(kind.default_status)[0]], {}))
    return body | fallback | {"responseType": kind.value, "defaultResponse": True}


def _keep(call: Call, api_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    status = body.get("statusCode")
    if status is not None and not _STATUS.fullmatch(status):
        raise bad_request("Invalid status code specified")
    for name in body["responseParameters"]:
        if not _PARAMETER.fullmatch(name):
            raise bad_request(f"Invalid parameter name specified: {name}")
    documents.api(call, api_id)
    kind = body["responseType"]
    found = call.store.document(
        call.account, call.region, documents.GATEWAY_RESPONSE, f"{api_id}/{kind}"
    )
    if found is None:
        documents.add(call, documents.GATEWAY_RESPONSE, api_id, kind, body)
    else:
        documents.change(call, found, body)
    return {**body, "defaultResponse": False}
