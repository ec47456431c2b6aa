"""Access keys: what they open, and that they open nothing any more at once (sections 4 and 8)."""

import time

import pytest
from botocore.exceptions import ClientError
from tests.control.iam.calls import allowing, new_user, refusal, trusting
from tests.gateway import OWNER, REGION

INVOKE = allowing("execute-api:Invoke")
INVALID = ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")


def statuses(gateway, who):
    """Answers of both workers: each connection may meet either."""
    return {gateway.call("iamtests", "/signed", who=(who,)).status for _ in range(16)}


def test_from_creation_to_deletion(root, name):
    made = new_user(root, name)
    assert made.keys() == {"UserName", "AccessKeyId", "Status", "SecretAccessKey", "CreateDate"}
    assert made["Status"] == "Active"
    assert made["AccessKeyId"].startswith("AKIA")
    assert (len(made["AccessKeyId"]), len(made["SecretAccessKey"])) == (20, 40)
    listed = root.list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert listed == [{k: v for k, v in made.items() if k != "SecretAccessKey"}]
    root.create_access_key(UserName=name)
    third = refusal(root.create_access_key, UserName=name)
    assert third == ("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")  # 18
    root.delete_access_key(UserName=name, AccessKeyId=made["AccessKeyId"])
    gone = f"The Access Key with id {made['AccessKeyId']} cannot be found."
    key = {"UserName": name, "AccessKeyId": made["AccessKeyId"]}
    assert refusal(root.delete_access_key, **key) == ("NoSuchEntity", 404, gone)
    assert refusal(root.update_access_key, **key, Status="Active")[2] == gone


def test_keys_of_another_user_are_not_there(root, name):
    made = new_user(root, name)
    key = {"UserName": "alice", "AccessKeyId": made["AccessKeyId"]}
    assert refusal(root.delete_access_key, **key)[0] == "NoSuchEntity"
    assert refusal(root.update_access_key, **key, Status="Inactive")[0] == "NoSuchEntity"
    key["UserName"] = name
    for status in ("Asleep", "Expired"):
        assert "'status'" in refusal(root.update_access_key, **key, Status=status)[2]
    assert root.list_access_keys(UserName=name)["AccessKeyMetadata"][0]["Status"] == "Active"


def test_what_is_taken_away_bites_at_once_in_every_worker(gateway, root, name):
    gateway.keys[(name,)] = key = new_user(root, name, INVOKE)
    assert statuses(gateway, name) == {200}
    named = {"UserName": name, "AccessKeyId": key["AccessKeyId"]}
    root.update_access_key(**named, Status="Inactive")
    assert statuses(gateway, name) == {403}
    assert refusal(gateway.client("iam", key).get_user) == INVALID  # 2
    root.update_access_key(**named, Status="Active")
    assert statuses(gateway, name) == {200}
    root.delete_user_policy(UserName=name, PolicyName="p0")
    assert statuses(gateway, name) == {403}
    made = root.create_policy(PolicyName=name, PolicyDocument=INVOKE)["Policy"]["Arn"]
    root.attach_user_policy(UserName=name, PolicyArn=made)
    assert statuses(gateway, name) == {200}
    root.create_policy_version(PolicyArn=made, PolicyDocument=allowing("s3:*"), SetAsDefault=True)
    assert statuses(gateway, name) == {403}
    root.set_default_policy_version(PolicyArn=made, VersionId="v1")
    assert statuses(gateway, name) == {200}
    root.detach_user_policy(UserName=name, PolicyArn=made)
    assert statuses(gateway, name) == {403}
    root.attach_user_policy(UserName=name, PolicyArn=made)
    root.put_user_permissions_boundary(
        UserName=name, PermissionsBoundary="arn:aws:iam::aws:policy/AWSDenyAll"
    )
    assert statuses(gateway, name) == {403}
    root.delete_user_permissions_boundary(UserName=name)
    assert statuses(gateway, name) == {200}
    root.delete_access_key(**named)
    assert statuses(gateway, name) == {403}


