"""The resource policy of an API as CreateRestApi and UpdateRestApi take it, and as it is answered.

Reference: resource-policy.md sections 1.2 and 5, control-plane.md section 6.1. What a policy means
is the iam room's matter.
"""

import json
from collections.abc import Mapping
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn, partition_of
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.call import Call, Check
from gatelodge.route.policy_arns import expand_resources
from gatelodge.world.iam_entities import ROLE, USER, find_by_arn

_INVALID = (
    "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
)
_ENTITIES = {"user": "iam/user", "role": "iam/role"}


def read_policy(call: Call, api_id: str, text: str) -> dict[str, Any] | None:
    """Read the text of a policy, with full ARNs; None for an empty text. Raises Fault.

    The caller needs apigateway:UpdateRestApiPolicy as well.
    """
    region = call.region
    partition = partition_of(region)
    resource = f"arn:{partition}:apigateway:{region}::/restapis/{api_id}"
    call.require(Check("apigateway:UpdateRestApiPolicy", resource))
    if not text:
        return None
    try:
        written = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise bad_request(_INVALID) from error
    if not isinstance(written, Mapping):
        raise bad_request(_INVALID)
    policy = check_policy(call, api_id, written)
    for principal in _principals(policy):
        if _is_a_ghost(call, principal):
            raise bad_request(f"{_INVALID} ({principal} does not exist)")
    return policy


def check_policy(call: Call, api_id: str, written: Mapping[str, Any]) -> dict[str, Any]:
    """Check a policy's syntax and write its resources as full ARNs. Raises Fault."""
    owner = Arn(partition_of(call.region), "execute-api", call.region, call.account, api_id)
    policy = expand_resources(written, owner)
    try:
        iam.parse(policy, iam.PolicyKind.RESOURCE)
    except iam.PolicyError as error:
        found = "; ".join(f"{p.pointer or '/'}: {p.message}" for p in error.problems)
        raise bad_request(f"{_INVALID} ({found})") from error
    return policy


def find_unique_ids(
    call: Call, policy: Mapping[str, Any] | None, before: Mapping[str, Any], *, keep: bool = False
) -> dict[str, str]:
    """Find the unique ids of the users and roles that a policy names by ARN, as far as they exist.

    before: the API as it was; a name that nobody has any more still means who had it.
    keep: a policy that did not change means the same ones, whoever has their names now.
    """
    names = _principals(policy) if policy is not None else []
    known = {k: v for k, v in before.get(documents.PRINCIPALS, {}).items() if k in names}
    found = {}
    for name in names:
        entity = find_by_arn(call.store, USER if ":user/" in name else ROLE, name)
        if entity is not None:
            found[name] = entity.parent
    same = keep and policy == before.get("policy")
    return {**found, **known} if same else {**known, **found}


def shown_policy(policy: Mapping[str, Any]) -> str:
    """Write a policy as API Gateway answers it: JSON whose quotes are escaped once more."""
    text = json.dumps(policy, separators=(",", ":"), ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _principals(policy: Mapping[str, Any]) -> list[str]:
    parsed = iam.parse(policy, iam.PolicyKind.RESOURCE)
    elements = [statement.principal for statement in parsed.statements]
    return [text for element in elements if element is not None for text in element.texts]


def _is_a_ghost(call: Call, text: str) -> bool:
    """Say whether a principal names a user or role of this account that there is not.

    Those of other accounts cannot be known here; one that does not exist never calls.
    """
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam" or arn.account != call.account:
        return False
    what, _, path = arn.resource.partition("/")
    kind = _ENTITIES.get(what)
    if kind is None:
        return False
    name = path.rpartition("/")[2].lower()
    return not any(
        found.name.lower() == name and found.body.get("Arn", text) == text
        for found in call.store.documents(kind, account=call.account)
    )
