"""The errors of a function as Lambda describes them (reference: control-plane.md section 7.5)."""

import json

from gatelodge.functions.function import MAX_RESULT

_SIGNALS = {
    1: "hangup",
    2: "interrupt",
    3: "quit",
    4: "illegal instruction",
    5: "trace/breakpoint trap",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    11: "segmentation fault",
    13: "broken pipe",
    15: "terminated",
}
_KILLED = 9


def timed_out(request_id: str, seconds: float) -> bytes:
    """Describe a call that took too long."""
    return _write(
        "Sandbox.Timedout",
        f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds",
    )


def exited(request_id: str, status: int) -> bytes:
    """Describe a process that ended by itself: an exit status, or a signal as a negative number."""
    if status == -_KILLED:
        return out_of_memory(request_id)
    if status < 0:
        name = _SIGNALS.get(-status, str(-status))
        reason = f"Runtime exited with error: signal: {name}"
    elif status:
        reason = f"Runtime exited with error: exit status {status}"
    else:
        reason = "Runtime exited without providing a reason"
    return _write("Runtime.ExitError", f"RequestId: {request_id} Error: {reason}")


def out_of_memory(request_id: str) -> bytes:
    """Describe a process that was ended for its use of memory."""
    reason = "Runtime exited with error: signal: killed"
    return _write("Runtime.OutOfMemory", f"RequestId: {request_id} Error: {reason}")


def invalid_entrypoint(request_id: str, detail: str) -> bytes:
    """Describe a process that could not be started at all."""
    return _write("Runtime.InvalidEntrypoint", f"RequestId: {request_id} Error: {detail}")


def too_large() -> bytes:
    """Describe a result beyond the limit."""
    return _write(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({MAX_RESULT} bytes).",
    )


def _write(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()
