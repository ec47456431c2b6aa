"""What a caller of the apigateway service must be allowed (control-plane.md section 3.2)."""

from collections.abc import Sequence

from gatelodge.arn import partition_of
from gatelodge.control.call import Call, Check, Parameters


def checks(call: Call, parameters: Parameters) -> Sequence[Check]:
    """Name the HTTP verb as the action and the request's path as the resource.

    What only some values need (a policy, a role, tags) is demanded by the operations themselves.
    """
    partition = partition_of(call.region)
    resource = f"arn:{partition}:apigateway:{call.region}::{call.path}"
    return [Check(f"apigateway:{call.method}", resource)]
