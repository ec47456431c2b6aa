"""What a caller of the lambda service must be allowed (AWS Service Authorization Reference)."""

from collections.abc import Sequence

from gatelodge.arn import partition_of
from gatelodge.control.call import Call, Check, Parameters
from gatelodge.control.lambda_.names import read_name

_ACTIONS = {"Invoke": "InvokeFunction", "GetLayerVersionByArn": "GetLayerVersion"}
_EVERYWHERE = {"ListFunctions", "ListLayers", "GetAccountSettings"}


def checks(call: Call, parameters: Parameters) -> Sequence[Check]:
    """Name the operation as the action, and the function or layer as the resource."""
    action = f"lambda:{_ACTIONS.get(call.operation, call.operation)}"
    if call.operation in _EVERYWHERE:
        return [Check(action, "*")]
    prefix = f"arn:{partition_of(call.region)}:lambda:{call.region}:{call.account}"
    if "LayerName" in parameters:
        name = str(parameters["LayerName"]).rpartition(":")[2]
        number = parameters.get("VersionNumber")
        below = f"{name}:{number}" if number is not None else name
        return [Check(action, f"{prefix}:layer:{below}")]
    if "Arn" in parameters:
        return [Check(action, str(parameters["Arn"]))]
    text = str(parameters.get("FunctionName") or parameters.get("Resource"))
    named = read_name(call, text, parameters.get("Qualifier"))
    return [Check(action, named.qualified_arn)]
