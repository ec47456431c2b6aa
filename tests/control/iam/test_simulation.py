"""Simulations (control-plane.md section 4.5): decisions, positions, missing keys, details."""

import json

import pytest
from tests.control.iam.calls import allowing, arn, document, refusal, trusting
from tests.gateway import OTHER, OWNER

BUCKET = "arn:aws:s3:::b/k"


def statement(effect="Allow", action="s3:GetObject", resource="*", **elements):
    return {"Effect": effect, "Action": action, "Resource": resource, **elements}


def results(told):
    return {r["EvalActionName"]: r["EvalDecision"] for r in told["EvaluationResults"]}


def only(told):
    (result,) = told["EvaluationResults"]
    return result


def sources(result):
    return [matched["SourcePolicyId"] for matched in result["MatchedStatements"]]


def test_decisions_of_policies_that_are_given(root):
    told = root.simulate_custom_policy(
        PolicyInputList=[
            document(statement(), statement(action="s3:PutObject")),
            document(statement("Deny", "s3:Put*")),
        ],
        ActionNames=["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
    )
    assert results(told) == {
        "s3:GetObject": "allowed",
        "s3:PutObject": "explicitDeny",
        "s3:ListBucket": "implicitDeny",
    }
    get, put, listing = told["EvaluationResults"]
    assert get["EvalResourceName"] == "*"
    assert "ResourceSpecificResults" not in get
    assert sources(get) == ["PolicyInputList.1"]
    # The deny is the only statement that is shown.
    assert sources(put) == ["PolicyInputList.2"]
    assert put["MatchedStatements"][0] == {
        "SourcePolicyId": "PolicyInputList.2",
        "SourcePolicyType": "IAM Policy",
        "StartPosition": {"Line": 1, "Column": 41},
        "EndPosition": {"Line": 1, "Column": 97},
    }
    assert listing["MatchedStatements"] == []
    assert listing["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}


def test_results_of_each_resource(root):
    told = root.simulate_custom_policy(
        PolicyInputList=[allowing("s3:GetObject", BUCKET)],
        ActionNames=["s3:GetObject"],
        ResourceArns=[BUCKET],
    )
    result = only(told)
    assert (result["EvalResourceName"], result["EvalDecision"]) == (BUCKET, "allowed")
    (specific,) = result["ResourceSpecificResults"]
    assert specific["EvalResourceDecision"] == "allowed"
    assert specific["MatchedStatements"] == result["MatchedStatements"]
    told = root.simulate_custom_policy(
        PolicyInputList=[allowing("s3:GetObject", BUCKET)],
        ActionNames=["s3:GetObject"],
        ResourceArns=[BUCKET, BUCKET + "2"],
    )
    result = only(told)
    assert result["EvalDecision"] == "implicitDeny"
    decisions = {
        r["EvalResourceName"]: r["EvalResourceDecision"] for r in result["ResourceSpecificResults"]
    }
    assert decisions == {BUCKET: "allowed", BUCKET + "2": "implicitDeny"}


def test_keys_that_are_missing_and_keys_that_are_given(root):
    text = allowing(
        "s3:*",
        "arn:aws:s3:::b/${aws:username}/*",
        Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    )
    keys = root.get_context_keys_for_custom_policy(PolicyInputList=[text])["ContextKeyNames"]
    assert keys == ["aws:SourceIp", "aws:username"]
    call = {
        "PolicyInputList": [text],
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": ["arn:aws:s3:::b/bob/x"],
    }
    (specific,) = only(root.simulate_custom_policy(**call))["ResourceSpecificResults"]
    assert specific["MissingContextValues"] == ["aws:SourceIp", "aws:username"]
    assert specific["EvalResourceDecision"] == "implicitDeny"
    entries = [
        {
            "ContextKeyName": "aws:sourceip",
            "ContextKeyValues": ["10.1.2.3"],
            "ContextKeyType": "ip",
        },
        {"ContextKeyName": "aws:username", "ContextKeyValues": ["bob"], "ContextKeyType": "string"},
    ]
    (specific,) = only(root.simulate_custom_policy(**call, ContextEntries=entries))[
        "ResourceSpecificResults"
    ]
    assert (specific["EvalResourceDecision"], specific["MissingContextValues"]) == ("allowed", [])


def test_several_values_of_a_key(root):
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}
    for values, expected in ((["a"], "allowed"), (["a", "c"], "implicitDeny")):
        told = root.simulate_custom_policy(
            PolicyInputList=[allowing("s3:*", Condition=condition)],
            ActionNames=["s3:PutObject"],
            ContextEntries=[
                {
                    "ContextKeyName": "aws:TagKeys",
                    "ContextKeyValues": values,
                    "ContextKeyType": "stringList",
                }
            ],
        )
        assert only(told)["EvalDecision"] == expected


def test_boundaries_and_service_control_policies(root):
    told = root.simulate_custom_policy(
        PolicyInputList=[allowing()],
        PermissionsBoundaryPolicyInputList=[allowing("s3:*")],
        OrderedOrganizationPolicyInputList=[
            {"ServiceControlPolicyInputList": [allowing()]},
            {"ServiceControlPolicyInputList": [allowing("iam:*"), allowing("s3:Get*")]},
        ],
        ActionNames=["s3:GetObject", "s3:PutObject", "iam:GetUser"],
    )
    assert results(told) == {
        "s3:GetObject": "allowed",
        "s3:PutObject": "implicitDeny",
        "iam:GetUser": "implicitDeny",
    }
    details = [
        (
            r["OrganizationsDecisionDetail"]["AllowedByOrganizations"],
            r["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"],
        )
        for r in told["EvaluationResults"]
    ]
    assert details == [(True, True), (False, True), (True, False)]


def test_a_resource_policy(root):
    caller = arn("user", "alice")
    policy = document({**statement(resource=f"{BUCKET}*"), "Principal": {"AWS": [caller, OTHER]}})
    call = {
        "PolicyInputList": [allowing("sqs:*")],
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": [BUCKET],
        "ResourcePolicy": policy,
    }
    words = "CallerArn is required with ResourcePolicy."
    assert refusal(root.simulate_custom_policy, **call) == ("InvalidInput", 400, words)
    result = only(root.simulate_custom_policy(**call, CallerArn=caller))
    assert result["EvalDecision"] == "allowed"
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "Resource Policy"
    # Another account needs both sides.
    other = f"arn:aws:iam::{OTHER}:user/x"
    owner = f"arn:aws:iam::{OWNER}:root"
    result = only(root.simulate_custom_policy(**call, CallerArn=other, ResourceOwner=owner))
    assert result["EvalDecision"] == "implicitDeny"
    assert result["EvalDecisionDetails"] == {
        "IAM Policy": "implicitDeny",
        "Resource Policy": "allowed",
    }
    call["PolicyInputList"] = [allowing("s3:*")]
    result = only(root.simulate_custom_policy(**call, CallerArn=other, ResourceOwner=owner))
    assert result["EvalDecision"] == "allowed"
    role = refusal(root.simulate_custom_policy, **call, CallerArn=arn("role", "r"))
    assert role[:2] == ("InvalidInput", 400)


def test_the_policies_of_a_user(root, name):
    managed = root.create_policy(PolicyName=name, PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]
    root.create_group(GroupName=name)
    root.put_group_policy(GroupName=name, PolicyName="g", PolicyDocument=allowing("sqs:*"))
    root.create_user(UserName=name)
    root.add_user_to_group(GroupName=name, UserName=name)
    root.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allowing("sns:*"))
    root.attach_user_policy(UserName=name, PolicyArn=managed)

    def simulate(**members):
        return root.simulate_principal_policy(
            PolicySourceArn=arn("user", name),
            ActionNames=["s3:GetObject", "sqs:SendMessage", "sns:Publish", "iam:GetUser"],
            **members,
        )

    told = {r["EvalActionName"]: sources(r) for r in simulate()["EvaluationResults"]}
    assert told == {
        "s3:GetObject": [name],
        "sqs:SendMessage": [f"group_{name}_g"],
        "sns:Publish": [f"user_{name}_p"],
        "iam:GetUser": [],
    }
    more = simulate(PolicyInputList=[allowing("iam:*")])
    assert results(more)["iam:GetUser"] == "allowed"
    root.put_user_permissions_boundary(UserName=name, PermissionsBoundary=managed)
    assert results(simulate()) == {
        "s3:GetObject": "allowed",
        "sqs:SendMessage": "implicitDeny",
        "sns:Publish": "implicitDeny",
        "iam:GetUser": "implicitDeny",
    }
    other = simulate(PermissionsBoundaryPolicyInputList=[allowing("sqs:*")])
    assert results(other)["sqs:SendMessage"] == "allowed"
    assert results(other)["s3:GetObject"] == "implicitDeny"
    excluded = simulate(
        PolicyExclusionList=[
            {"PolicyType": "permission-boundary"},
            {"PolicyArn": managed[:-1] + "?"},
            {
                "InlinePolicyIdentifier": {
                    "PolicyName": "g",
                    "AttachmentType": "group",
                    "AttachmentName": name,
                }
            },
        ]
    )
    assert [a for a, d in results(excluded).items() if d == "allowed"] == ["sns:Publish"]


