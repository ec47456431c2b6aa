"""Users, as recorded from AWS (control-plane.md sections 4 and 8)."""

import pytest
from tests.control.iam.calls import ADMINISTRATOR, allowing, arn, new_user, refusal
from tests.gateway import OWNER


def test_from_creation_to_deletion(root, name):
    made = root.create_user(UserName=name, Path="/a/b/")["User"]
    assert made.keys() == {"Path", "UserName", "UserId", "Arn", "CreateDate"}
    assert made["UserId"].startswith("AIDA")
    assert len(made["UserId"]) == 21
    assert made["Arn"] == arn("user", name, "/a/b/")
    assert root.get_user(UserName=name)["User"] == made
    assert root.list_users(PathPrefix="/a/")["Users"] == [made]
    root.delete_user(UserName=name)
    assert root.list_users(PathPrefix="/a/")["Users"] == []
    gone = ("NoSuchEntity", 404, f"The user with name {name} cannot be found.")
    for operation in (root.get_user, root.delete_user, root.update_user):
        assert refusal(operation, UserName=name) == gone  # 14


def test_a_name_is_one_ignoring_case_but_found_as_it_is_written(root, name):
    root.create_user(UserName=name)
    taken = f"User with name {name.upper()} already exists."
    assert refusal(root.create_user, UserName=name.upper()) == ("EntityAlreadyExists", 409, taken)
    assert refusal(root.get_user, UserName=name.upper())[0] == "NoSuchEntity"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"UserName": "a b"}, "The specified value for userName is invalid. It must contain only "
         "alphanumeric characters and/or the following: +=,.@_-"),
        ({"UserName": "a" * 65}, "Member must have length less than or equal to 64"),
        ({"UserName": "a", "Path": "no"}, "'path'"),
        ({"UserName": "a", "PermissionsBoundary": "arn:aws:iam::1:policy/x"}, "Scope ARN"),
    ],
)  # fmt: skip
def test_what_no_user_is_called(root, members, message):
    assert message in refusal(root.create_user, **members)[2]


def test_another_name_and_path_but_the_same_user(gateway, root, name):
    """Keys and sessions hold on to the unique id."""
    key = new_user(root, name, allowing("execute-api:Invoke"))
    before = root.get_user(UserName=name)["User"]
    other = name + "-renamed"
    root.update_user(UserName=name, NewUserName=other, NewPath="/new/")
    after = root.get_user(UserName=other)["User"]
    assert after == before | {
        "UserName": other,
        "Path": "/new/",
        "Arn": arn("user", other, "/new/"),
    }
    assert refusal(root.get_user, UserName=name)[0] == "NoSuchEntity"
    gateway.keys[(other,)] = key
    assert gateway.call("iamtests", "/signed", who=(other,)).status == 200
    assert gateway.client("sts", key).get_caller_identity()["Arn"] == after["Arn"]
    # The old name is free for somebody who has none of this.
    root.create_user(UserName=name)
    assert root.list_access_keys(UserName=name)["AccessKeyMetadata"] == []


def test_a_name_that_is_taken_is_not_given_again(root, name):
    root.create_user(UserName=name)
    root.create_user(UserName=name + "x")
    refused = refusal(root.update_user, UserName=name, NewUserName=name.upper() + "X")
    assert refused == (
        "EntityAlreadyExists",
        409,
        f"User with name {name.upper()}X already exists.",
    )
    assert root.get_user(UserName=name)["User"]["UserName"] == name
    root.update_user(UserName=name, NewUserName=name.upper())
    assert root.get_user(UserName=name.upper())["User"]["UserName"] == name.upper()


def test_what_stands_in_the_way_of_a_deletion(root, name):
    new_user(root, name, allowing())
    root.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
    root.create_group(GroupName=name)
    root.add_user_to_group(GroupName=name, UserName=name)
    steps = [
        ("must delete policies first",
         lambda: root.delete_user_policy(UserName=name, PolicyName="p0")),
        ("must detach all policies first",
         lambda: root.detach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)),
        ("must delete access keys first",
         lambda: [root.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
                  for key in root.list_access_keys(UserName=name)["AccessKeyMetadata"]]),
        ("must remove users from group first",
         lambda: root.remove_user_from_group(GroupName=name, UserName=name)),
    ]  # fmt: skip
    for words, step in steps:
        told = ("DeleteConflict", 409, f"Cannot delete entity, {words}.")
        assert refusal(root.delete_user, UserName=name) == told
        step()
    root.delete_user(UserName=name)


def test_who_is_meant_without_a_name(gateway, root, name):
    assert root.get_user()["User"]["Arn"] == f"arn:aws:iam::{OWNER}:root"
    key = new_user(root, name, allowing("iam:GetUser"))
    assert gateway.client("iam", key).get_user()["User"]["UserName"] == name


def test_long_lists_come_in_pages(root, name):
    """Users made and deleted between two pages neither hide others nor show them twice."""
    users = [f"{name}-{number}" for number in range(5)]
    for user in users:
        root.create_user(UserName=user, Path=f"/{name}/")
    first = root.list_users(PathPrefix=f"/{name}/", MaxItems=2)
    assert [user["UserName"] for user in first["Users"]] == users[:2]
    assert first["IsTruncated"]
    root.delete_user(UserName=users[1])
    rest = root.list_users(PathPrefix=f"/{name}/", Marker=first["Marker"])
    assert [user["UserName"] for user in rest["Users"]] == users[2:]
    assert not rest["IsTruncated"]
    assert "Marker" not in rest
    pages = root.get_paginator("list_users").paginate(
        PathPrefix=f"/{name}/", PaginationConfig={"PageSize": 1}
    )
    assert sum(len(page["Users"]) for page in pages) == 4
    assert refusal(root.list_users, Marker="%%%") == ("ValidationError", 400, "Invalid Marker.")
    assert "'maxItems'" in refusal(root.list_users, MaxItems=1001)[2]


def test_tags(root, name):
    tags = [{"Key": "Environment", "Value": "Test"}, {"Key": "Team", "Value": ""}]
    assert root.create_user(UserName=name, Tags=tags)["User"]["Tags"] == tags
    assert root.list_user_tags(UserName=name)["Tags"] == tags
    root.tag_user(UserName=name, Tags=[{"Key": "TEAM", "Value": "red"}, {"Key": "x", "Value": "y"}])
    told = root.list_user_tags(UserName=name)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in told} == {
        "Environment": "Test", "TEAM": "red", "x": "y"
    }  # fmt: skip
    root.untag_user(UserName=name, TagKeys=["environment", "absent"])
    assert [tag["Key"] for tag in root.get_user(UserName=name)["User"]["Tags"]] == ["TEAM", "x"]
    page = root.list_user_tags(UserName=name, MaxItems=1)
    assert page["IsTruncated"]
    assert len(root.list_user_tags(UserName=name, Marker=page["Marker"])["Tags"]) == 1


def test_tags_that_are_refused(root, name):
    root.create_user(UserName=name)
    twice = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    words = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    for operation, members in (
        (root.create_user, {"UserName": name + "2"}),
        (root.tag_user, {"UserName": name}),
    ):
        assert refusal(operation, **members, Tags=twice) == ("InvalidInput", 400, words)  # 27
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    root.tag_user(UserName=name, Tags=many)
    refused = refusal(root.tag_user, UserName=name, Tags=[{"Key": "one-more", "Value": ""}])
    assert refused == ("LimitExceeded", 409, "The number of tags has reached the maximum limit.")
    assert len(root.list_user_tags(UserName=name)["Tags"]) == 50
