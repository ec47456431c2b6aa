"""GetAccountAuthorizationDetails: everything about an account's identities at once.

Reference: openapi-extensions.md section 7.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import entities
from gatelodge.control.iam.managed_policies import all_policies, is_aws, show_policy
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.policy_usage import usage
from gatelodge.control.iam.policy_versions import encoded
from gatelodge.control.iam.roles import last_used, shown_trust
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.iam_entities import GROUP, IDS, INLINE, NAMES, ROLE, USER

_LISTS = {USER: "UserDetailList", GROUP: "GroupDetailList", ROLE: "RoleDetailList"}
_POLICIES = "Policies"
_FILTERS = {USER: "User", GROUP: "Group", ROLE: "Role"}

_Item = tuple[str, str, Document | Mapping[str, Any]]
"""The list it goes into, a key to order by, and what it is made of."""


@operation("iam", "GetAccountAuthorizationDetails")
def get_account_authorization_details(
    call: Call, *, Filter: Sequence[str] = (), **paging: Any
) -> Output:
    """Show users, groups, roles and policies; of AWS's policies those in use."""
    items: list[_Item] = []
    for kind, name in _LISTS.items():
        if not Filter or _FILTERS[kind] in Filter:
            found = call.store.documents(kind, account=call.account)
            items += ((name, document.id, document) for document in found)
    used = usage(call)
    for body in all_policies(call):
        wanted = "AWSManagedPolicy" if is_aws(body) else "LocalManagedPolicy"
        if is_aws(body) and not any(used[body["Arn"]]):
            continue
        if not Filter or wanted in Filter:
            items.append((_POLICIES, f"{is_aws(body)} {body['PolicyName'].lower()}", body))

    def show(item: _Item) -> tuple[str, dict[str, Any]]:
        name, _, what = item
        if isinstance(what, Document):
            return name, _entity(call, what)
        return name, _policy(what, used[what["Arn"]])

    output = page("all", items, lambda item: f"{item[0]} {item[1]}", show, **paging)
    shown: list[tuple[str, dict[str, Any]]] = output.pop("all")
    for name in (*_LISTS.values(), _POLICIES):
        output[name] = [detail for list_name, detail in shown if list_name == name]
    return output


def _entity(call: Call, document: Document) -> dict[str, Any]:
    kind, body = document.kind, document.body
    members = ("Path", NAMES[kind], IDS[kind], "Arn", "CreateDate", "GroupList")
    detail = entities.show(body, (*members, "PermissionsBoundary", "Tags"))
    detail["AttachedManagedPolicies"] = list(body.get("AttachedManagedPolicies") or ())
    inline = [
        {
            "PolicyName": policy["PolicyName"],
            "PolicyDocument": encoded(policy["PolicyDocument"]),
        }
        for policy in body.get(INLINE[kind]) or ()
    ]
    if inline or kind != USER:
        detail[INLINE[kind]] = inline
    if kind == USER:
        detail.setdefault("GroupList", [])
    if kind == ROLE:
        detail["InstanceProfileList"] = []
        detail["RoleLastUsed"] = last_used(call.store, document)
        trust = shown_trust(call.store, document)
        if trust:
            detail["AssumeRolePolicyDocument"] = trust
    return detail


def _policy(body: Mapping[str, Any], used: tuple[int, int]) -> dict[str, Any]:
    versions = [
        {
            "Document": encoded(version["Document"]),
            **entities.show(version, ("VersionId", "CreateDate")),
            "IsDefaultVersion": version["VersionId"] == body["DefaultVersionId"],
        }
        for version in body["PolicyVersionList"]
    ]
    described = entities.show(body, ("Description",))
    return {**show_policy(body, used), **described, "PolicyVersionList": versions}
