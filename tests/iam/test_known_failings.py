"""What other tools are known to get wrong, each under its name."""

import pytest

from gatelodge.iam.case import answer

A = "111111111111"
R = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/bob/pets"
BOB = f"arn:aws:iam::{A}:user/bob"
ALLOW = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}


def decide(*statements, version="2012-10-17", who=BOB, **context):
    document = {"Version": version, "Statement": [{**ALLOW, **one} for one in statements]}
    return answer({"principal": who, "action": "execute-api:Invoke", "resource": R,
                   "identityPolicies": [document], "context": context})["decision"]  # fmt: skip


def test_a_deny_with_binary_equals_applies():
    deny = {"Effect": "Deny", "Condition": {"BinaryEquals": {"k": "QmluYXJ5"}}}
    assert decide({}, deny, k="QmluYXJ5") == "explicitDeny"
    assert decide({}, deny, k="b3RoZXI=") == "allowed"


@pytest.mark.parametrize(
    ("address", "decision"),
    [("10.1.1.1", "allowed"), ("192.0.2.9", "allowed"), ("203.0.113.1", "explicitDeny"),
     ("2001:db8::1", "explicitDeny")],
)  # fmt: skip
def test_several_not_ip_address_ranges_are_nor(address, decision):
    ranges = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}
    deny = {"Effect": "Deny", "Condition": ranges}
    assert decide({}, deny, **{"aws:SourceIp": address}) == decision


@pytest.mark.parametrize(
    ("operator", "value"),
    [("StringNotEquals", "a"), ("StringNotEqualsIgnoreCase", "a"), ("StringNotLike", "a*"),
     ("NumericNotEquals", "1"), ("DateNotEquals", "2026"), ("NotIpAddress", "10.0.0.0/8"),
     ("ArnNotEquals", "arn:a:b:c:d:e"), ("ArnNotLike", "arn:a:b:c:d:*")],
)  # fmt: skip
def test_an_absent_key_satisfies_a_negated_operator(operator, value):
    condition = {"Condition": {operator: {"k": value}}}
    assert decide(condition) == "allowed"
    assert decide({}, {"Effect": "Deny", **condition}) == "explicitDeny"


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike"])
def test_arns_are_case_sensitive(operator):
    assert decide({"Resource": R.replace("pets", "Pets")}) == "implicitDeny"
    condition = {"Condition": {operator: {"k": "arn:aws:iam::1:role/Dev"}}}
    assert decide(condition, k="arn:aws:iam::1:role/Dev") == "allowed"
    assert decide(condition, k="arn:aws:iam::1:role/dev") == "implicitDeny"


def test_a_star_in_arn_like_does_not_cross_colons():
    pattern = "arn:aws:s:*:111122223333:finance/*"
    crossing = "arn:aws:s:us-east-2:999999999999:store/abc:111122223333:finance/doc"
    assert decide({"Condition": {"ArnLike": {"k": pattern}}}, k=crossing) == "implicitDeny"
    assert decide({"Condition": {"StringLike": {"k": pattern}}}, k=crossing) == "allowed"


def test_deny_all_before_allow_all_denies():
    assert decide({"Effect": "Deny", "Action": "*"}, {"Action": "*"}) == "explicitDeny"
    assert decide({"Action": "*"}, {"Effect": "Deny", "Action": "*"}) == "explicitDeny"


def test_aws_username_is_substituted():
    own = {"Resource": f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/${{aws:username}}/*"}
    assert decide(own) == "allowed"
    assert decide(own, who=BOB.replace("bob", "eve")) == "implicitDeny"
    assert decide(own, version="2008-10-17") == "implicitDeny"
    assert decide({"Condition": {"StringEquals": {"k": "${aws:username}"}}}, k="bob") == "allowed"


def test_for_all_values_holds_for_an_absent_key():
    condition = {"Condition": {"ForAllValues:StringEquals": {"k": "a"}}}
    assert decide(condition) == "allowed"
    assert decide(condition, k=["a", "b"]) == "implicitDeny"


def test_a_wildcard_in_a_value_is_not_a_wildcard():
    own = {"Resource": f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/${{k}}/pets"}
    assert decide(own, k="*") == "implicitDeny"
