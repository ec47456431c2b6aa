"""Who may call which operation on what (control-plane.md sections 3.1, 3.2 and 8)."""

import json
import re

import pytest
from tests.control.iam.calls import ADMINISTRATOR, allowing, arn, document, new_user, refusal
from tests.gateway import OTHER, OWNER

from gatelodge.control.iam import SERVICE


@pytest.fixture
def client(gateway, root, name):
    """A client of a user with these policies."""

    def make(*policies):
        return gateway.client("iam", new_user(root, name, *policies))

    return make


def test_nothing_is_allowed_without_a_policy(client, name):
    told = refusal(client().list_roles)
    words = f"User: {arn('user', name)} is not authorized to perform: iam:ListRoles on resource: "
    assert told[:2] == ("AccessDenied", 403)
    assert re.fullmatch(
        re.escape(words) + r"\S+ because no identity-based policy allows the iam:ListRoles action",
        told[2],
    )


@pytest.mark.parametrize(
    ("operation", "members", "resource"),
    [
        ("get_user", {"UserName": "alice"}, "user alice"),
        ("get_user", {"UserName": "nobody"}, "user nobody"),
        ("get_role", {"RoleName": "app"}, "role app"),
        ("list_policies", {}, "policy path /"),
        ("create_user", {"UserName": "bob", "Path": "/p/"}, arn("user", "bob", "/p/")),
        ("add_user_to_group", {"UserName": "alice", "GroupName": "g"}, "group g"),
    ],
)
def test_how_denials_name_things(client, operation, members, resource):
    """Whoever is denied does not learn what is there."""
    told = refusal(getattr(client(), operation), **members)
    assert f" on resource: {resource} because no identity-based policy allows" in told[2]


def test_the_order_of_reasons(root, client, name):
    """10, 12"""
    deny = document({"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*"})
    own = client(allowing("iam:*"), deny)
    told = refusal(own.get_user, UserName="alice")
    assert told[2].endswith("with an explicit deny in an identity-based policy")
    made = root.create_policy(PolicyName=name, PolicyDocument=allowing("iam:List*"))
    arn_of = made["Policy"]["Arn"]
    root.put_user_permissions_boundary(UserName=name, PermissionsBoundary=arn_of)
    told = refusal(own.get_role, RoleName="x")
    assert told[2].endswith("because no permissions boundary allows the iam:GetRole action")


def test_a_resource_is_the_entity_with_its_path(root, client, name):
    root.create_user(UserName=name + "x", Path="/team/")
    own = client(allowing("iam:*", f"arn:aws:iam::{OWNER}:user/team/*"))
    assert own.get_user(UserName=name + "x")["User"]["Path"] == "/team/"
    own.create_user(UserName=name + "y", Path="/team/")
    assert refusal(own.create_user, UserName=name + "z")[0] == "AccessDenied"
    assert refusal(own.get_user, UserName="alice")[0] == "AccessDenied"
    # A user may not be moved to where the caller has no rights.
    assert refusal(own.update_user, UserName=name + "x", NewPath="/")[0] == "AccessDenied"
    own.update_user(UserName=name + "x", NewUserName=name + "w")


def test_which_policies_may_be_attached(root, client, name):
    condition = {"ArnNotEquals": {"iam:PolicyARN": ADMINISTRATOR}}
    own = client(allowing("iam:AttachUserPolicy", Condition=condition))
    readers = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    own.attach_user_policy(UserName="alice", PolicyArn=readers)
    told = refusal(own.attach_user_policy, UserName="alice", PolicyArn=ADMINISTRATOR)
    assert told[0] == "AccessDenied"
    root.detach_user_policy(UserName="alice", PolicyArn=readers)


def test_only_users_with_the_boundary(root, client, name):
    """How administrators delegate: whoever is made must be bounded, and stays so."""
    made = root.create_policy(PolicyName=name, PolicyDocument=allowing("s3:*"))
    bound = made["Policy"]["Arn"]
    condition = {"StringEquals": {"iam:PermissionsBoundary": bound}}
    own = client(
        allowing(
            ["iam:CreateUser", "iam:PutUserPolicy", "iam:DeleteUserPolicy"], Condition=condition
        )
    )
    assert refusal(own.create_user, UserName=name + "x")[0] == "AccessDenied"
    own.create_user(UserName=name + "x", PermissionsBoundary=bound)
    policy = {"PolicyName": "p", "PolicyDocument": allowing()}
    own.put_user_policy(UserName=name + "x", **policy)
    own.delete_user_policy(UserName=name + "x", PolicyName="p")
    assert refusal(own.put_user_policy, UserName="alice", **policy)[0] == "AccessDenied"


