"""The settings of an account in a region (API Gateway API reference, Account)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.integrations import require_pass_role
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.patching import ADD, REMOVE, Kind, Rule, Table
from gatelodge.store import Document

ACCOUNT = "apigateway/account"
_USAGE_PLANS = "UsagePlans"
_BUILT_IN = {
    "throttleSettings": {"burstLimit": 5000, "rateLimit": 10_000.0},
    "features": [_USAGE_PLANS],
    "apiKeyVersion": "4",
}


@operation("apigateway", "GetAccount")
def get_account(call: Call) -> Output:
    """Read the settings."""
    return _BUILT_IN | dict(_document(call).body)


@operation("apigateway", "UpdateAccount")
def update_account(call: Call, *, patchOperations: Sequence[patching.Operation] = ()) -> Output:
    """Change the role under which logs would be written, or the features."""
    found = _document(call)
    if any(o.get("op") == REMOVE and o.get("value") == _USAGE_PLANS for o in patchOperations):
        raise bad_request(f"The feature {_USAGE_PLANS} cannot be removed")
    body: dict[str, Any] = patching.patch(_BUILT_IN | dict(found.body), patchOperations, PATCHES)
    role = body.get("cloudwatchRoleArn")
    if role and role != found.body.get("cloudwatchRoleArn"):
        require_pass_role(call, role)
    call.store.put(replace(found, body=body))
    return body


def _document(call: Call) -> Document:
    found = call.store.document(call.account, call.region, ACCOUNT, call.account)
    return found or Document(
        account=call.account,
        region=call.region,
        kind=ACCOUNT,
        id=call.account,
        body={},
        created=call.now.isoformat(),
    )


PATCHES = Table(
    {
        "/cloudwatchRoleArn": patching.replace_only(),
        "/features": Rule(frozenset({ADD, REMOVE}), patching.needed("A feature"), Kind.ITEMS),
    }
)
