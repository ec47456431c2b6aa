"""AWS_PROXY: a Lambda function is given the whole request, and its answer is the response.

Source: API Gateway Developer Guide, "Set up Lambda proxy integrations in API Gateway", "Return
binary media from a Lambda proxy integration"; reference: gateway-responses.md sections 1 and 4.3.
What a function may answer is as recorded from AWS: no member is needed, and no other is allowed.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import orjson

from gatelodge.asking import Asking, ask
from gatelodge.authorize.decision import Allow
from gatelodge.context.call import Call
from gatelodge.context.events import (
    event_headers,
    event_path,
    event_query,
    last_values,
    request_context,
    write_event,
)
from gatelodge.context.function_uri import function_arn
from gatelodge.integrate.failure import Failure, configuration_error
from gatelodge.integrate.integrator import Integrator
from gatelodge.integrate.questions import (
    ClientCertificate,
    InvokeFunction,
    Uninvoked,
    UninvokedReason,
)
from gatelodge.integrate.relay import CONSUMED, response_lines, without_credentials
from gatelodge.messages import Pair, Response, one_line
from gatelodge.published import GatewayResponseType, Integration

_MEMBERS = {"isBase64Encoded", "statusCode", "headers", "multiValueHeaders", "body"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110, 5.6.2
_NOTHING: frozenset[str] = frozenset()


def prepare(
    integration: Integration,
    stage_variables: Mapping[str, str],
    certificate: ClientCertificate | None,
) -> Integrator:
    """Compile one integration. Raises FunctionUriError for what names no function."""
    del certificate  # functions are shown none
    function = function_arn(integration.uri, stage_variables)
    role = integration.credentials
    timeout_ms = integration.timeout_in_millis

    def integrate(call: Call, allow: Allow) -> Asking[Response | Failure]:
        if call.request.body is None:
            return configuration_error("this door did not see the body of the request")
        reply = yield from ask(
            InvokeFunction(
                function,
                _write_event(call, allow),
                source_arn=_source_arn(call),
                source_account=call.api.account,
                credentials=role,
                timeout_ms=timeout_ms,
            )
        )
        if isinstance(reply, Uninvoked):
            return _uninvoked(reply)
        call.invocation = reply.request_id
        if reply.failed:
            return _malformed(f"the function failed: {_shown(reply.payload)}")
        return _read_response(reply.payload, call)

    return integrate


def _source_arn(call: Call) -> str:
    """Name the method that invokes, as the function's policy knows it."""
    api, resource = call.api, call.resource
    return (
        f"arn:{api.partition}:execute-api:{api.region}:{api.account}:{api.id}/{call.stage.name}/"
        f"{call.request.method}{resource.path if resource else '/'}"
    )