def test_tags_in_conditions(root, client, name):
    """Of the request and of what is there; to tag at creation is a permission of its own."""
    tagged = {"StringEquals": {"aws:RequestTag/team": "red"}}
    owned = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    own = client(
        allowing(["iam:CreateUser", "iam:TagUser"], Condition=tagged),
        allowing("iam:DeleteUser", Condition=owned),
        document(
            {"Effect": "Deny", "Action": "iam:TagUser", "Resource": "*",
             "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "secret"}}}
        ),
    )  # fmt: skip
    red = [{"Key": "Team", "Value": "red"}]
    assert refusal(own.create_user, UserName=name + "x")[0] == "AccessDenied"
    with_secret = [*red, {"Key": "secret", "Value": "x"}]
    told = refusal(own.create_user, UserName=name + "x", Tags=with_secret)
    assert "iam:TagUser" in told[2]
    own.create_user(UserName=name + "x", Tags=red)
    assert refusal(own.delete_user, UserName="alice")[0] == "AccessDenied"
    own.delete_user(UserName=name + "x")


def test_accounts_do_not_meet(gateway):
    done = gateway.cli("accounts", "create", OTHER, "--json")
    assert done.returncode == 0, done.stderr
    other = gateway.client("iam", json.loads(done.stdout))
    assert other.list_users()["Users"] == []
    assert refusal(other.get_user, UserName="alice")[0] == "NoSuchEntity"
    other.create_user(UserName="alice")
    made = other.create_policy(PolicyName="theirs", PolicyDocument=allowing())["Policy"]["Arn"]
    own = gateway.client("iam")
    assert [user["UserName"] for user in own.list_users()["Users"]].count("alice") == 1
    told = refusal(own.attach_user_policy, UserName="alice", PolicyArn=made)
    assert told[0] == "NoSuchEntity"
    assert refusal(own.get_policy, PolicyArn=made)[0] in {"AccessDenied", "NoSuchEntity"}
    assert refusal(own.delete_policy, PolicyArn=made)[0] in {"AccessDenied", "NoSuchEntity"}


ISSUE = """
    CreateUser GetUser ListUsers UpdateUser DeleteUser CreateGroup GetGroup ListGroups UpdateGroup
    DeleteGroup AddUserToGroup RemoveUserFromGroup ListGroupsForUser CreateRole GetRole ListRoles
    UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole CreatePolicy GetPolicy
    ListPolicies DeletePolicy CreatePolicyVersion GetPolicyVersion ListPolicyVersions
    SetDefaultPolicyVersion DeletePolicyVersion ListEntitiesForPolicy PutUserPermissionsBoundary
    DeleteUserPermissionsBoundary PutRolePermissionsBoundary DeleteRolePermissionsBoundary
    CreateAccessKey ListAccessKeys UpdateAccessKey DeleteAccessKey GetAccessKeyLastUsed
    CreateOpenIDConnectProvider GetOpenIDConnectProvider ListOpenIDConnectProviders
    DeleteOpenIDConnectProvider AddClientIDToOpenIDConnectProvider
    RemoveClientIDFromOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint
    GetAccountAuthorizationDetails GetAccountSummary SimulateCustomPolicy SimulatePrincipalPolicy
    GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy CreateAccountAlias
    ListAccountAliases DeleteAccountAlias
"""
FOR_EACH = {
    ("User", "Group", "Role"): ["Put{}Policy", "Get{}Policy", "Delete{}Policy", "List{}Policies",
                                "Attach{}Policy", "Detach{}Policy", "ListAttached{}Policies"],
    ("User", "Role", "Policy", "OpenIDConnectProvider"): ["Tag{}", "Untag{}", "List{}Tags"],
}  # fmt: skip


def test_no_operation_is_missing():
    names = {form.format(word) for words, forms in FOR_EACH.items() for form in forms
             for word in words}  # fmt: skip
    assert names | set(ISSUE.split()) <= set(SERVICE.operations)
