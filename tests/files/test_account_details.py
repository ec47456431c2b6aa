"""Account authorization details: what is read, and what refuses the file (section 8.4)."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from tests.gateway import OWNER, identity, policy, user

from gatelodge.authorize.questions import FindKey, KeyHolder
from gatelodge.files.account_details import read_account_files
from gatelodge.files.apply_accounts import apply_account_files
from gatelodge.store import open_state
from gatelodge.world.exhibits import Exhibits
from gatelodge.world.issue_keys import issue_key
from gatelodge.world.keys import Keys


def read(tmp_path, details):
    path = tmp_path / "account.json"
    path.write_text(json.dumps(details))
    return read_account_files([path])


def managed(name, *versions, default="v1"):
    return {
        "PolicyName": name,
        "Arn": f"arn:aws:iam::{OWNER}:policy/{name}",
        "DefaultVersionId": default,
        "PolicyVersionList": [
            {"VersionId": f"v{number}", "Document": document}
            for number, document in enumerate(versions, 1)
        ],
    }


def attached(name):
    return [{"PolicyName": name, "PolicyArn": f"arn:aws:iam::{OWNER}:policy/{name}"}]


NOW = datetime(2026, 1, 2, tzinfo=UTC)
ALLOW, NOTHING = policy(identity()), policy(identity(Action="s3:*"))


def caller(tmp_path, details):
    """What the file makes of alice."""
    file = read(tmp_path, details)
    assert not file.problems, file.problems
    store, master = open_state(tmp_path / "state", {})
    assert apply_account_files(store, file, NOW)
    changes = store.last_change()
    assert not apply_account_files(store, file, NOW)  # the same again changes nothing
    assert store.last_change() == changes
    issued = issue_key(store, master, OWNER, f"arn:aws:iam::{OWNER}:user/alice")
    keys = Keys(store, master, Exhibits(tmp_path / "exhibits"), None, None)
    question = FindKey(issued.access_key_id, None, "20260102", "us-east-1", "execute-api")
    answer, _ = keys.look_up(question)
    assert isinstance(answer, KeyHolder)
    return answer.caller


def test_large_policies_of_awss_own_are_taken(tmp_path):
    """ReadOnlyAccess and its like outgrow what a customer may write."""
    large = policy(
        *(identity(Action=[f"s{n}:Get*", f"s{n}:List*"]) for n in range(600)), identity()
    )
    arn = "arn:aws:iam::aws:policy/Large"
    details = {
        "UserDetailList": [user("alice") | {
            "AttachedManagedPolicies": [{"PolicyName": "Large", "PolicyArn": arn}],
            "PermissionsBoundary": {"PermissionsBoundaryArn": arn}}],
        "Policies": [managed("Large", large) | {"Arn": arn}],
    }  # fmt: skip
    alice = caller(tmp_path, details)
    assert len(alice.policies.identity.statements) == 601
    assert len(alice.policies.boundary.statements) == 601
    details["Policies"] = [managed("Large", large)]
    assert any("are allowed" in problem for problem in read(tmp_path, details).problems)


def names(caller):
    return [policy.name for policy in caller.policies.identity.policies]


def test_groups_and_attachments(tmp_path):
    """G1"""
    details = {
        "UserDetailList": [
            user("alice", identity(), GroupList=["g"], AttachedManagedPolicies=attached("m"))
        ],
        "GroupDetailList": [
            {
                "GroupName": "g",
                "Arn": f"arn:aws:iam::{OWNER}:group/g",
                "GroupPolicyList": [{"PolicyName": "of-group", "PolicyDocument": ALLOW}],
                "AttachedManagedPolicies": attached("m"),
            }
        ],
        "Policies": [managed("m", ALLOW)],
    }
    assert names(caller(tmp_path, details)) == ["inline", "m", "of-group", "m"]


def test_the_default_version_counts(tmp_path):
    """G2"""
    details = {
        "UserDetailList": [user("alice", AttachedManagedPolicies=attached("m"))],
        "Policies": [managed("m", ALLOW, NOTHING, default="v2")],
    }
    (found,) = caller(tmp_path, details).policies.identity.policies
    assert found.document == NOTHING


def test_boundary_and_tags(tmp_path):
    """G3"""
    boundary = {"PermissionsBoundaryArn": f"arn:aws:iam::{OWNER}:policy/b"}
    tags = [{"Key": "Team", "Value": "red"}]
    details = {
        "UserDetailList": [user("alice", PermissionsBoundary=boundary, Tags=tags)],
        "Policies": [managed("b", NOTHING)],
    }
    found = caller(tmp_path, details)
    assert found.policies.boundary.policies[0].document == NOTHING
    assert found.principal.bounded
    assert found.principal.keys["aws:principaltag/team"] == "red"


def test_documents_as_they_are_on_the_wire(tmp_path):
    """G5"""
    alice = user("alice")
    encoded = quote(json.dumps(ALLOW), safe="")
    alice["UserPolicyList"] = [{"PolicyName": "p", "PolicyDocument": encoded}]
    (found,) = caller(tmp_path, {"UserDetailList": [alice]}).policies.identity.policies
    assert found.document == ALLOW


@pytest.mark.parametrize(
    ("details", "message"),
    [
        ({"UserDetailList": [user("a", PermissionsBoundary={
            "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/Gone"})]},
         "refers to arn:aws:iam::aws:policy/Gone, which is missing"),  # G6
        ({"UserDetailList": [user("a", GroupList=["gone"])]}, "refers to gone"),
        ({"UserDetailList": [user("a", {"Effect": "allow", "Action": "*", "Resource": "*"})]},
         "/UserDetailList/0/UserPolicyList/0/PolicyDocument/Statement/0/Effect"),
        ({"UserDetailList": [user("a"), user("b", account="222222222222")]}, "of one account"),
        ({"UserDetailList": [user("a")], "IsTruncated": True}, "/IsTruncated"),
        ({"Users": []}, "get-account-authorization-details"),
        ({"UserDetailList": [{"UserName": "a"}]}, "/UserDetailList/0"),
        ({"UserDetailList": [user("a")], "Policies": [managed("m", ALLOW, default="v9")]},
         "default version 'v9' is missing"),
    ],
)  # fmt: skip
def test_what_refuses_a_file(tmp_path, details, message):
    file = read(tmp_path, details)
    assert any(message in problem for problem in file.problems), file.problems
