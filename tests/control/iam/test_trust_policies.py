"""Trust policies: who is trusted is kept by unique id, and shown by name while it exists."""

import json

import pytest
from tests.control.iam.calls import arn, document, trusting
from tests.control.iam.desk import IamDesk

from gatelodge.control.iam.trust_policies import SIZE, read_trust, show_trust
from gatelodge.control.iam.users import create_user, delete_user

BOB = arn("user", "bob")
OTHER = "arn:aws:iam::222222222222:user/stranger"


@pytest.fixture
def desk(tmp_path):
    return IamDesk(tmp_path)


def principals(text):
    return json.loads(text)["Statement"][0]["Principal"]["AWS"]


def test_whoever_is_made_anew_is_not_trusted(desk):
    first = desk.do(create_user, UserName="bob")["User"]["UserId"]
    stored = read_trust(desk.call(), trusting({"AWS": BOB}))
    assert principals(stored) == first
    assert principals(show_trust(desk.store, stored)) == BOB
    desk.do(delete_user, UserName="bob")
    desk.do(create_user, UserName="bob")
    assert principals(show_trust(desk.store, stored)) == first


def test_what_is_looked_up_and_what_is_not(desk):
    bob = desk.do(create_user, UserName="bob")["User"]["UserId"]
    root = "arn:aws:iam::111111111111:root"
    written = [BOB, root, "222222222222", OTHER]
    stored = principals(read_trust(desk.call(), trusting({"AWS": written})))
    assert stored == [bob, root, "222222222222", OTHER]
    assert read_trust(desk.call(), trusting("*"))


def statement(**members):
    written = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", **members}
    return {name: value for name, value in written.items() if value is not None}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "This policy contains invalid Json"),
        (document(), "Could not parse the policy: Statement is empty!"),
        (document({}), "Could not parse the policy: Statement is empty!"),
        (trusting().replace("2012-10-17", "2010-01-01"), "must contain a valid version string"),
        (json.dumps({"Version": "2012-10-17", "Statement": [], "X": 1}), "Syntax error in policy."),
        (document(statement(Effect=None)), "Missing required field Effect"),
        (document(statement(Effect="allow")), "Invalid effect: allow"),
        (document(statement(Resource="*")), "Has prohibited field Resource"),
        (document(statement(Principal=None)), "Missing required field Principal"),
        (document(statement(Action=None)), "Missing required field Action"),
        (document(statement(Action="s3:*")), "may only specify STS AssumeRole actions"),
        (document(statement(Action=["sts:AssumeRole", "*"])), "may only specify STS AssumeRole"),
        (
            document(statement(Principal=None, NotPrincipal={"AWS": "*"})),
            "Allow with NotPrincipal is not allowed.",
        ),
        (document(statement(Sid="a"), statement(Sid="a")), "Statement Ids in the policy are not"),
        (trusting({"AWS": BOB}), f'Invalid principal in policy: "AWS":"{BOB}"'),
        (trusting({"Service": "x"}), 'Invalid principal in policy: "SERVICE":"x"'),
        (trusting({"AWS": "nobody"}), 'Invalid principal in policy: "AWS":"nobody"'),
    ],
)
def test_what_is_told(desk, text, told):
    code, status, message = desk.refused(lambda call: read_trust(call, text))
    assert (code, status) == ("MalformedPolicyDocument", 400)
    assert told in message


def test_one_that_is_too_long(desk):
    long = trusting(Condition={"StringEquals": {"aws:PrincipalTag/a": "x" * SIZE}})
    assert desk.refused(lambda call: read_trust(call, long)) == (
        "LimitExceeded",
        409,
        "Cannot exceed quota for ACLSizePerRole: 2048",
    )