def _write_event(call: Call, allow: Allow) -> bytes:
    """Write the event, version 1.0; maps without members are null."""
    request = call.request
    consumed = allow.caller is not None
    headers = event_headers(call, without=CONSUMED if consumed else _NOTHING)
    query = event_query(without_credentials(request.raw_query) if consumed else request.raw_query)
    body, encoded = _write_body(call)
    event = {
        "resource": call.resource.path if call.resource else None,
        "path": event_path(call),
        "httpMethod": request.method,
        "headers": last_values(headers) or None,
        "multiValueHeaders": headers or None,
        "queryStringParameters": last_values(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": call.parameters or None,
        "stageVariables": call.stage.variables or None,
        "requestContext": request_context(
            call, call.principal, call.access_key_id, allow.authorizer
        ),
        "body": body,
        "isBase64Encoded": encoded,
    }
    return write_event(event)


def _write_body(call: Call) -> tuple[str | None, bool]:
    """Write the body: base64 for the API's binary types, and text for all others."""
    body = call.request.body
    if not body:
        return None, False
    content_type = call.request.headers.get("content-type") or "application/json"
    if _is_binary(content_type, call.api.binary_media_types):
        return base64.b64encode(body).decode("ascii"), True
    return body.decode("utf-8", "replace"), False


def _is_binary(media_type: str, binary: Sequence[str]) -> bool:
    name = media_type.partition(";")[0].strip().lower()
    family = name.partition("/")[0]
    return any(listed.lower() in {name, f"{family}/*", "*/*"} for listed in binary)


def _read_response(payload: bytes, call: Call) -> Response | Failure:
    """Turn the function's answer into a response, or say what is wrong with it."""
    try:
        value = _read_json(payload)
    except (ValueError, RecursionError):
        return _malformed(f"it is not JSON: {_shown(payload)}")
    if not isinstance(value, dict) or not set(value) <= _MEMBERS:
        return _malformed(
            f"it has other members than {', '.join(sorted(_MEMBERS))}: {_shown(payload)}"
        )
    status = _read_status(value.get("statusCode"))
    if status is None:
        return _malformed(f"statusCode {value['statusCode']!r} is no status")
    fields = _read_fields(value)
    if isinstance(fields, str):
        return _malformed(fields)
    body = value.get("body")
    encoded = value.get("isBase64Encoded") or False
    if not isinstance(body, str | None) or not isinstance(encoded, bool):
        return _malformed("body is no text, or isBase64Encoded is neither true nor false")
    octets = (body or "").encode("utf-8", "replace")
    accepted = (call.request.headers.get("accept") or "").partition(",")[0]
    if encoded and _is_binary(accepted, call.api.binary_media_types):
        try:
            octets = base64.b64decode(octets, validate=True)
        except (binascii.Error, ValueError):
            return configuration_error("body is not base64, as isBase64Encoded says")
    if not any(name.lower() == "content-type" for name, _ in fields):
        fields.append(("Content-Type", "application/json"))
    if call.request.method == "HEAD":
        octets = b""
    response = Response(status, fields, octets)
    response.lines = response_lines(response.lines, keep_length=False)
    return response


def _read_json(payload: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON as functions write it: Python's NaN, and halves of surrogate pairs, are taken."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return json.loads(payload)


def _read_status(written: object) -> int | None:
    """Read a status; 200 where there is none, None for what cannot be one."""
    if written is None:
        return 200
    if isinstance(written, str) and written.isascii() and written.isdigit() and len(written) == 3:
        written = int(written)
    if isinstance(written, float) and written.is_integer():
        written = int(written)
    if not isinstance(written, int) or isinstance(written, bool) or not 200 <= written <= 599:
        return None
    return written


def _read_fields(value: Mapping[str, Any]) -> list[Pair] | str:
    """Merge the two maps of header fields; a text says what is wrong with them."""
    single, several = value.get("headers"), value.get("multiValueHeaders")
    if not isinstance(single, dict | None) or not isinstance(several, dict | None):
        return "headers and multiValueHeaders are objects"
    single, several = single or {}, several or {}
    fields: list[tuple[str, Any]] = []
    for name, values in several.items():
        if not isinstance(values, list):
            return f"the values of multiValueHeaders {name[:100]!r} are no list"
        fields += ((name, item) for item in values)
    if fields:
        # Of a pair that stands in both maps, one is sent.
        listed = [(name.lower(), item) for name, item in fields]
        fields += (pair for pair in single.items() if (pair[0].lower(), pair[1]) not in listed)
    else:
        fields = list(single.items())
    written: list[Pair] = []
    for name, item in fields:
        text = ("true" if item else "false") if isinstance(item, bool) else item
        if not isinstance(text, str) or not _TOKEN.fullmatch(name):
            return f"header {name[:100]!r} is no name, or its value no text"
        plain = text.isascii() and text.isprintable()
        written.append((name, text if plain else one_line(text)))
    return written


def _shown(payload: bytes) -> str:
    """Show the beginning of an answer to the operator."""
    return payload[:300].decode("utf-8", "replace")


def _malformed(detail: str) -> Failure:
    return Failure(
        GatewayResponseType.DEFAULT_5XX,
        "Internal server error",
        status=502,
        detail=f"malformed Lambda proxy response: {detail}",
    )


def _uninvoked(answer: Uninvoked) -> Failure:
    detail = f"{answer.reason.value}: {answer.detail}" if answer.detail else answer.reason.value
    match answer.reason:
        case UninvokedReason.NOT_FOUND | UninvokedReason.NOT_PERMITTED:
            return configuration_error(detail)
        case UninvokedReason.TIMED_OUT:
            return Failure(
                GatewayResponseType.INTEGRATION_TIMEOUT, "Endpoint request timed out", detail=detail
            )
        case UninvokedReason.TOO_LARGE:
            return Failure(
                GatewayResponseType.REQUEST_TOO_LARGE,
                "Request Too Long",
                error_type="RequestTooLargeException",
                detail=detail,
            )
        case UninvokedReason.THROTTLED | UninvokedReason.UNAVAILABLE:
            return Failure(
                GatewayResponseType.DEFAULT_5XX, "Internal server error", status=502, detail=detail
            )
        case _:
            assert_never(answer.reason)
