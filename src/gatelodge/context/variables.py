"""`$context` variables of one call, for mappings, gateway responses and access logs.

Reference: gateway-responses.md section 4. A variable that is not there is None; how that is
written (`-`, nothing, `null`) is for the caller to say.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gatelodge.context.call import Call
from gatelodge.iam import Principal, PrincipalKind
from gatelodge.messages import ClientCert

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_variable(call: Call, name: str) -> str | None:
    """Return a variable's value as text, by its name below `$context.`; None without one."""
    read = _READ.get(name)
    if read is not None:
        return read(call)
    if call.authorizer is not None and name.startswith(AUTHORIZER):
        return _authorizer_value(call.authorizer, name[len(AUTHORIZER) :])
    return None


AUTHORIZER = "authorizer."
"""What variables begin with whose names an authorizer gives."""


def is_known_variable(name: str) -> bool:
    """Tell whether a variable can have a value."""
    return name in _READ or (name.startswith(AUTHORIZER) and name != AUTHORIZER)


def _authorizer_value(authorizer: Mapping[str, Any], name: str) -> str | None:
    """Read `claims.sub` or a member of the authorizer's own; what is no single value is None."""
    if name.startswith("claims."):
        claims = authorizer.get("claims")
        value = claims.get(name[len("claims.") :]) if isinstance(claims, Mapping) else None
    else:
        value = authorizer.get(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def clf_time(time: datetime) -> str:
    """Write a time as Common Log Format does: `02/Jan/2026:03:04:05 +0000`."""
    # Not %b: month names follow the locale there.
    return (
        f"{time.day:02}/{_MONTHS[time.month - 1]}/{time.year:04}:"
        f"{time.hour:02}:{time.minute:02}:{time.second:02} +0000"
    )


def extended_request_id(request_id: str) -> str:
    """Derive the extended request id (x-amz-apigw-id): 15 characters and an equals sign."""
    # Of a UUID the last three digits of its fourth group, and the fifth.
    return f"{request_id[20:23]}{request_id[24:]}="


def domain_name(call: Call) -> str | None:
    """Return the host name that the client used, without the port."""
    host = call.request.headers.get("host")
    if host is None:
        return None
    name, colon, port = host.rpartition(":")
    return name if colon and (not port or port.isdecimal()) else host


def path(call: Call) -> str:
    """Return the path from the stage on, as it was sent, however the API was addressed."""
    return call.request.raw_path.removeprefix(f"/_aws/execute-api/{call.api.id}")


def _json_string(text: str | None) -> str:
    if text is None:
        return "null"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _is_canary(call: Call) -> str | None:
    """Tell whether a canary serves the call; None on a stage without one."""
    if call.stage.canary_settings is None:
        return None
    return "true" if call.stage.is_canary else "false"


def _iam(read: Callable[[Principal], str | None]) -> Callable[[Call], str | None]:
    def of_principal(call: Call) -> str | None:
        principal = call.principal
        if principal is None or principal.kind is PrincipalKind.ANONYMOUS:
            return None
        return read(principal)

    return of_principal


def _cert(read: Callable[[ClientCert], str]) -> Callable[[Call], str | None]:
    def of_client(call: Call) -> str | None:
        cert = call.request.client_cert
        return None if cert is None else read(cert)

    return of_client


_READ: dict[str, Callable[[Call], str | None]] = {
    "accountId": lambda c: c.api.account,
    "apiId": lambda c: c.api.id,
    "stage": lambda c: c.stage.name,
    "deploymentId": lambda c: c.stage.deployment_id,
    "isCanaryRequest": _is_canary,
    "requestId": lambda c: c.request.id,
    "extendedRequestId": lambda c: extended_request_id(c.request.id),
    "httpMethod": lambda c: c.request.method,
    "path": path,
    "resourcePath": lambda c: c.resource.path if c.resource else None,
    "resourceId": lambda c: c.resource.id if c.resource else None,
    "protocol": lambda c: c.request.protocol,
    "domainName": domain_name,
    "domainPrefix": lambda c: (domain_name(c) or "").split(".", 1)[0] or None,
    "requestTime": lambda c: clf_time(c.request.received_at),
    "requestTimeEpoch": lambda c: str(int(c.request.received_at.timestamp() * 1000)),
    "identity.sourceIp": lambda c: c.request.source_ip,
    "identity.userAgent": lambda c: c.request.headers.get("user-agent"),
    "identity.accountId": _iam(lambda p: p.account),
    "identity.accessKey": lambda c: c.access_key_id,
    "identity.caller": _iam(lambda p: p.user_id),
    "identity.user": _iam(lambda p: p.user_id),
    "identity.userArn": _iam(lambda p: p.arn),
    "identity.clientCert.clientCertPem": _cert(lambda c: c.pem),
    "identity.clientCert.subjectDN": _cert(lambda c: c.subject_dn),
    "identity.clientCert.issuerDN": _cert(lambda c: c.issuer_dn),
    "identity.clientCert.serialNumber": _cert(lambda c: c.serial_number),
    "identity.clientCert.validity.notBefore": _cert(lambda c: c.not_before),
    "identity.clientCert.validity.notAfter": _cert(lambda c: c.not_after),
    "error.message": lambda c: c.error.message if c.error else None,
    "error.messageString": lambda c: _json_string(c.error.message) if c.error else None,
    "error.responseType": lambda c: c.error.response_type if c.error else None,
}