def test_the_policies_of_a_role_and_of_a_group(root, name):
    root.create_role(RoleName=name, AssumeRolePolicyDocument=trusting())
    condition = {"StringEquals": {"aws:PrincipalTag/Team": "x"}}
    text = allowing("s3:*", Condition=condition)
    root.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=text)
    told = root.simulate_principal_policy(
        PolicySourceArn=arn("role", name), ActionNames=["s3:GetObject"]
    )
    assert only(told)["MissingContextValues"] == ["aws:PrincipalTag/Team"]
    keys = root.get_context_keys_for_principal_policy(PolicySourceArn=arn("role", name))
    assert keys["ContextKeyNames"] == ["aws:PrincipalTag/Team"]
    root.create_group(GroupName=name)
    root.put_group_policy(GroupName=name, PolicyName="p", PolicyDocument=allowing("s3:*"))
    told = root.simulate_principal_policy(
        PolicySourceArn=arn("group", name), ActionNames=["s3:GetObject"]
    )
    assert only(told)["EvalDecision"] == "allowed"


def test_positions_are_those_of_the_stored_text(root, name):
    text = json.dumps(json.loads(document(statement("Deny", "s3:*"), statement())), indent=4)
    root.create_user(UserName=name)
    root.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text)
    told = root.simulate_principal_policy(
        PolicySourceArn=arn("user", name), ActionNames=["s3:GetObject"]
    )
    (matched,) = only(told)["MatchedStatements"]
    lines = text.splitlines()
    start, end = matched["StartPosition"], matched["EndPosition"]
    assert lines[start["Line"] - 1][: start["Column"] - 1].endswith('"Statement": [')
    assert lines[end["Line"] - 1][: end["Column"] - 1].endswith("}")
    assert end["Line"] == 8


