"""Managed policies, their versions and who uses them (control-plane.md sections 4 and 8)."""

import json

import pytest
from tests.control.iam.calls import ADMINISTRATOR, allowing, arn, refusal, trusting

COUNTS = {"AttachmentCount": 0, "PermissionsBoundaryUsageCount": 0, "IsAttachable": True}


@pytest.fixture
def policy(root, name):
    return root.create_policy(PolicyName=name, PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]


def versions(root, policy):
    told = root.list_policy_versions(PolicyArn=policy)["Versions"]
    return [(version["VersionId"], version["IsDefaultVersion"]) for version in told]


def test_from_creation_to_deletion(root, name):
    made = root.create_policy(
        PolicyName=name, Path="/p/q/", PolicyDocument=allowing(), Description="what for"
    )["Policy"]
    assert made.items() >= (COUNTS | {"DefaultVersionId": "v1", "Path": "/p/q/"}).items()
    assert made["Arn"] == arn("policy", name, "/p/q/")
    assert made["PolicyId"].startswith("ANPA")
    assert "Description" not in made
    told = root.get_policy(PolicyArn=made["Arn"])["Policy"]
    assert told == made | {"Tags": [], "Description": "what for"}
    assert root.list_policies(Scope="Local", PathPrefix="/p/")["Policies"] == [made]
    taken = f"A policy called {name} already exists. Duplicate names are not allowed."
    again = refusal(root.create_policy, PolicyName=name, PolicyDocument=allowing())
    assert again == ("EntityAlreadyExists", 409, taken)
    root.delete_policy(PolicyArn=made["Arn"])
    gone = ("NoSuchEntity", 404, f"Policy {made['Arn']} was not found.")
    assert refusal(root.get_policy, PolicyArn=made["Arn"]) == gone
    assert refusal(root.delete_policy, PolicyArn=made["Arn"]) == gone  # 21


def test_versions_are_numbered_once(root, policy):
    for number in (2, 3):
        made = root.create_policy_version(
            PolicyArn=policy, PolicyDocument=allowing(f"s3:Get{number}"), SetAsDefault=number == 3
        )["PolicyVersion"]
        assert made["VersionId"] == f"v{number}"
        assert made["IsDefaultVersion"] is (number == 3)
    assert versions(root, policy) == [("v3", True), ("v2", False), ("v1", False)]
    assert root.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v3"
    told = root.get_policy_version(PolicyArn=policy, VersionId="v2")["PolicyVersion"]
    assert told["Document"] == json.loads(allowing("s3:Get2"))
    root.set_default_policy_version(PolicyArn=policy, VersionId="v1")
    root.delete_policy_version(PolicyArn=policy, VersionId="v3")
    made = root.create_policy_version(PolicyArn=policy, PolicyDocument=allowing())
    assert made["PolicyVersion"]["VersionId"] == "v4"
    assert versions(root, policy) == [("v4", False), ("v2", False), ("v1", True)]


def test_versions_that_are_refused(root, policy):
    document = {"PolicyArn": policy, "PolicyDocument": allowing()}
    for _ in range(4):
        root.create_policy_version(**document)
    assert refusal(root.create_policy_version, **document) == (
        "LimitExceeded",
        409,
        "A managed policy can have up to 5 versions. Before you create a new version, you must "
        "delete an existing version.",
    )  # 19
    default = ("DeleteConflict", 409, "Cannot delete the default version of a policy.")
    version = {"PolicyArn": policy, "VersionId": "v1"}
    assert refusal(root.delete_policy_version, **version) == default
    missing = f"Policy {policy} version v9 does not exist or is not attachable."
    for operation in (
        root.get_policy_version,
        root.delete_policy_version,
        root.set_default_policy_version,
    ):
        told = refusal(operation, PolicyArn=policy, VersionId="v9")
        assert told == ("NoSuchEntity", 404, missing)
        assert "'versionId'" in refusal(operation, PolicyArn=policy, VersionId="latest")[2]
    told = refusal(root.delete_policy, PolicyArn=policy)
    assert told[:2] == ("DeleteConflict", 409)
    assert told[2].startswith("This policy has more than one version.")


