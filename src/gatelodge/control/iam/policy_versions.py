"""Versions of managed policies."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.managed_policies import LATEST, need_own_policy, need_policy
from gatelodge.control.iam.names import check_policy_arn
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.policy_documents import read_managed
from gatelodge.control.operations import Output, operation
from gatelodge.world.iam_entities import find_policy, read_document_text

VERSIONS = 5
_LISTED = ("VersionId", "CreateDate")
Version = Mapping[str, Any]


@operation("iam", "CreatePolicyVersion")
def create_policy_version(
    call: Call, *, PolicyArn: str, PolicyDocument: str, SetAsDefault: bool = False
) -> Output:
    """Add a version; its number was never used before."""
    policy = need_own_policy(call, PolicyArn)
    text = read_managed(PolicyDocument)
    versions = policy.body["PolicyVersionList"]
    if len(versions) >= VERSIONS:
        raise faults.limit(
            f"A managed policy can have up to {VERSIONS} versions. Before you create a new "
            "version, you must delete an existing version."
        )
    latest = policy.body.get(LATEST) or max(map(version_number, versions))
    version: dict[str, Any] = {
        "Document": text,
        "VersionId": f"v{latest + 1}",
        "IsDefaultVersion": False,
        "CreateDate": entities.now(call),
    }
    body = {**policy.body, "PolicyVersionList": [version, *versions], LATEST: latest + 1}
    if SetAsDefault:
        body = _with_default(body, version["VersionId"])
    entities.replace(call, policy, {**body, "UpdateDate": entities.now(call)})
    return {"PolicyVersion": _show(body, version)}


@operation("iam", "GetPolicyVersion")
def get_policy_version(call: Call, *, PolicyArn: str, VersionId: str) -> Output:
    """Show a version with its document."""
    body = find_policy(call.store, call.account, check_policy_arn(PolicyArn))
    version = None if body is None else _find(body, VersionId)
    if body is None or version is None:
        raise _no_version(PolicyArn, VersionId)
    shown = _show(body, version)
    return {"PolicyVersion": {"Document": encoded(version["Document"]), **shown}}


@operation("iam", "ListPolicyVersions")
def list_policy_versions(call: Call, *, PolicyArn: str, **paging: Any) -> Output:
    """List versions, the newest first."""
    body = need_policy(call, PolicyArn)
    return page(
        "Versions",
        body["PolicyVersionList"],
        lambda version: f"{10**9 - version_number(version):010}",
        lambda version: _show(body, version),
        **paging,
    )


@operation("iam", "SetDefaultPolicyVersion")
def set_default_policy_version(call: Call, *, PolicyArn: str, VersionId: str) -> None:
    """Make another version the one that counts."""
    body = find_policy(call.store, call.account, check_policy_arn(PolicyArn))
    if body is None or _find(body, VersionId) is None:
        raise _no_version(PolicyArn, VersionId)
    policy = need_own_policy(call, PolicyArn)
    changed = _with_default(policy.body, VersionId)
    entities.replace(call, policy, {**changed, "UpdateDate": entities.now(call)})


@operation("iam", "DeletePolicyVersion")
def delete_policy_version(call: Call, *, PolicyArn: str, VersionId: str) -> None:
    """Delete a version that is not the one that counts."""
    policy = need_own_policy(call, PolicyArn)
    version = _find(policy.body, VersionId)
    if version is None:
        raise _no_version(PolicyArn, VersionId)
    if VersionId == policy.body["DefaultVersionId"]:
        raise faults.conflict("Cannot delete the default version of a policy.")
    latest = policy.body.get(LATEST) or max(map(version_number, policy.body["PolicyVersionList"]))
    versions = [kept for kept in policy.body["PolicyVersionList"] if kept is not version]
    body = {**policy.body, "PolicyVersionList": versions, LATEST: latest}
    entities.replace(call, policy, {**body, "UpdateDate": entities.now(call)})


def encoded(document: str | Mapping[str, Any]) -> str:
    """Give a stored document as responses hold it: percent-encoded (RFC 3986)."""
    return quote(read_document_text(document), safe="")


def _find(body: Mapping[str, Any], version_id: str) -> Version | None:
    return next((v for v in body["PolicyVersionList"] if v["VersionId"] == version_id), None)


def _with_default(body: Mapping[str, Any], version_id: str) -> dict[str, Any]:
    versions = [
        {**version, "IsDefaultVersion": version["VersionId"] == version_id}
        for version in body["PolicyVersionList"]
    ]
    return {**body, "PolicyVersionList": versions, "DefaultVersionId": version_id}


def _show(body: Mapping[str, Any], version: Version) -> dict[str, Any]:
    default = version["VersionId"] == body["DefaultVersionId"]
    return {**entities.show(version, _LISTED), "IsDefaultVersion": default}


def version_number(version: Version) -> int:
    """Give the number in a version's id."""
    return int(version["VersionId"].removeprefix("v").partition(".")[0])


def _no_version(arn: str, version_id: str) -> Fault:
    return faults.no_such(f"Policy {arn} version {version_id} does not exist or is not attachable.")
