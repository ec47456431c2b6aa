"""Statements of a function's policy: whom they may name, and on what conditions."""

import pytest

from gatelodge.functions.permissions import PrincipalError, permission_statement

ARN = "arn:aws:lambda:us-east-1:111111111111:function:f"


def statement(principal="*", **members):
    return permission_statement(
        ARN, StatementId="s", Action="lambda:InvokeFunction", Principal=principal, **members
    )


@pytest.mark.parametrize(
    ("principal", "shown"),
    [
        ("*", "*"),
        ("222222222222", {"AWS": "arn:aws:iam::222222222222:root"}),
        ("apigateway.amazonaws.com", {"Service": "apigateway.amazonaws.com"}),
        ("s3.amazonaws.com.cn", {"Service": "s3.amazonaws.com.cn"}),
        ("arn:aws:iam::222222222222:role/x", {"AWS": "arn:aws:iam::222222222222:role/x"}),
    ],
)
def test_who_can_be_named(principal, shown):
    assert statement(principal)["Principal"] == shown


@pytest.mark.parametrize(
    "principal",
    ["", "22222222222", "٢" * 12, "apigateway", "apigateway.amazonaws.com.evil.org",
     "evil.org/x.amazonaws.com", "arn:aws:s3:::bucket", "arn:aws:iam:::role/x", "arn:aws:iam::1:"],
)  # fmt: skip
def test_who_cannot(principal):
    with pytest.raises(PrincipalError):
        statement(principal)


def test_another_partition():
    shown = statement("222222222222", partition="aws-cn")["Principal"]
    assert shown == {"AWS": "arn:aws-cn:iam::222222222222:root"}


def test_conditions():
    assert "Condition" not in statement()
    given = statement(
        SourceArn="arn:aws:execute-api:*", SourceAccount="111111111111", PrincipalOrgID="o-a",
        EventSourceToken="t", FunctionUrlAuthType="NONE",
    )  # fmt: skip
    assert given["Condition"] == {
        "ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:*"},
        "StringEquals": {
            "AWS:SourceAccount": "111111111111",
            "aws:PrincipalOrgID": "o-a",
            "lambda:EventSourceToken": "t",
            "lambda:FunctionUrlAuthType": "NONE",
        },
    }
