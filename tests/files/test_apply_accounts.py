"""Account files into the store: together, again, less than before; beside what the API made."""

import json
from datetime import UTC, datetime

import pytest
from tests.gateway import OTHER, OWNER, identity, policy, user

from gatelodge.files.account_details import read_account_files
from gatelodge.files.apply_accounts import apply_account_files
from gatelodge.files.load import FileError
from gatelodge.store import open_state
from gatelodge.world.iam_entities import GROUP, ROLE, USER, entity, find_entity, find_policy
from gatelodge.world.issue_keys import issue_key

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


class House:
    def __init__(self, directory):
        self.directory = directory
        self.store, self.master = open_state(directory / "state", {})

    def read(self, *details):
        paths = []
        for number, one in enumerate(details):
            paths.append(self.directory / f"{number}.json")
            paths[-1].write_text(json.dumps(one))
        return read_account_files(paths)

    def apply(self, *details):
        files = self.read(*details)
        assert files.problems == []
        return apply_account_files(self.store, files, NOW)

    def find(self, kind, name, account=OWNER):
        found = find_entity(self.store, account, kind, name)
        return found.body if found else None

    def key(self, name):
        return issue_key(self.store, self.master, OWNER, f"arn:aws:iam::{OWNER}:user/{name}")


def users(*names, **members):
    return {"UserDetailList": [user(name, **members) for name in names]}


def group(name):
    return {"GroupName": name, "GroupId": "AGPA1", "Arn": f"arn:aws:iam::{OWNER}:group/{name}"}


def role(name, *trusted, account=OWNER, **members):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": list(trusted)},
        "Action": "sts:AssumeRole",
    }
    return {
        "RoleName": name,
        "RoleId": f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{account}:role/{name}",
        "AssumeRolePolicyDocument": policy(statement),
        **members,
    }


def trusted(body):
    return json.loads(body["AssumeRolePolicyDocument"])["Statement"][0]["Principal"]["AWS"]


def test_several_files_of_one_account_count_together(house):
    """The second does not replace the first, and one may need what stands in the other."""
    house.apply(users("alice", GroupList=["g"]), {**users("bob"), "GroupDetailList": [group("g")]})
    assert house.find(USER, "alice")["GroupList"] == ["g"]
    assert house.find(USER, "bob")
    assert house.find(GROUP, "g")


def test_two_files_may_not_differ_about_one_thing(house):
    assert house.read(users("alice"), users("alice")).problems == []
    (problem,) = house.read(users("alice"), users("ALICE")).problems
    assert "1.json#/UserDetailList/0: described differently in" in problem
    assert "0.json#/UserDetailList/0" in problem


def test_what_files_describe_no_more_is_deleted_and_what_the_api_made_stays(house):
    house.apply(users("alice", "bob"))
    made = user("carol")
    house.store.put(entity(USER, OWNER, made))
    keys = {name: house.key(name) for name in ("alice", "bob", "carol")}
    assert house.apply(users("alice")) == ["iam/user bob deleted"]
    assert house.find(USER, "carol") == made
    kept = {key.id for key in house.store.access_keys()}
    assert kept == {keys[name].access_key_id for name in ("alice", "carol")}
    # Files of another account leave this one alone.
    house.apply(users("dave", account=OTHER))
    assert house.find(USER, "alice")


def test_the_same_again_changes_nothing(house):
    details = {
        **users("alice", Tags=[{"Key": "k", "Value": "v"}]),
        "RoleDetailList": [role("r", f"arn:aws:iam::{OWNER}:user/alice")],
    }
    assert house.apply(details) == ["iam/user alice made", "iam/role r made"]
    changes = house.store.last_change()
    assert house.apply(details) == []
    assert house.store.last_change() == changes
    later = users("alice", Tags=[{"Key": "k", "Value": "w"}])
    assert house.apply({**details, **later}) == ["iam/user alice changed"]