def test_pages(root):
    actions = [f"s3:Get{number}" for number in range(5)]
    call = {"PolicyInputList": [allowing("s3:*")], "ActionNames": actions}
    first = root.simulate_custom_policy(**call, MaxItems=2)
    rest = root.simulate_custom_policy(**call, Marker=first["Marker"])
    assert [*results(first), *results(rest)] == actions
    # Many resources make pages shorter.
    many = [f"arn:aws:s3:::b{number}" for number in range(1000)]
    call["ActionNames"] = [f"s3:Get{number}" for number in range(12)]
    first = root.simulate_custom_policy(**call, ResourceArns=many)
    assert len(first["EvaluationResults"]) == 10
    assert first["IsTruncated"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"PolicySourceArn": f"arn:aws:iam::{OWNER}:user/nobody"}, "NoSuchEntity"),
        ({"PolicySourceArn": f"arn:aws:iam::{OWNER}:policy/nothing"}, "InvalidInput"),
        ({"PolicyInputList": ["{"]}, "InvalidInput"),
        ({"PermissionsBoundaryPolicyInputList": [allowing(), allowing()]}, "InvalidInput"),
        ({"PolicyExclusionList": [{"PolicyArn": "arn:aws:iam::aws:policy/A*B*"}]}, "InvalidInput"),
        ({"ResourceArns": [f"arn:aws:s3:::b{number}" for number in range(1001)]}, "InvalidInput"),
        ({"ContextEntries": [{"ContextKeyValues": ["x"]}]}, "InvalidInput"),
        ({"CallerArn": f"arn:aws:iam::{OWNER}:root"}, "InvalidInput"),
    ],
)
def test_what_is_not_simulated(root, members, code):
    call = {"PolicySourceArn": arn("user", "alice"), "ActionNames": ["s3:GetObject"], **members}
    assert refusal(root.simulate_principal_policy, **call)[0] == code
