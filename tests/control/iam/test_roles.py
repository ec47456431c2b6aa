"""Roles and their trust policies (control-plane.md sections 4 and 8)."""

import json

import pytest
from tests.control.iam.calls import ADMINISTRATOR, EC2, allowing, arn, document, refusal, trusting
from tests.gateway import OTHER, OWNER


def trust_of(root, name):
    return root.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]


def test_from_creation_to_deletion(root, name):
    made = root.create_role(
        RoleName=name, Path="/app/", AssumeRolePolicyDocument=trusting(), Description="what for"
    )["Role"]
    members = {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "Description"}
    assert made.keys() == members | {"AssumeRolePolicyDocument"}
    assert made["Arn"] == arn("role", name, "/app/")
    assert made["AssumeRolePolicyDocument"] == json.loads(trusting())
    told = root.get_role(RoleName=name)["Role"]
    assert told == made | {"MaxSessionDuration": 3600, "RoleLastUsed": {}}
    assert root.list_roles(PathPrefix="/app/")["Roles"] == [made | {"MaxSessionDuration": 3600}]
    taken = ("EntityAlreadyExists", 409, f"Role with name {name} already exists.")
    again = {"RoleName": name, "AssumeRolePolicyDocument": trusting()}
    assert refusal(root.create_role, **again) == taken
    root.delete_role(RoleName=name)
    gone = ("NoSuchEntity", 404, f"The role with name {name} cannot be found.")
    for operation in (root.get_role, root.update_role, root.delete_role):
        assert refusal(operation, RoleName=name) == gone


def test_what_is_not_given_stays(root, name):
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(), Description="first")
    root.update_role(RoleName=name, Description="second", MaxSessionDuration=7200)
    root.update_role(RoleName=name)
    told = root.get_role(RoleName=name)["Role"]
    assert (told["Description"], told["MaxSessionDuration"]) == ("second", 7200)
    told = root.update_role_description(RoleName=name, Description="third")["Role"]
    assert told["Description"] == "third"
    refused = refusal(root.update_role, RoleName=name, MaxSessionDuration=50_000)
    assert "'maxSessionDuration'" in refused[2]


def test_a_role_that_holds_policies_is_not_deleted(root, name):
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting())
    root.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=allowing())
    root.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR)
    assert "must delete policies first" in refusal(root.delete_role, RoleName=name)[2]
    root.delete_role_policy(RoleName=name, PolicyName="p")
    assert "must detach all policies first" in refusal(root.delete_role, RoleName=name)[2]
    root.detach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR)
    root.delete_role(RoleName=name)
    assert root.list_roles(PathPrefix=f"/{name}/")["Roles"] == []


def test_who_is_made_anew_under_an_old_name_is_not_trusted(root, name):
    """Stored by unique id, shown as ARN; after the deletion the id is shown."""
    made = root.create_user(UserName=name)["User"]
    own = {"AWS": made["Arn"]}
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(own))
    assert trust_of(root, name)["Statement"][0]["Principal"] == own
    root.update_user(UserName=name, NewPath="/moved/")
    assert trust_of(root, name)["Statement"][0]["Principal"] == {
        "AWS": arn("user", name, "/moved/")
    }
    root.delete_user(UserName=name)
    root.create_user(UserName=name, Path="/moved/")
    assert trust_of(root, name)["Statement"][0]["Principal"] == {"AWS": made["UserId"]}


def test_principals_in_every_form(root, name):
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting())
    principal = {
        "AWS": [
            OWNER,
            f"arn:aws:iam::{OTHER}:root",
            arn("user", "alice"),
            arn("role", name),
            "arn:aws:iam::999999999999:user/elsewhere",
            f"arn:aws:sts::{OWNER}:assumed-role/{name}/session",
        ],
        "Service": ["lambda.amazonaws.com", "apigateway.amazonaws.com"],
        "Federated": "cognito-identity.amazonaws.com",
    }
    root.update_assume_role_policy(RoleName=name, PolicyDocument=trusting(principal))
    assert trust_of(root, name) == json.loads(trusting(principal))


def statement(**elements):
    made = {"Effect": "Allow", "Principal": EC2, "Action": "sts:AssumeRole", **elements}
    return {key: value for key, value in made.items() if value is not None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "This policy contains invalid Json"),  # 15
        ("[]", "This policy contains invalid Json"),
        (document(statement(Resource="*")), "Has prohibited field Resource"),  # 16
        (document(), "Could not parse the policy: Statement is empty!"),
        (document({}), "Could not parse the policy: Statement is empty!"),
        (document(statement(Effect="allow")), "Invalid effect: allow"),
        (document(statement(Effect=None)), "Missing required field Effect"),
        (document(statement(Principal=None)), "Missing required field Principal"),
        (document(statement(Action=None)), "Missing required field Action"),
        (document(statement(Unknown=1)), "Syntax error in policy."),
        (json.dumps({"Statement": [statement()]}),
         "The policy must contain a valid version string"),
        (json.dumps({"Version": "2020-01-01", "Statement": [statement()]}),
         "The policy must contain a valid version string"),
        (document(statement(Sid="a"), statement(Sid="a")),
         "The Statement Ids in the policy are not unique"),
        (document(statement(Principal={"AWS": arn("user", "gone")})),
         f'Invalid principal in policy: "AWS":"{arn("user", "gone")}"'),
        (document(statement(Principal={"AWS": arn("user", "*")})),
         f'Invalid principal in policy: "AWS":"{arn("user", "*")}"'),
        (document(statement(Principal={"Service": "x"})),
         'Invalid principal in policy: "SERVICE":"x"'),
        (document(statement(Principal=None, NotPrincipal=EC2)),
         "Allow with NotPrincipal is not allowed."),
        (document(statement(Action="s3:GetObject")),
         "AssumeRole policy may only specify STS AssumeRole actions."),
    ],
)  # fmt: skip
def test_what_no_trust_policy_says(root, name, text, message):
    refused = refusal(root.create_role, RoleName=name, AssumeRolePolicyDocument=text)
    assert refused == ("MalformedPolicyDocument", 400, message)
    assert refusal(root.get_role, RoleName=name)[0] == "NoSuchEntity"


def test_a_trust_policy_has_2048_characters_at_most(root, name):
    condition = {"StringEquals": {"sts:ExternalId": "x" * 2000}}
    text = trusting(Condition=condition)
    refused = refusal(root.create_role, RoleName=name, AssumeRolePolicyDocument=text)
    assert refused == ("LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048")
