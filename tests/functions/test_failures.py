"""Failures in AWS's words (control-plane.md section 7.5)."""

import json

import pytest

from gatelodge.functions import failures

ENDED = "RequestId: r1 Error: Runtime exited "


@pytest.mark.parametrize(
    ("written", "kind", "message"),
    [
        (failures.timed_out("r1", 3), "Sandbox.Timedout",
         "RequestId: r1 Error: Task timed out after 3.00 seconds"),
        (failures.exited("r1", 0), "Runtime.ExitError", ENDED + "without providing a reason"),
        (failures.exited("r1", 7), "Runtime.ExitError", ENDED + "with error: exit status 7"),
        (failures.exited("r1", -11), "Runtime.ExitError",
         ENDED + "with error: signal: segmentation fault"),
        (failures.exited("r1", -64), "Runtime.ExitError", ENDED + "with error: signal: 64"),
        (failures.exited("r1", -9), "Runtime.OutOfMemory", ENDED + "with error: signal: killed"),
        (failures.invalid_entrypoint("r1", "no"), "Runtime.InvalidEntrypoint",
         "RequestId: r1 Error: no"),
        (failures.too_large(), "Function.ResponseSizeTooLarge",
         "Response payload size exceeded maximum allowed payload size (6291556 bytes)."),
    ],
)  # fmt: skip
def test_words(written, kind, message):
    assert json.loads(written) == {"errorType": kind, "errorMessage": message}
