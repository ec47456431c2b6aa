"""AWS's published policies for execute-api, each with what it must do.

Sources: API Gateway Developer Guide, "API Gateway resource policy examples" and "Control access for
invoking an API"; the managed policy AmazonAPIGatewayInvokeFullAccess. Facts, not texts, are theirs.
"""

import pytest

from gatelodge.iam.case import answer

A, B = "111111111111", "222222222222"
API = f"arn:aws:execute-api:us-east-1:{A}:abc123"
PETS = f"{API}/stage/GET/pets"
INVOKE = {"Action": "execute-api:Invoke"}
OPEN = {"Effect": "Allow", "Principal": "*", "Resource": f"{API}/*", **INVOKE}
FENCE = {**OPEN, "Effect": "Deny"}


def resource(*statements):
    return {"resourcePolicy": {"Version": "2012-10-17", "Statement": list(statements)}}


def identity(*statements):
    return {"identityPolicies": [{"Version": "2012-10-17", "Statement": list(statements)}]}


ALL = {"Effect": "Allow", "Resource": "*", **INVOKE}
ROLES = resource(
    {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{B}:role/developer", f"arn:aws:iam::{B}:role/Admin"]},
        "Resource": [PETS],
        **INVOKE,
    }
)
RANGES = resource(
    OPEN,
    {**FENCE, "Condition": {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]}}},
)
ONE_RANGE = resource(
    OPEN, {**FENCE, "Condition": {"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}}}
)
ORIGINAL = resource(
    OPEN, {**FENCE, "Condition": {"IpAddress": {"aws:VpcSourceIp": ["192.0.2.0/24"]}}}
)
ONE_VPC = resource(
    OPEN, {**FENCE, "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1a2b3c4d"}}}
)
WINDOW = resource(
    {
        **OPEN,
        "Condition": {
            "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
            "DateLessThan": {"aws:CurrentTime": "2026-02-01T00:00:00Z"},
        },
    }
)
ORGANIZATION = resource({**OPEN, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abc123"}}})
REFERER = resource(
    {**OPEN, "Condition": {"StringLike": {"aws:Referer": "https://www.example.com/*"}}}
)
FULL_ACCESS = identity(
    {
        "Effect": "Allow",
        "Action": ["execute-api:Invoke", "execute-api:ManageConnections"],
        "Resource": "arn:aws:execute-api:*:*:*",
    }
)
ONE_METHOD = identity(
    {"Effect": "Allow", "Resource": [f"{API}/stage/POST/mydemoresource/*"], **INVOKE}
)
CONTROL_PLANE = identity({"Effect": "Allow", "Action": "apigateway:*", "Resource": "*"})
DEVELOPER = f"arn:aws:sts::{B}:assumed-role/developer/s"
BOB = f"arn:aws:iam::{A}:user/bob"


@pytest.mark.parametrize(
    ("name", "policies", "case", "expected"),
    [
        ("two roles of another account", ROLES, {"principal": DEVELOPER, **identity(ALL)},
         "allowed"),
        ("", ROLES, {"principal": DEVELOPER}, "implicitDeny"),
        ("", ROLES, {"principal": f"arn:aws:sts::{B}:assumed-role/other/s", **identity(ALL)},
         "implicitDeny"),
        ("block two ranges", RANGES, {"context": {"aws:SourceIp": "198.51.100.7"}}, "explicitDeny"),
        ("", RANGES, {"context": {"aws:SourceIp": "203.0.113.9"}}, "allowed"),
        ("allow one range", ONE_RANGE, {"context": {"aws:SourceIp": "123.4.5.200"}}, "allowed"),
        ("", ONE_RANGE, {"context": {"aws:SourceIp": "123.4.6.1"}}, "explicitDeny"),
        ("", ONE_RANGE, {"context": {"aws:SourceIp": "2001:db8::1"}}, "explicitDeny"),
        ("original address", ORIGINAL, {"context": {"aws:VpcSourceIp": "192.0.2.1"}},
         "explicitDeny"),
        ("", ORIGINAL, {"context": {"aws:SourceIp": "192.0.2.1"}}, "allowed"),
        ("one VPC", ONE_VPC, {"context": {"aws:SourceVpc": "vpc-1a2b3c4d"}}, "allowed"),
        ("", ONE_VPC, {}, "explicitDeny"),
        ("time window", WINDOW, {"context": {"aws:CurrentTime": "2026-01-15T12:00:00Z"}},
         "allowed"),
        ("", WINDOW, {"context": {"aws:CurrentTime": "2026-02-01T00:00:00Z"}}, "implicitDeny"),
        ("organization", ORGANIZATION, {"principal": BOB, "context": {
            "aws:PrincipalOrgID": "o-abc123"}}, "allowed"),
        ("", ORGANIZATION, {}, "implicitDeny"),
        ("referer", REFERER, {"context": {"aws:Referer": "https://www.example.com/a"}}, "allowed"),
        ("", REFERER, {}, "implicitDeny"),
        ("managed full access", FULL_ACCESS, {"principal": BOB}, "allowed"),
        ("one method", ONE_METHOD, {"principal": BOB,
                                    "resource": f"{API}/stage/POST/mydemoresource/1"}, "allowed"),
        ("", ONE_METHOD, {"principal": BOB}, "implicitDeny"),
        ("control plane rights do not invoke", CONTROL_PLANE, {"principal": BOB}, "implicitDeny"),
    ],
)  # fmt: skip
def test_published(name, policies, case, expected):
    asked = {"principal": "*", "action": "execute-api:Invoke", "resource": PETS}
    assert answer({**asked, **policies, **case})["decision"] == expected
