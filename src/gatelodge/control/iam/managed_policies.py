"""Managed policies: the account's own, and those of AWS."""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.names import (
    check_entity_name,
    check_path,
    check_policy_arn,
    entity_arn,
)
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.policy_documents import read_managed
from gatelodge.control.iam.policy_usage import Usage, usage
from gatelodge.control.iam.tag_lists import Tag, check_tags
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.aws_policies import aws_policies
from gatelodge.world.iam_entities import POLICY, find_entity, find_policy

LISTED = (
    *("PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId", "IsAttachable"),
    *("CreateDate", "UpdateDate"),
)
LATEST = "LatestVersion"
"""A member beside AWS's own: the number of the newest version ever made; none is used again."""
_FILTERS = {"PermissionsPolicy": 0, "PermissionsBoundary": 1}


@operation("iam", "CreatePolicy")
def create_policy(
    call: Call,
    *,
    PolicyName: str,
    PolicyDocument: str,
    Path: str = "/",
    Description: str | None = None,
    Tags: Sequence[Tag] = (),
) -> Output:
    """Make a managed policy with its first version."""
    check_entity_name(POLICY, PolicyName)
    now = entities.now(call)
    version = {
        "Document": read_managed(PolicyDocument),
        "VersionId": "v1",
        "IsDefaultVersion": True,
        "CreateDate": now,
    }
    body = entities.edited(
        {
            "PolicyName": PolicyName,
            "PolicyId": entities.new_id(POLICY),
            "Arn": entity_arn(call, POLICY, check_path(POLICY, Path), PolicyName),
            "Path": Path,
            "DefaultVersionId": "v1",
            "IsAttachable": True,
            "CreateDate": now,
            "UpdateDate": now,
            "PolicyVersionList": [version],
            LATEST: 1,
        },
        Description=Description or None,
        Tags=check_tags(Tags, cased=True),
    )
    entities.create(call, POLICY, body)
    shown = show_policy(body, (0, 0))
    return {"Policy": {**shown, "Tags": body["Tags"]} if "Tags" in body else shown}


@operation("iam", "GetPolicy")
def get_policy(call: Call, *, PolicyArn: str) -> Output:
    """Show a managed policy and how often it is used."""
    body = need_policy(call, PolicyArn)
    shown = show_policy(body, usage(call, PolicyArn)[PolicyArn])
    if "Description" in body:
        shown["Description"] = body["Description"]
    return {"Policy": {**shown, "Tags": list(body.get("Tags", ()))}}


@operation("iam", "ListPolicies")
def list_policies(
    call: Call,
    *,
    Scope: str = "All",
    OnlyAttached: bool = False,
    PathPrefix: str | None = None,
    PolicyUsageFilter: str | None = None,
    **paging: Any,
) -> Output:
    """List managed policies."""
    used = usage(call)
    bodies = [body for body in all_policies(call) if _in_scope(body, Scope)]
    bodies = [body for body in bodies if entities.path_of(body).startswith(PathPrefix or "/")]
    if OnlyAttached:
        bodies = [body for body in bodies if any(used[body["Arn"]])]
    if PolicyUsageFilter is not None:
        number = _FILTERS[PolicyUsageFilter]
        bodies = [body for body in bodies if used[body["Arn"]][number]]
    return page(
        "Policies", bodies, _order, lambda body: show_policy(body, used[body["Arn"]]), **paging
    )


@operation("iam", "DeletePolicy")
def delete_policy(call: Call, *, PolicyArn: str) -> None:
    """Delete a managed policy that nobody uses."""
    policy = need_own_policy(call, PolicyArn)
    if any(usage(call, PolicyArn)[PolicyArn]):
        raise faults.conflict("Cannot delete a policy attached to entities.")
    if len(policy.body["PolicyVersionList"]) > 1:
        raise faults.conflict(
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy."
        )
    call.store.remove(policy)


def need_policy(call: Call, arn: str) -> Mapping[str, Any]:
    """Find a managed policy that the account can use. Raises Fault."""
    body = find_policy(call.store, call.account, check_policy_arn(arn))
    if body is None:
        raise faults.no_such(f"Policy {arn} was not found.")
    return body


def need_own_policy(call: Call, arn: str) -> Document:
    """Find a managed policy that the account can change: not one of AWS's. Raises Fault."""
    body = need_policy(call, arn)
    document = find_entity(call.store, call.account, POLICY, body["PolicyName"])
    if document is None or document.body["Arn"] != arn:
        raise faults.no_such(f"Policy {arn} was not found.")
    return document


def all_policies(call: Call) -> list[Mapping[str, Any]]:
    """Give the bodies of every managed policy that the account can use."""
    stored = {d.body["Arn"]: d.body for d in call.store.documents(POLICY, account=call.account)}
    return list({**aws_policies(), **stored}.values())


def is_aws(body: Mapping[str, Any]) -> bool:
    """Tell whether a policy is one of AWS's own."""
    return ":iam::aws:policy/" in body["Arn"]


def show_policy(body: Mapping[str, Any], used: Usage) -> dict[str, Any]:
    """Show a managed policy as lists do."""
    attached, boundaries = used
    return {
        **entities.show({"IsAttachable": True, **body}, LISTED),
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": boundaries,
    }


def _in_scope(body: Mapping[str, Any], scope: str) -> bool:
    return scope == "All" or (scope == "AWS") is is_aws(body)


def _order(body: Mapping[str, Any]) -> str:
    return f"{int(is_aws(body))}{body['PolicyName'].lower()}"
