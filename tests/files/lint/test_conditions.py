"""Conditions."""

import pytest
from tests.files.lint.looked import A, look, messages

from gatelodge.iam import PolicyKind

ROLE = f"arn:aws:iam::{A}:role/dev"
SESSION = f"arn:aws:sts::{A}:assumed-role/dev/s"


@pytest.mark.parametrize(
    ("effect", "condition", "message"),
    [
        ("Deny", {"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}},
         "123.4.5.6/24 has host bits set"),
        ("Allow", {"IpAddress": {"aws:SourceIp": "2001:db8::1/32"}}, "has host bits set"),
        ("Allow", {"StringEquals": {"aws:UserAgent": "curl*"}},
         "curl*: StringEquals takes * literally"),
        ("Allow", {"StringNotEqualsIgnoreCase": {"aws:Referer": "*x"}}, "takes * literally"),
        ("Allow", {"StringEquals": {"aws:PrincipalArn": SESSION}}, "is the ARN of its role"),
        ("Allow", {"ArnLike": {"aws:PrincipalArn": SESSION}}, "is the ARN of its role"),
        ("Allow", {"StringEquals": {"aws:SourceVpce": "v"}}, "present for private APIs only"),
        ("Allow", {"StringEquals": {"aws:SourceVpc": "v"}}, "present for private APIs only"),
        ("Allow", {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}},
         "present for private APIs only"),
        ("Allow", {"StringEquals": {"aws:RequestedRegion": "x"}}, "API Gateway does not supply"),
        ("Allow", {"StringEquals": {"execute-api:Foo": "x"}}, "API Gateway does not supply"),
        ("Deny", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, "this denies all of them"),
        ("Deny", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o"}},
         "this denies all of them"),
        ("Allow", {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o"}},
         "this allows then"),
        ("Deny", {"Bool": {"aws:MultiFactorAuthPresent": "False"}}, "they are not denied"),
        ("Allow", {"Null": {"aws:username": "true"}, "StringEquals": {"aws:UserName": "a"}},
         "Null and StringEquals of aws:username never hold together"),
        ("Allow", {"IpAddress": {"aws:SourceIp": ["10.1.0.0/16", "10.2.3.4"]},
                   "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
         "IpAddress and NotIpAddress of aws:SourceIp never hold together"),
        ("Allow", {"DateGreaterThan": {"aws:CurrentTime": "2026-02-01"},
                   "DateLessThan": {"aws:CurrentTime": "2026-01-01"}}, "never hold together"),
        ("Allow", {"DateGreaterThanEquals": {"aws:CurrentTime": "2026"},
                   "DateLessThan": {"aws:CurrentTime": "2026"}}, "never hold together"),
    ],
)  # fmt: skip
def test_findings(effect, condition, message):
    found = messages({"Effect": effect, "Condition": condition}, {})
    assert len(found) == 1, found
    assert message in found[0]


@pytest.mark.parametrize(
    ("effect", "condition"),
    [
        ("Deny", {"NotIpAddress": {"aws:SourceIp": ["123.4.5.0/24", "1.2.3.4", "::1", "::/0"]}}),
        ("Allow", {"StringLike": {"aws:UserAgent": "curl*"}}),
        ("Allow", {"StringEquals": {"aws:UserAgent": "${*}"}}),
        ("Allow", {"StringEquals": {"aws:UserAgent": "a?"}}),
        ("Allow", {"ArnEquals": {"aws:PrincipalArn": ROLE}}),
        ("Allow", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}),
        ("Deny", {"StringEquals": {"aws:PrincipalTag/team": "a"}}),
        ("Deny", {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o"}}),
        ("Allow", {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o"},
                   "Null": {"AWS:principalorgpaths": "false"}}),
        ("Deny", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        ("Deny", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ("Allow", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        ("Allow", {"Null": {"aws:username": "false"}, "StringEquals": {"aws:username": "a"}}),
        ("Allow", {"Null": {"aws:username": "true"},
                   "StringEqualsIfExists": {"aws:username": "a"}}),
        ("Allow", {"Null": {"aws:username": "true"}, "StringNotEquals": {"aws:username": "a"}}),
        ("Allow", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                   "NotIpAddress": {"aws:SourceIp": "10.1.0.0/16"}}),
        ("Allow", {"IpAddress": {"aws:SourceIp": "::/0"},
                   "NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
        ("Allow", {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"},
                   "DateLessThan": {"aws:CurrentTime": "2026-02-01"}}),
        ("Allow", {"DateGreaterThanEquals": {"aws:CurrentTime": "2026"},
                   "DateLessThanEquals": {"aws:CurrentTime": "2026"}}),
        ("Allow", {"DateGreaterThan": {"aws:EpochTime": "2026-02-01"},
                   "DateLessThan": {"aws:CurrentTime": "2026-01-01"}}),
    ],
)  # fmt: skip
def test_no_findings(effect, condition):
    assert messages({"Effect": effect, "Condition": condition}, {}) == []


def test_identity_policies_may_use_any_key():
    condition = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    assert messages({"Condition": condition}, kind=PolicyKind.IDENTITY) == []


def test_pointers():
    statement = {
        "Condition": {
            "StringEquals": {"aws:PrincipalTag/a~b": ["x", "y*"]},
            "ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o"},
        }
    }
    assert [pointer for pointer, _ in look(statement)] == [
        "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1a~0b/1",
        "/Statement/0/Condition/ForAllValues:StringEquals/aws:PrincipalOrgPaths",
    ]
