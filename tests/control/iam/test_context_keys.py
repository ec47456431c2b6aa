"""Which condition keys policies ask for: in conditions, and in variables."""

import pytest
from tests.control.iam.calls import allowing

from gatelodge import iam
from gatelodge.control.iam.context_keys import context_keys
from gatelodge.control.iam.simulated_policies import given

KEYS = [
    (allowing(), []),
    (allowing(Condition={"StringLike": {"aws:Referer": "x"}}), ["aws:Referer"]),
    (allowing(resource="arn:aws:s3:::b/${aws:username}/*"), ["aws:username"]),
    (allowing(resource="arn:aws:s3:::b/${ aws:username , 'nobody'}/*"), ["aws:username"]),
    (allowing(resource="arn:aws:s3:::b/${*}${$}"), []),
    (
        allowing(Condition={"StringEquals": {"s3:prefix": "${aws:PrincipalTag/team}/"}}),
        ["aws:PrincipalTag/team", "s3:prefix"],
    ),
    (
        allowing(
            Condition={
                "Bool": {"AWS:SecureTransport": "true"},
                "Null": {"aws:securetransport": "true"},
            }
        ),
        ["AWS:SecureTransport"],
    ),
]


@pytest.mark.parametrize(("text", "keys"), KEYS)
def test_keys(text, keys):
    assert context_keys(given("PolicyInputList", [text], iam.PolicyKind.IDENTITY)) == keys


def test_of_an_old_version_variables_are_plain_text():
    text = allowing(resource="arn:aws:s3:::b/${aws:username}").replace("2012-10-17", "2008-10-17")
    assert context_keys(given("PolicyInputList", [text], iam.PolicyKind.IDENTITY)) == []
