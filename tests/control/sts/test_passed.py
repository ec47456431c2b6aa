"""What is passed along with a session: unique tags, policies, and how much of them."""

import hashlib

import pytest
from tests.control.apigateway.calls import ACCOUNT, Desk
from tests.control.iam.calls import allowing

from gatelodge.control.fault import Fault
from gatelodge.control.sts.passed import read_passed, read_tags, resource_tags, tag_keys


@pytest.fixture
def call(tmp_path):
    return Desk(tmp_path).call()


def tag(key, value=""):
    return {"Key": key, "Value": value}


def test_tags():
    assert read_tags([tag("a", "1"), tag("b")]) == {"a": "1", "b": ""}
    for tags, told in (
        ([tag("a"), tag("A")], "Duplicate tag keys found"),
        ([tag("a"), tag("a")], "Duplicate tag keys found"),
        ([tag("AWS:x")], "reserved"),
    ):
        with pytest.raises(Fault, match=told) as refused:
            read_tags(tags)
        assert refused.value.code == "InvalidParameterValue"


def test_tags_are_keys_of_conditions():
    assert tag_keys({}) == {}
    assert tag_keys({"Team": "x"}) == {"aws:tagkeys": ("Team",), "aws:requesttag/team": "x"}
    assert resource_tags([tag("Team", "x")]) == {
        "aws:resourcetag/team": "x",
        "iam:resourcetag/team": "x",
    }


def test_nothing_passed_limits_nothing_and_takes_no_room(call):
    passed = read_passed(call, ACCOUNT, None, [], [])
    assert (passed.policies, passed.policy_arns, passed.packed) == (None, [], None)


def test_policies(call):
    passed = read_passed(call, ACCOUNT, allowing("s3:*"), [], [])
    assert passed.policies[0]["document"]["Statement"][0]["Action"] == "s3:*"
    assert 0 < passed.packed < 20
    # Managed policies alone limit too: a list that is there, with none in it.
    aws = "arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess"
    passed = read_passed(call, ACCOUNT, None, [{"arn": aws}], [])
    assert (passed.policies, passed.policy_arns) == ([], [aws])


@pytest.mark.parametrize(
    ("policy", "arns", "tags", "code"),
    [
        ("{", [], [], "MalformedPolicyDocument"),
        (None, ["arn:aws:iam::1:policy/none"], [], "ValidationError"),
        (None, [], [tag(f"{n}", hashlib.sha512(bytes([n])).hexdigest()) for n in range(50)],
         "PackedPolicyTooLarge"),
    ],
)  # fmt: skip
def test_what_cannot_be_passed(call, policy, arns, tags, code):
    with pytest.raises(Fault) as refused:
        read_passed(call, ACCOUNT, policy, [{"arn": arn} for arn in arns], tags)
    assert refused.value.code == code