def test_another_unique_id_is_another_user(house):
    house.apply(users("alice"))
    house.key("alice")
    house.apply({"UserDetailList": [user("alice") | {"UserId": "AIDAANEW"}]})
    assert house.store.access_keys() == []
    assert house.find(USER, "alice")["UserId"] == "AIDAANEW"


def test_a_unique_id_belongs_to_one(house):
    """Keys and trust hold on to it."""
    twin = {"UserDetailList": [user("bob", account=OTHER) | {"UserId": "AIDAALICE"}]}
    (problem,) = house.read(users("alice"), twin).problems
    assert "1.json#/UserDetailList/0: AIDAALICE is the unique id of" in problem
    house.apply(users("alice"))
    with pytest.raises(FileError, match="AIDAALICE is the unique id of iam/user alice"):
        house.apply(twin)
    assert house.find(USER, "bob", OTHER) is None


def test_keys_follow_a_user_to_another_path(house):
    house.apply(users("alice"))
    house.key("alice")
    moved = f"arn:aws:iam::{OWNER}:user/new/alice"
    house.apply({"UserDetailList": [user("alice") | {"Arn": moved}]})
    (key,) = house.store.access_keys()
    assert (key.principal, key.principal_id) == (moved, "AIDAALICE")
    assert house.find(USER, "alice")["Path"] == "/new/"


def test_what_a_file_leaves_out_is_made_once(house):
    """A file written by hand needs names and ARNs only."""
    written = {"UserDetailList": [{"UserName": "a", "Arn": f"arn:aws:iam::{OWNER}:user/p/a"}]}
    house.apply(written)
    made = house.find(USER, "a")
    assert made["UserId"].startswith("AIDA")
    assert (made["Path"], made["CreateDate"]) == ("/p/", "2026-01-02T03:04:05Z")
    assert house.apply(written) == []
    assert house.find(USER, "a") == made


def test_trust_is_kept_by_unique_id_across_accounts(house):
    alice, bob = f"arn:aws:iam::{OWNER}:user/alice", f"arn:aws:iam::{OTHER}:user/bob"
    elsewhere = "arn:aws:iam::999999999999:user/elsewhere"
    ours = {**users("alice"), "RoleDetailList": [role("r", alice, bob, elsewhere, OTHER)]}
    house.apply(ours, users("bob", account=OTHER))
    assert trusted(house.find(ROLE, "r")) == ["AIDAALICE", "AIDABOB2222", elsewhere, OTHER]


def test_roles_may_trust_each_other(house):
    arns = [f"arn:aws:iam::{OWNER}:role/{name}" for name in ("a", "b")]
    house.apply({"RoleDetailList": [role("a", arns[1]), role("b", arns[0])]})
    assert trusted(house.find(ROLE, "a")) == ["AROAB"]
    assert trusted(house.find(ROLE, "b")) == ["AROAA"]


def test_what_others_need_is_not_deleted(house):
    house.apply({**users("alice"), "GroupDetailList": [group("g")]})
    house.store.put(entity(USER, OWNER, user("carol", GroupList=["g"])))
    with pytest.raises(FileError, match="no longer describe g, but iam/user carol needs it"):
        house.apply(users("alice"))
    assert house.find(GROUP, "g")


def test_policies_of_aws_as_an_account_has_them(house):
    """They may be longer than any quota, and count before the built-in ones."""
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    long = policy(identity(Action=[f"service{number}:Get*" for number in range(2000)]))
    theirs = {
        "PolicyName": "ReadOnlyAccess",
        "Arn": arn,
        "DefaultVersionId": "v2",
        "PolicyVersionList": [{"VersionId": "v2", "Document": long}],
    }
    attached = [{"PolicyName": "ReadOnlyAccess", "PolicyArn": arn}]
    house.apply({**users("alice", AttachedManagedPolicies=attached), "Policies": [theirs]})
    assert json.loads(find_policy(house.store, OWNER, arn)["PolicyVersionList"][0]["Document"]) == (
        long
    )


