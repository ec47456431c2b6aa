"""What a caller must be allowed to do for each operation of sts (control-plane.md section 3.2)."""

from collections.abc import Sequence

from gatelodge.control.call import Call, Check, Parameters


def checks(call: Call, parameters: Parameters) -> Sequence[Check]:
    """List the checks before an operation. AssumeRole's depend on the role: it makes its own."""
    return ()
