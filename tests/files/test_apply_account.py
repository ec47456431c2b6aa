"""The calls that bring an account to what a file says; a real one is in tests/cli/test_apply.py."""

import json
from urllib.parse import quote

from tests.gateway import OWNER, identity, policy, user

from gatelodge.files.account_details import read_account_files
from gatelodge.files.apply_account import apply_details

ARN = f"arn:aws:iam::{OWNER}"


class Recorder:
    """An endpoint whose account has some details, in pages of one list each."""

    def __init__(self, **lists):
        self.pages = [{name: items} for name, items in lists.items()] or [{}]
        self.asked = []

    def query(self, action, members, service="iam"):
        if action != "GetAccountAuthorizationDetails":
            self.asked.append((action, dict(members)))
            return {}
        position = int(members.get("Marker", 0))
        more = position + 1 < len(self.pages)
        page = {**self.pages[position], "IsTruncated": str(more).lower()}
        return page | ({"Marker": str(position + 1)} if more else {})


def apply(tmp_path, endpoint, **lists):
    path = tmp_path / "account.json"
    path.write_text(json.dumps(lists))
    files = read_account_files([path])
    assert not files.problems, files.problems
    return list(apply_details(endpoint, files.accounts[OWNER]))


def known(name, document):
    """A user as the wire has it: texts, and documents percent-encoded."""
    inline = {"PolicyName": "inline", "PolicyDocument": quote(json.dumps(document))}
    return {
        "UserName": name,
        "Arn": f"{ARN}:user/{name}",
        "Path": "/",
        "UserPolicyList": [inline],
        "GroupList": "",  # an empty list has no members on the wire
        "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": f"{ARN}:policy/p"}],
        "Tags": [{"Key": "k", "Value": ""}],
    }


def test_the_same_is_left_alone(tmp_path):
    managed = {
        "PolicyName": "p",
        "PolicyId": "ANPAP",
        "Arn": f"{ARN}:policy/p",
        "Path": "/",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "Document": policy(identity())}],
    }
    wire = {**managed, "PolicyVersionList": [
        {"VersionId": "v1", "Document": quote(json.dumps(policy(identity())))}
    ]}  # fmt: skip
    endpoint = Recorder(UserDetailList=[known("ann", policy(identity()))], Policies=[wire])
    wanted = user("ann", identity(), Tags=[{"Key": "k", "Value": ""}])
    wanted["AttachedManagedPolicies"] = [{"PolicyName": "p", "PolicyArn": f"{ARN}:policy/p"}]
    assert apply(tmp_path, endpoint, UserDetailList=[wanted], Policies=[managed]) == []
    assert endpoint.asked == []


def test_what_is_not_in_the_file_is_taken_from_a_user_and_other_users_are_left(tmp_path):
    endpoint = Recorder(
        UserDetailList=[known("ann", policy(identity())), known("bob", policy(identity()))]
    )
    apply(tmp_path, endpoint, UserDetailList=[user("ann")])
    assert endpoint.asked == [
        ("DeleteUserPolicy", {"UserName": "ann", "PolicyName": "inline"}),
        ("DetachUserPolicy",
         {"UserName": "ann", "PolicyArn": f"{ARN}:policy/p"}),
        ("UntagUser", {"UserName": "ann", "TagKeys": ["k"]}),
    ]  # fmt: skip


def test_policies_of_aws_are_nobodys_to_make(tmp_path):
    aws = {
        "PolicyName": "x",
        "PolicyId": "ANPAX",
        "Arn": "arn:aws:iam::aws:policy/x",
        "Path": "/",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "Document": policy(identity())}],
    }
    endpoint = Recorder()
    lines = apply(tmp_path, endpoint, UserDetailList=[user("ann")], Policies=[aws])
    assert lines == ["user ann: new"]
