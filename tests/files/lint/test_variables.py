"""Variables that are text."""

import pytest
from tests.files.lint.looked import API, A, look, messages

from gatelodge.iam import PolicyKind

KIND = PolicyKind.IDENTITY
OWN = f"{API}/prod/GET/${{aws:username}}"


@pytest.mark.parametrize(
    ("statement", "version", "message"),
    [
        ({"Resource": OWN}, "2008-10-17", "plain text without Version 2012-10-17"),
        ({"Resource": OWN}, None, "plain text without Version 2012-10-17"),
        ({"Condition": {"StringEquals": {"k": "${x}"}}}, None, "plain text without Version"),
        ({"Action": "execute-api:${x}*"}, "2012-10-17", "mean nothing in actions"),
        (
            {"Resource": f"arn:aws:execute-api:*:${{aws:PrincipalAccount}}:{A}/*"},
            "2012-10-17",
            "only after the fifth colon",
        ),
        ({"Condition": {"StringEquals": {"k": "${a b}"}}}, "2012-10-17", "stands for itself"),
        ({"Condition": {"StringEquals": {"k": "${x"}}}, "2012-10-17", "stands for itself"),
        ({"Condition": {"StringEquals": {"k": "${x, y}"}}}, "2012-10-17", "stands for itself"),
    ],
)
def test_findings(statement, version, message):
    texts = messages(statement, version=version, kind=KIND, account=None)
    assert any(message in text for text in texts), texts


@pytest.mark.parametrize(
    "value", ["${x}", "${ x }", "${x, 'd'}", "${aws:PrincipalTag/a}", "${*}${?}${$}", "$x", "a{b}"]
)
def test_no_findings(value):
    assert messages({"Resource": OWN}, kind=KIND) == []
    assert messages({"Condition": {"StringLike": {"k": value}}}, kind=KIND) == []


def test_pointers():
    statement = {"Resource": [OWN], "Condition": {"StringEquals": {"k": ["a", "${x}"]}}}
    assert [pointer for pointer, _ in look(statement, version=None, kind=KIND)] == [
        "/Statement/0/Resource/0", "/Statement/0/Condition/StringEquals/k/1"]  # fmt: skip
