"""What a caller must be allowed to do for each operation (control-plane.md section 3.2)."""

from collections.abc import Mapping, Sequence

from gatelodge import iam
from gatelodge.control.call import Call, Check, Parameters
from gatelodge.userpools.pool import POOL_KIND

_OF_NO_POOL = {"CreateUserPool", "ListUserPools", "DescribeUserPoolDomain"}


def checks(call: Call, parameters: Parameters) -> Sequence[Check]:
    """List the check before an operation; operations without a signature have none."""
    if call.caller is None:
        return ()
    action = f"cognito-idp:{call.operation}"
    tags = parameters.get("Tags") or parameters.get("UserPoolTags") or {}
    asked: dict[str, iam.Value] = {f"aws:requesttag/{k.lower()}": v for k, v in tags.items()}
    keys = tags or parameters.get("TagKeys", ())
    if keys:
        asked["aws:tagkeys"] = tuple(keys)
    if call.operation in _OF_NO_POOL:
        return (Check(action, "*", asked),)
    arn = parameters.get("ResourceArn") or (
        f"arn:{call.partition}:cognito-idp:{call.region}:{call.account}:userpool/"
        f"{parameters.get('UserPoolId', '')}"
    )
    return (Check(action, arn, {**_resource_tags(call, arn), **asked}),)


def _resource_tags(call: Call, arn: str) -> Mapping[str, iam.Value]:
    pool_id = arn.rpartition("userpool/")[2]
    document = call.store.document(call.account, call.region, POOL_KIND, pool_id)
    tags = document.body.get("UserPoolTags", {}) if document is not None else {}
    return {f"aws:resourcetag/{name.lower()}": value for name, value in tags.items()}
