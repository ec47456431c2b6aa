"""Groups: who is in them, and what they bring (control-plane.md section 4)."""

from tests.control.iam.calls import ADMINISTRATOR, allowing, arn, new_user, refusal


def test_from_creation_to_deletion(root, name):
    made = root.create_group(GroupName=name, Path="/g/")["Group"]
    assert made.keys() == {"Path", "GroupName", "GroupId", "Arn", "CreateDate"}
    assert made["GroupId"].startswith("AGPA")
    assert root.list_groups(PathPrefix="/g/")["Groups"] == [made]
    told = root.get_group(GroupName=name)
    assert (told["Group"], told["Users"], told["IsTruncated"]) == (made, [], False)
    taken = ("EntityAlreadyExists", 409, f"Group with name {name} already exists.")
    assert refusal(root.create_group, GroupName=name) == taken
    root.delete_group(GroupName=name)
    gone = ("NoSuchEntity", 404, f"The group with name {name} cannot be found.")
    assert refusal(root.get_group, GroupName=name) == gone
    assert refusal(root.delete_group, GroupName=name) == gone


def test_users_come_and_go(root, name):
    root.create_user(UserName=name)
    root.create_group(GroupName=name)
    for _ in range(2):  # again is no error
        root.add_user_to_group(GroupName=name, UserName=name)
    assert [user["UserName"] for user in root.get_group(GroupName=name)["Users"]] == [name]
    groups = root.list_groups_for_user(UserName=name)["Groups"]
    assert [group["GroupName"] for group in groups] == [name]
    in_the_way = "Cannot delete entity, must remove users from group first."
    assert refusal(root.delete_group, GroupName=name) == ("DeleteConflict", 409, in_the_way)
    for _ in range(2):
        root.remove_user_from_group(GroupName=name, UserName=name)
    assert root.get_group(GroupName=name)["Users"] == []
    nobody = ("NoSuchEntity", 404, "The user with name nobody cannot be found.")
    for operation in (root.add_user_to_group, root.remove_user_from_group):
        assert refusal(operation, GroupName=name, UserName="nobody") == nobody
        assert refusal(operation, GroupName="nowhere", UserName=name)[2] == (
            "The group with name nowhere cannot be found."
        )


def test_a_user_is_in_ten_groups_at_most(root, name):
    root.create_user(UserName=name)
    for number in range(11):
        root.create_group(GroupName=f"{name}-{number}")
    for number in range(10):
        root.add_user_to_group(GroupName=f"{name}-{number}", UserName=name)
    refused = refusal(root.add_user_to_group, GroupName=f"{name}-10", UserName=name)
    assert refused == ("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10")


def test_a_group_keeps_its_users_under_another_name(gateway, root, name):
    key = new_user(root, name)
    root.create_group(GroupName=name)
    root.put_group_policy(
        GroupName=name, PolicyName="p", PolicyDocument=allowing("execute-api:Invoke")
    )
    root.add_user_to_group(GroupName=name, UserName=name)
    gateway.keys[(name,)] = key
    assert gateway.call("iamtests", "/signed", who=(name,)).status == 200
    root.update_group(GroupName=name, NewGroupName=name.upper(), NewPath="/x/")
    group = root.get_group(GroupName=name.upper())
    assert group["Group"]["Arn"] == arn("group", name.upper(), "/x/")
    assert [user["UserName"] for user in group["Users"]] == [name]
    assert gateway.call("iamtests", "/signed", who=(name,)).status == 200
    root.remove_user_from_group(GroupName=name.upper(), UserName=name)
    for _ in range(20):  # in every worker
        assert gateway.call("iamtests", "/signed", who=(name,)).status == 403


def test_a_group_that_holds_policies_is_not_deleted(root, name):
    root.create_group(GroupName=name)
    root.put_group_policy(GroupName=name, PolicyName="p", PolicyDocument=allowing())
    root.attach_group_policy(GroupName=name, PolicyArn=ADMINISTRATOR)
    assert "must delete policies first" in refusal(root.delete_group, GroupName=name)[2]
    root.delete_group_policy(GroupName=name, PolicyName="p")
    assert "must detach all policies first" in refusal(root.delete_group, GroupName=name)[2]
    root.detach_group_policy(GroupName=name, PolicyArn=ADMINISTRATOR)
    root.delete_group(GroupName=name)