@pytest.mark.parametrize(
    ("details", "message"),
    [
        ({"UserDetailList": {}}, "#/UserDetailList: expected a list"),
        ({"UserDetailList": [5]}, "#/UserDetailList/0: expected an object with Arn and UserName"),
        (users("a b"), "#/UserDetailList/0/UserName: The specified value for userName is invalid"),
        (users("a", UserPolicyList=5), "/UserPolicyList: expected a list"),
        (users("a", UserPolicyList=[5]), "/UserPolicyList/0: expected an object"),
        (users("a", UserPolicyList=[{"PolicyName": "p"}]), "/0: PolicyDocument is missing"),
        (users("a", UserPolicyList=[{"PolicyName": 5, "PolicyDocument": {}}]),
         "/UserPolicyList/0/PolicyName: expected text"),
        (users("a", GroupList=[{}]), "/GroupList/0: expected text"),
        (users("a", AttachedManagedPolicies=[{}]), "/0: PolicyArn is missing"),
        (users("a", AttachedManagedPolicies="x"), "/AttachedManagedPolicies: expected a list"),
        (users("a", PermissionsBoundary=[1]), "/PermissionsBoundary: expected an object"),
        (users("a", Tags=[{"Key": "k"}]), "/Tags/0: Value is missing"),
        (users("a", Tags=[{"Key": "k", "Value": "1"}, {"Key": "K", "Value": "2"}]),
         "/Tags: Duplicate tag keys found."),
        (users("a", CreateDate="yesterday"), "/CreateDate: expected a time"),
        (users("a", Path=5), "/Path: expected text"),
        (users("a", Path="/other/"), "/Arn: expected arn:aws:iam::ACCOUNT:user/other/a"),
        (users("a", Shoes=1), "/Shoes: not a member of account authorization details"),
        ({"UserDetailList": [user("a") | {"UserId": "AROA1"}]}, "begins with AIDA"),
        ({**users("a"), "Shoes": []}, "#/Shoes: not a part"),
        ({"RoleDetailList": [role("r", f"arn:aws:iam::{OWNER}:user/gone")]},
         f"refers to arn:aws:iam::{OWNER}:user/gone, which is missing"),
        ({"RoleDetailList": [role("r") | {"AssumeRolePolicyDocument": "x"}]},
         "/AssumeRolePolicyDocument: not JSON"),
        ({"RoleDetailList": [role("r") | {"AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Shoes": 1}]}}]},
         "/AssumeRolePolicyDocument/Statement/0/Shoes: unknown element"),
        ({"Policies": [{"PolicyName": "p", "Arn": f"arn:aws:iam::{OWNER}:policy/p",
                        "PolicyVersionList": [{}]}]}, "/PolicyVersionList/0: VersionId is missing"),
    ],
)  # fmt: skip
def test_shapes_that_are_not_aws_s(house, details, message):
    problems = house.read(details).problems
    assert any(message in problem for problem in problems), problems


SHAPES = [None, 5, "x", [], {}, [5], [{}], {"a": 1}, [[]], True]


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_no_shape_ends_in_a_traceback(house, shape):
    members = [
        *("UserName", "UserId", "Arn", "Path", "CreateDate", "UserPolicyList", "GroupList"),
        *("AttachedManagedPolicies", "PermissionsBoundary", "Tags", "AssumeRolePolicyDocument"),
        *("PolicyVersionList", "DefaultVersionId", "MaxSessionDuration", "PolicyName", "RoleName"),
    ]
    managed = {"PolicyName": "p", "Arn": f"arn:aws:iam::{OWNER}:policy/p"}
    for member in members:
        house.read(
            {
                "UserDetailList": [user("a") | {member: shape}],
                "RoleDetailList": [role("r") | {member: shape}],
                "Policies": [managed | {member: shape}],
                "GroupDetailList": [group("g") | {member: shape}],
            }
        )
        house.read({"UserDetailList": [user("a", UserPolicyList=[{member: shape}])]})
        house.read({"RoleDetailList": [role("r", Tags=[{member: shape}])]})
