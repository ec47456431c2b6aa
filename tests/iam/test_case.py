"""Single cases as JSON."""

from types import MappingProxyType
from uuid import uuid4

import pytest

from gatelodge.iam import PolicyKind, PolicySet
from gatelodge.iam.case import MEMBERS, answer, read_case

A = "111111111111"
R = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{A}:user/bob"
CASE = {"principal": BOB, "action": "execute-api:Invoke", "resource": R}
ALLOW = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
DENY = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
OPEN = {"Statement": {**ALLOW["Statement"], "Principal": "*"}}
CLOSED = {"Statement": {**DENY["Statement"], "Principal": "*"}}


def decide(**members):
    return answer({**CASE, **members}).get("decision")


def test_an_answer_has_the_id_and_a_reason():
    found = answer({"id": 7, **CASE, "identityPolicies": [ALLOW]})
    assert found == {
        "id": 7,
        "decision": "allowed",
        "because": [f"identity policy statement 1 allows: action execute-api:Invoke matches * and "
                    f"resource {R} matches *"],
    }  # fmt: skip
    assert list(answer(CASE)) == ["decision", "because"]
    assert answer({"id": None, **CASE})["id"] is None


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, "implicitDeny"),
        ({"identityPolicies": [ALLOW]}, "allowed"),
        ({"identityPolicies": [ALLOW, DENY]}, "explicitDeny"),
        ({"resourcePolicy": OPEN}, "allowed"),
        ({"resourcePolicy": None}, "implicitDeny"),
        ({"resourcePolicy": CLOSED, "identityPolicies": [ALLOW]}, "explicitDeny"),
        ({"identityPolicies": [ALLOW], "permissionsBoundary": DENY}, "explicitDeny"),
        ({"identityPolicies": [ALLOW], "permissionsBoundary": ALLOW}, "allowed"),
        ({"identityPolicies": [ALLOW], "sessionPolicies": []}, "implicitDeny"),
        ({"identityPolicies": [ALLOW], "sessionPolicies": None}, "allowed"),
        ({"identityPolicies": [ALLOW], "sessionPolicies": [DENY]}, "explicitDeny"),
        ({"identityPolicies": [ALLOW], "serviceControlPolicies": [[]]}, "implicitDeny"),
        ({"identityPolicies": [ALLOW], "serviceControlPolicies": []}, "allowed"),
        ({"identityPolicies": [ALLOW], "serviceControlPolicies": [[ALLOW], [ALLOW]]}, "allowed"),
        ({"identityPolicies": [ALLOW], "resourceControlPolicies": [[CLOSED]]}, "explicitDeny"),
        ({"identityPolicies": [ALLOW], "resourceAccount": "222222222222"}, "implicitDeny"),
        ({"principal": f"arn:aws:sts::{A}:federated-user/f", "identityPolicies": [ALLOW]},
         "implicitDeny"),
        ({"principal": f"arn:aws:sts::{A}:federated-user/f", "identityPolicies": [ALLOW],
          "sessionPolicies": [ALLOW]}, "allowed"),
    ],
)  # fmt: skip
def test_decisions(members, expected):
    assert decide(**members) == expected


def test_a_boundary_makes_a_principal_that_not_principal_never_spares():
    fence = {"Statement": [OPEN["Statement"],
                           {**DENY["Statement"], "NotPrincipal": {"AWS": BOB}}]}  # fmt: skip
    assert decide(resourcePolicy=fence) == "allowed"
    assert decide(resourcePolicy=fence, permissionsBoundary=ALLOW) == "explicitDeny"


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"surprise": 1, "more": 2}, "unknown member 'more'"),
        ({"principal": None}, "principal is missing or not a string"),
        ({"principal": ""}, "principal is missing or not a string"),
        ({"action": 5}, "action is missing or not a string"),
        ({"resource": []}, "resource is missing or not a string"),
        ({"principal": "bob"}, "'bob' is no principal"),
        ({"principalTags": []}, "principalTags is an object of strings"),
        ({"principalTags": {"a": 1}}, "principalTags is an object of strings"),
        ({"context": []}, "context is an object"),
        ({"context": {"k": None}}, "context k: values are"),
        ({"resourceAccount": 5}, "resourceAccount is a string"),
        ({"identityPolicies": ALLOW}, "identityPolicies is a list of policy documents"),
        ({"sessionPolicies": ALLOW}, "sessionPolicies is a list of policy documents"),
        ({"serviceControlPolicies": ALLOW}, "serviceControlPolicies is a list of levels"),
        (
            {"serviceControlPolicies": [ALLOW]},
            "serviceControlPolicies is a list of policy documents",
        ),
        ({"resourceControlPolicies": [[ALLOW]]}, "/Statement: a statement of a resource control"),
        ({"identityPolicies": [5]}, "/: a policy is a JSON object"),
        ({"identityPolicies": [{**ALLOW, "Version": "1"}]}, "/Version: unsupported version"),
    ],
)
def test_errors(members, error):
    found = answer({"id": "x", **CASE, **members})
    assert found["id"] == "x"
    assert found["error"].startswith(error)
    assert "decision" not in found


@pytest.mark.parametrize("missing", ["principal", "action", "resource"])
def test_three_members_are_needed(missing):
    case = {member: value for member, value in CASE.items() if member != missing}
    assert answer(case)["error"].startswith(f"{missing} is missing or not a string")


def test_documents_have_names_where_there_are_several():
    _, policies = read_case({
        **CASE, "identityPolicies": [ALLOW, ALLOW], "sessionPolicies": [ALLOW],
        "serviceControlPolicies": [[ALLOW], [ALLOW, ALLOW]],
        "resourceControlPolicies": [[CLOSED, CLOSED]],
    })  # fmt: skip

    def names(policy_set):
        return [policy.name for policy in policy_set.policies]

    assert names(policies.identity) == ["1", "2"]
    assert names(policies.session) == [""]
    assert [names(level) for level in policies.service_control] == [
        ["level 1"], ["level 2.1", "level 2.2"]]  # fmt: skip
    assert [names(level) for level in policies.resource_control] == [["1", "2"]]


def test_documents_that_are_no_plain_json_objects_are_read_all_the_same():
    assert decide(identityPolicies=[MappingProxyType(ALLOW)]) == "allowed"
    assert decide(resourcePolicy=MappingProxyType(OPEN)) == "allowed"
    statement = {**ALLOW["Statement"], "Resource": {"a set"}}
    assert (
        "expected a string"
        in answer({**CASE, "identityPolicies": [{"Statement": statement}]})["error"]
    )


def test_every_documented_member_is_known():
    assert len(MEMBERS) == 13
    assert set(CASE) < MEMBERS


def test_documents_met_again_are_compiled_once():
    document = {"Statement": {**ALLOW["Statement"], "Sid": uuid4().hex}}
    sets = [read_case({**CASE, "identityPolicies": [document]})[1].identity for _ in range(3)]
    assert all(isinstance(one, PolicySet) for one in sets)
    assert sets[1] is sets[2]
    assert sets[0] is not sets[1]
    other = read_case({**CASE, "sessionPolicies": [document]})[1].session
    assert other.policies[0].kind is PolicyKind.SESSION