def test_who_uses_a_policy(root, policy, name):
    root.create_user(UserName=name, PermissionsBoundary=policy)
    root.create_group(GroupName=name)
    root.create_role(RoleName=name, Path="/r/", AssumeRolePolicyDocument=trusting())
    root.attach_user_policy(UserName=name, PolicyArn=policy)
    root.attach_group_policy(GroupName=name, PolicyArn=policy)
    for _ in range(2):  # again is no error
        root.attach_role_policy(RoleName=name, PolicyArn=policy)
    told = root.get_policy(PolicyArn=policy)["Policy"]
    assert (told["AttachmentCount"], told["PermissionsBoundaryUsageCount"]) == (3, 1)
    used = ("DeleteConflict", 409, "Cannot delete a policy attached to entities.")
    assert refusal(root.delete_policy, PolicyArn=policy) == used

    def entities(**members):
        told = root.list_entities_for_policy(PolicyArn=policy, **members)
        return {key for key in ("PolicyUsers", "PolicyGroups", "PolicyRoles") if told[key]}

    assert entities() == {"PolicyUsers", "PolicyGroups", "PolicyRoles"}
    assert entities(EntityFilter="Role") == {"PolicyRoles"}
    assert entities(PathPrefix="/r/") == {"PolicyRoles"}
    assert entities(PolicyUsageFilter="PermissionsBoundary") == {"PolicyUsers"}
    first = root.list_entities_for_policy(PolicyArn=policy, MaxItems=2)
    rest = root.list_entities_for_policy(PolicyArn=policy, Marker=first["Marker"])
    assert [
        len(p["PolicyUsers"] + p["PolicyGroups"] + p["PolicyRoles"]) for p in (first, rest)
    ] == [
        2,
        1,
    ]
    listed = {p["Arn"] for p in root.list_policies(OnlyAttached=True)["Policies"]}
    assert policy in listed
    assert "arn:aws:iam::aws:policy/AWSDenyAll" not in listed
    boundaries = root.list_policies(PolicyUsageFilter="PermissionsBoundary")["Policies"]
    assert policy in [p["Arn"] for p in boundaries]
    root.detach_role_policy(RoleName=name, PolicyArn=policy)
    absent = ("NoSuchEntity", 404, f"Policy {policy} was not found.")
    assert refusal(root.detach_role_policy, RoleName=name, PolicyArn=policy) == absent
    root.delete_user_permissions_boundary(UserName=name)
    assert "PermissionsBoundary" not in root.get_user(UserName=name)["User"]


def test_attachments_that_are_refused(root, name):
    """20"""
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting())
    for missing in (arn("policy", "gone"), "arn:aws:iam::aws:policy/Gone"):
        told = refusal(root.attach_role_policy, RoleName=name, PolicyArn=missing)
        words = f"Policy {missing} does not exist or is not attachable."
        assert told == ("NoSuchEntity", 404, words)
    told = refusal(root.attach_role_policy, RoleName=name, PolicyArn="longpolicynamebutnoarn")
    assert told == ("ValidationError", 400, "Invalid ARN:  Could not be parsed!")
    for number in range(11):
        made = root.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=allowing())
        if number < 10:
            root.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
    told = refusal(root.attach_role_policy, RoleName=name, PolicyArn=made["Policy"]["Arn"])
    assert told == ("LimitExceeded", 409, "Cannot exceed quota for PoliciesPerRole: 10")
    page = root.list_attached_role_policies(RoleName=name, MaxItems=7)
    rest = root.list_attached_role_policies(RoleName=name, Marker=page["Marker"])
    assert len(page["AttachedPolicies"]) + len(rest["AttachedPolicies"]) == 10


def test_policies_of_aws(gateway, root, name):
    told = root.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]
    assert (told["DefaultVersionId"], told["Path"]) == ("v1", "/")
    version = root.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(allowing())
    names = {policy["PolicyName"] for policy in root.list_policies(Scope="AWS")["Policies"]}
    assert {"AmazonAPIGatewayInvokeFullAccess", "AWSLambdaBasicExecutionRole"} <= names
    for operation in (root.delete_policy, root.tag_policy):
        members = {"Tags": []} if operation == root.tag_policy else {}
        assert refusal(operation, PolicyArn=ADMINISTRATOR, **members)[0] == "NoSuchEntity"
    root.create_user(UserName=name)
    gateway.keys[(name,)] = root.create_access_key(UserName=name)["AccessKey"]
    invoke = "arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess"
    root.attach_user_policy(UserName=name, PolicyArn=invoke)
    assert gateway.call("iamtests", "/signed", who=(name,)).status == 200


def test_tags_of_policies_differ_by_case(root, policy):
    tags = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    root.tag_policy(PolicyArn=policy, Tags=tags)
    assert [tag["Key"] for tag in root.list_policy_tags(PolicyArn=policy)["Tags"]] == ["A", "a"]
    root.untag_policy(PolicyArn=policy, TagKeys=["a"])
    assert root.get_policy(PolicyArn=policy)["Policy"]["Tags"] == [tags[1]]
    told = refusal(root.tag_policy, PolicyArn=policy, Tags=[tags[0], tags[0]])
    assert told == ("InvalidInput", 400, "Duplicate tag keys found.")
