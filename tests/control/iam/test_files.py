"""One account, made through the API or brought in files: the same documents."""

import json

from tests.control.iam.calls import ADMINISTRATOR, allowing, arn, trusting
from tests.gateway import Gateway

from gatelodge.store import Store


def test_an_account_read_from_the_api_and_brought_as_a_file_is_the_same(tmp_path_factory):
    """What get-account-authorization-details tells makes the same account elsewhere."""
    first = Gateway(tmp_path_factory.mktemp("first"))
    try:
        client = first.client("iam")
        policy = client.create_policy(PolicyName="p", Path="/x/", PolicyDocument=allowing("s3:*"))
        policy_arn = policy["Policy"]["Arn"]
        client.create_policy_version(PolicyArn=policy_arn, PolicyDocument=allowing("a:b"))
        client.create_group(GroupName="g")
        client.attach_group_policy(GroupName="g", PolicyArn=policy_arn)
        tags = [{"Key": "k", "Value": "v"}]
        client.create_user(UserName="u", Tags=tags, PermissionsBoundary=policy_arn)
        client.add_user_to_group(GroupName="g", UserName="u")
        client.put_user_policy(UserName="u", PolicyName="i", PolicyDocument=allowing("sqs:*"))
        trust = trusting({"AWS": arn("user", "u")})
        client.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
        client.attach_role_policy(RoleName="r", PolicyArn=ADMINISTRATOR)
        details = client.get_account_authorization_details()
    finally:
        assert first.stop() == 0
    written = json.loads(json.dumps(details, default=lambda value: value.isoformat()))
    second = Gateway(tmp_path_factory.mktemp("second"), accounts=[written])
    try:
        told = second.client("iam").get_account_authorization_details()
    finally:
        assert second.stop() == 0
    told.pop("ResponseMetadata")
    assert told == {k: v for k, v in details.items() if k != "ResponseMetadata"}
    for kind in ("iam/user", "iam/group", "iam/role"):
        ours, theirs = (documents(gateway, kind) for gateway in (first, second))
        assert ours == theirs, kind


def documents(gateway, kind):
    bodies = [dict(d.body) for d in Store(gateway.state / "store.db").documents(kind)]
    for body in bodies:
        # Of files, only what AWS tells; and the text of policies may be laid out anew.
        body.pop("MaxSessionDuration", None)
        for policy in body.get("UserPolicyList", ()):
            policy["PolicyDocument"] = json.loads(policy["PolicyDocument"])
    return bodies


def test_a_start_with_files_leaves_what_the_api_made(tmp_path_factory):
    account = {"UserDetailList": [{"UserName": "file", "Arn": arn("user", "file")}]}
    gateway = Gateway(tmp_path_factory.mktemp("again"), accounts=[account])
    try:
        gateway.client("iam").create_user(UserName="api")
        before = gateway.client("iam").list_users()["Users"]
        assert gateway.stop() == 0
        gateway.start()
        assert gateway.client("iam").list_users()["Users"] == before
        assert [user["UserName"] for user in before] == ["api", "file"]
    finally:
        gateway.stop()
