"""Invoke: a function is run, at once or later (control-plane.md section 7.2)."""

import base64
import json
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.names import invalid, not_found, read_name
from gatelodge.control.operations import Output, operation
from gatelodge.functions.documents import find_function
from gatelodge.functions.function import MAX_PAYLOAD
from gatelodge.integrate.questions import Uninvoked, UninvokedReason
from gatelodge.world.functions import RunFunction

_MAX_EVENT = 1024 * 1024
_MAX_CONTEXT = 3583


@operation("lambda", "Invoke")
def invoke(
    call: Call,
    *,
    FunctionName: str,
    InvocationType: str = "RequestResponse",
    LogType: str = "None",
    ClientContext: str | None = None,
    Payload: bytes = b"",
    Qualifier: str | None = None,
    DurableExecutionName: str | None = None,
    TenantId: str | None = None,
) -> Output:
    """Run a function on an event."""
    if DurableExecutionName or TenantId:
        raise invalid("Durable and tenant-isolated functions are not supported")
    named = read_name(call, FunctionName, Qualifier)
    payload = _check_payload(Payload, InvocationType)
    context = _read_context(ClientContext)
    with call.store.snapshot():
        function = find_function(
            call.store, call.master, named.account, named.region, named.name, named.qualifier
        )
    if function is None:
        raise not_found(named.qualified_arn)
    if InvocationType == "DryRun":
        return {"StatusCode": 204}
    later = InvocationType == "Event"
    answer = call.ask(RunFunction(function, payload, named.qualified_arn, context, later=later))
    if isinstance(answer, Uninvoked):
        raise _fault(answer)
    if later:
        return {"StatusCode": 202}
    output: dict[str, Any] = {
        "StatusCode": 200,
        "Payload": answer.payload,
        "ExecutedVersion": function.version,
    }
    if answer.failed:
        output["FunctionError"] = "Unhandled"
    if LogType == "Tail":
        output["LogResult"] = base64.b64encode(answer.log_tail).decode("ascii")
    return output


def _check_payload(payload: bytes, kind: str) -> bytes:
    limit = _MAX_EVENT if kind == "Event" else MAX_PAYLOAD
    if len(payload) > limit:
        raise Fault(
            "RequestTooLargeException",
            f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
            413,
            {"Type": "User"},
        )
    if not payload:
        return b"{}"
    try:
        json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Fault(
            "InvalidRequestContentException",
            f"Could not parse request body into json: Could not parse payload into json: {error}",
            400,
            {"Type": "User"},
        ) from error
    return payload


def _read_context(written: str | None) -> str:
    if not written:
        return ""
    text = ""
    try:
        text = base64.b64decode(written, validate=True).decode()
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Fault(
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
            400,
            {"Type": "User"},
        )
    if len(written) > _MAX_CONTEXT or not text.isascii() or not text.isprintable():
        raise invalid("The client context is too large, or holds characters beyond ASCII")
    return text


def _fault(answer: Uninvoked) -> Fault:
    match answer.reason:
        case UninvokedReason.THROTTLED:
            members = {"Type": "User", "Reason": answer.detail}
            return Fault("TooManyRequestsException", "Rate Exceeded.", 429, members)
        case UninvokedReason.TIMED_OUT:
            return Fault("ServiceException", "The function did not answer in time", 500)
        case _:
            return Fault("ServiceException", answer.detail or answer.reason.value, 502)
