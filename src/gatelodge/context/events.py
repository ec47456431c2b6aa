"""One call as Lambda functions are shown it: the parts that all events share.

Source: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration",
"Input to an API Gateway Lambda authorizer"; reference: lambda-authorizer.md section 3.2,
gateway-responses.md section 4.3.
"""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from gatelodge.context.call import Call
from gatelodge.context.query import read_query
from gatelodge.context.variables import clf_time, domain_name, extended_request_id
from gatelodge.iam import Principal, PrincipalKind
from gatelodge.messages import ClientCert

MultiValue = dict[str, list[str]]

# They belong to one connection (RFC 9110, 7.6.1), or are set anew.
_NOT_SHOWN = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
    }
)
# AWS writes these two in one spelling, whatever the client sent (recorded).
_SPELT = {"authorization": "Authorization", "user-agent": "User-Agent"}
_PORTS = {"http": "80", "https": "443"}


def write_event(event: Mapping[str, Any]) -> bytes:
    """Write an event as JSON; half of a surrogate pair, which no UTF-8 has, becomes a `?`."""
    try:
        return orjson.dumps(event)
    except orjson.JSONEncodeError:
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def event_headers(call: Call, *, without: frozenset[str] = frozenset()) -> MultiValue:
    """Give the header fields of a call by name; without: names in lower case to leave out."""
    request = call.request
    headers = request.headers
    fields = headers.repeated or headers.index.items()
    shown: MultiValue = {}
    spellings: dict[str, str] = {}
    for line, (name, value) in zip(headers.lines, fields, strict=True):
        if name in _NOT_SHOWN or name in without:
            continue
        if name in spellings:  # under the first spelling
            shown[spellings[name]].append(value)
        else:
            spelling = spellings[name] = _SPELT.get(name) or line[: len(name)]
            shown[spelling] = [value]
    chain = [*headers.all("x-forwarded-for"), request.peer_ip]
    _, colon, port = headers.index.get("host", "").rpartition(":")
    shown["X-Forwarded-For"] = [", ".join(chain)]
    shown["X-Forwarded-Port"] = [port if colon and port.isdigit() else _PORTS[request.scheme]]
    shown["X-Forwarded-Proto"] = [request.scheme]
    return shown


def event_query(raw_query: str) -> MultiValue:
    """Give the query parameters by name."""
    values: MultiValue = {}
    for name, value in read_query(raw_query):
        values.setdefault(name, []).append(value)
    return values


def last_values(values: MultiValue) -> dict[str, str]:
    """Give the last value of each name, as the single-value members of events hold."""
    return {name: several[-1] for name, several in values.items()}


def event_path(call: Call) -> str:
    """Give the path below the stage, in the spelling that was authorized."""
    return "/" + "/".join(call.segments)


def request_context(
    call: Call,
    principal: Principal | None = None,
    access_key_id: str | None = None,
    authorizer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give `requestContext`; authorizer: left out where no authorizer ran."""
    request, api, stage, resource = call.request, call.api, call.stage, call.resource
    host = domain_name(call)
    shown: dict[str, Any] = {
        "resourceId": resource.id if resource else None,
        "resourcePath": resource.path if resource else None,
        "httpMethod": request.method,
        "extendedRequestId": extended_request_id(request.id),
        "requestTime": clf_time(request.received_at),
        "path": f"/{stage.name}{event_path(call)}",
        "accountId": api.account,
        "protocol": request.protocol,
        "stage": stage.name,
        "domainPrefix": (host or "").split(".", 1)[0],
        "requestTimeEpoch": int(request.received_at.timestamp() * 1000),
        "requestId": request.id,
        "identity": _identity(call, principal, access_key_id),
        "domainName": host,
        "deploymentId": stage.deployment_id,
        "apiId": api.id,
    }
    if authorizer is not None:
        shown["authorizer"] = authorizer
    return shown


def _identity(call: Call, principal: Principal | None, access_key_id: str | None) -> dict[str, Any]:
    """Give `requestContext.identity`: null but for callers whom IAM knows."""
    request = call.request
    known = principal if principal and principal.kind is not PrincipalKind.ANONYMOUS else None
    identity: dict[str, Any] = {
        "cognitoIdentityPoolId": None,
        "accountId": known.account if known else None,
        "cognitoIdentityId": None,
        "caller": known.user_id if known else None,
        "sourceIp": request.source_ip,
        "principalOrgId": None,
        "accessKey": access_key_id if known else None,
        "cognitoAuthenticationType": None,
        "cognitoAuthenticationProvider": None,
        "userArn": known.arn if known else None,
        "userAgent": request.headers.get("user-agent"),
        "user": known.user_id if known else None,
    }
    if request.client_cert is not None:
        identity["clientCert"] = _client_cert(request.client_cert)
    return identity


def _client_cert(cert: ClientCert) -> dict[str, Any]:
    return {
        "clientCertPem": cert.pem,
        "subjectDN": cert.subject_dn,
        "issuerDN": cert.issuer_dn,
        "serialNumber": cert.serial_number,
        "validity": {"notBefore": cert.not_before, "notAfter": cert.not_after},
    }