def test_a_user_made_anew_finds_no_key_of_before(gateway, root, name):
    gateway.keys[(name,)] = key = new_user(root, name, INVOKE)
    assert statuses(gateway, name) == {200}
    root.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    root.delete_user_policy(UserName=name, PolicyName="p0")
    root.delete_user(UserName=name)
    new_user(root, name, INVOKE)
    assert statuses(gateway, name) == {403}


def test_own_keys(gateway, root, name):
    key = new_user(root, name, allowing(["iam:*AccessKey*"]))
    own = gateway.client("iam", key)
    second = own.create_access_key()["AccessKey"]
    assert second["UserName"] == name
    assert len(own.list_access_keys()["AccessKeyMetadata"]) == 2
    own.update_access_key(AccessKeyId=second["AccessKeyId"], Status="Inactive")
    own.delete_access_key(AccessKeyId=second["AccessKeyId"])
    # Root has keys of its own, which belong to no user.
    mine = root.create_access_key()["AccessKey"]
    assert "UserName" not in mine
    assert gateway.client("sts", mine).get_caller_identity()["Arn"].endswith(":root")
    assert refusal(own.delete_access_key, AccessKeyId=mine["AccessKeyId"])[0] == "NoSuchEntity"
    root.delete_access_key(AccessKeyId=mine["AccessKeyId"])
    assert refusal(gateway.client("sts", mine).get_caller_identity) == INVALID


def test_a_role_has_no_name_of_its_own(gateway, root, name):
    """22"""
    trust = trusting({"AWS": OWNER})
    role = root.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    root.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=allowing("iam:*"))
    session = assumed(gateway, root, name, role["Arn"])
    words = "Must specify userName when calling with non-User credentials"
    for operation in ("get_user", "create_access_key", "list_access_keys"):
        told = refusal(getattr(gateway.client("iam", session), operation))
        assert told == ("ValidationError", 400, words)


def assumed(gateway, root, name, role):
    key = new_user(root, name, allowing("sts:AssumeRole"))
    sts = gateway.client("sts", key)
    return sts.assume_role(RoleArn=role, RoleSessionName="here")["Credentials"]


def test_when_a_key_was_last_used(gateway, root, name):
    key = new_user(root, name, INVOKE)
    used = root.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert used["UserName"] == name
    assert used["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    gateway.keys[(name,)] = key | {"SecretAccessKey": "wrong"}
    assert statuses(gateway, name) == {403}
    gateway.keys[(name,)] = key
    before = time.time()
    assert statuses(gateway, name) == {200}
    used = wait_for_use(root, key)
    assert (used["ServiceName"], used["Region"]) == ("execute-api", REGION)
    assert before - 2 <= used["LastUsedDate"].timestamp() <= time.time() + 1


def test_the_aws_endpoint_counts_as_a_use_and_so_do_sessions_of_roles(gateway, root, name):
    role = root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting({"AWS": OWNER}))
    session = assumed(gateway, root, name, role["Role"]["Arn"])
    gateway.client("sts", session, region="eu-west-1").get_caller_identity()
    key = root.list_access_keys(UserName=name)["AccessKeyMetadata"][0]
    assert wait_for_use(root, key)["ServiceName"] == "sts"
    end = time.monotonic() + 30
    while not root.get_role(RoleName=name)["Role"]["RoleLastUsed"]:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert root.get_role(RoleName=name)["Role"]["RoleLastUsed"]["Region"] == "eu-west-1"


def wait_for_use(root, key):
    """Uses are written together every few seconds."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        told = root.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
        if "LastUsedDate" in told["AccessKeyLastUsed"]:
            return told["AccessKeyLastUsed"]
        time.sleep(0.2)
    pytest.fail("the use was never written")


def test_nothing_is_told_of_keys_elsewhere(root):
    code, status, message = refusal(root.get_access_key_last_used, AccessKeyId="AKIA" + "X" * 16)
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith("on resource: access key AKIA" + "X" * 16)


def test_a_wrong_secret(gateway, root, name):
    key = new_user(root, name) | {"SecretAccessKey": "wrong"}
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):  # 5
        gateway.client("iam", key).list_users()
