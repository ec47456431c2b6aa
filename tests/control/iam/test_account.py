"""What belongs to the account: alias, summary, all details at once."""

import json

import pytest
from tests.control.iam.calls import ADMINISTRATOR, allowing, refusal, trusting


def test_the_alias(root):
    root.create_account_alias(AccountAlias="lodge-one")
    assert root.list_account_aliases()["AccountAliases"] == ["lodge-one"]
    taken = ("EntityAlreadyExists", 409, "The account alias lodge-one already exists.")
    assert refusal(root.create_account_alias, AccountAlias="lodge-one") == taken
    root.create_account_alias(AccountAlias="lodge-two")
    assert root.list_account_aliases()["AccountAliases"] == ["lodge-two"]
    gone = ("NoSuchEntity", 404, "The account alias lodge-one cannot be found.")
    assert refusal(root.delete_account_alias, AccountAlias="lodge-one") == gone
    root.delete_account_alias(AccountAlias="lodge-two")
    assert root.list_account_aliases()["AccountAliases"] == []


@pytest.mark.parametrize("alias", ["Upper", "-a-", "a--b", "123456789012"])
def test_what_no_alias_is(root, alias):
    assert refusal(root.create_account_alias, AccountAlias=alias)[0] == "ValidationError"


def test_the_summary_counts(root, name):
    before = root.get_account_summary()["SummaryMap"]
    assert (before["UsersQuota"], before["VersionsPerPolicyQuota"]) == (5000, 5)
    assert before["AccountAccessKeysPresent"] == 1
    root.create_user(UserName=name)
    root.create_group(GroupName=name)
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting())
    made = root.create_policy(PolicyName=name, PolicyDocument=allowing())["Policy"]["Arn"]
    root.create_policy_version(PolicyArn=made, PolicyDocument=allowing())
    root.create_open_id_connect_provider(Url=f"https://{name}.example.org")
    after = root.get_account_summary()["SummaryMap"]
    assert {key: after[key] - before[key] for key in after if after[key] != before[key]} == {
        "Users": 1, "Groups": 1, "Roles": 1, "Policies": 1, "PolicyVersionsInUse": 2,
        "Providers": 1,
    }  # fmt: skip


def test_all_details(root, name):
    """openapi-extensions.md section 7"""
    managed = root.create_policy(PolicyName=name, PolicyDocument=allowing("s3:*"))["Policy"]
    root.create_group(GroupName=name)
    tags = [{"Key": "k", "Value": "v"}]
    root.create_user(UserName=name, Tags=tags, PermissionsBoundary=managed["Arn"])
    root.add_user_to_group(GroupName=name, UserName=name)
    root.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allowing("sqs:*"))
    root.attach_user_policy(UserName=name, PolicyArn=managed["Arn"])
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting({"AWS": "*"}))
    root.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR)

    def details(**members):
        pages = root.get_paginator("get_account_authorization_details").paginate(**members)
        found = {}
        for page in pages:
            for key, value in page.items():
                if isinstance(value, list):
                    found.setdefault(key, []).extend(value)
        return found

    found = details(PaginationConfig={"PageSize": 3})
    assert found == details()
    user = next(u for u in found["UserDetailList"] if u["UserName"] == name)
    assert user["GroupList"] == [name]
    assert user["Tags"] == tags
    assert user["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": managed["Arn"],
    }
    assert user["UserPolicyList"] == [
        {"PolicyName": "p", "PolicyDocument": json.loads(allowing("sqs:*"))}
    ]
    attached = {"PolicyName": name, "PolicyArn": managed["Arn"]}
    assert user["AttachedManagedPolicies"] == [attached]
    role = next(r for r in found["RoleDetailList"] if r["RoleName"] == name)
    assert role["AssumeRolePolicyDocument"] == json.loads(trusting({"AWS": "*"}))
    assert (role["RolePolicyList"], role["RoleLastUsed"], role["InstanceProfileList"]) == (
        [], {}, []
    )  # fmt: skip
    own = next(p for p in found["Policies"] if p["PolicyName"] == name)
    assert own["PolicyVersionList"][0]["Document"] == json.loads(allowing("s3:*"))
    assert (own["AttachmentCount"], own["PermissionsBoundaryUsageCount"]) == (1, 1)
    used = [p for p in found["Policies"] if p["Arn"] == ADMINISTRATOR]
    assert used[0]["AttachmentCount"] >= 1
    assert not [p for p in found["Policies"] if p["PolicyName"] == "AWSLambdaRole"]
    for wanted, key in (
        ("User", "UserDetailList"),
        ("Group", "GroupDetailList"),
        ("Role", "RoleDetailList"),
    ):
        only = details(Filter=[wanted])
        assert [name for name, value in only.items() if value] == [key]
    local = details(Filter=["LocalManagedPolicy"])["Policies"]
    assert all(":iam::aws:" not in p["Arn"] for p in local)
    aws = details(Filter=["AWSManagedPolicy"])["Policies"]
    assert all(":iam::aws:" in p["Arn"] for p in aws)
