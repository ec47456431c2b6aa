"""A caller made from its exhibit: everything that judges it is in there."""

import json

import pytest
from tests.play import OWNER, identity

from gatelodge import iam
from gatelodge.authorize.exhibit import caller_of

DOCUMENT = {"Version": "2012-10-17", "Statement": [identity()]}
EXHIBIT = {
    "principal": {
        "kind": "AssumedRole",
        "arn": f"arn:aws:sts::{OWNER}:assumed-role/dev/alice",
        "account": OWNER,
        "userId": "AROADEV:alice",
        "username": None,
        "roleArn": f"arn:aws:iam::{OWNER}:role/dev",
        "tags": {"Team": "blue"},
        "keys": {"aws:tokenissuetime": "1"},
    },
    "identity": [{"name": "own", "document": DOCUMENT}],
    "boundary": {"name": "b", "arn": f"arn:aws:iam::{OWNER}:policy/b", "document": DOCUMENT},
    "session": [],
}


def test_it_goes_through_json():
    caller = caller_of(json.loads(json.dumps(EXHIBIT)), "ASIAKEY", "digest")
    principal = caller.principal
    assert principal.kind is iam.PrincipalKind.ROLE_SESSION
    assert principal.keys["aws:principaltag/team"] == "blue"
    assert principal.keys["aws:tokenissuetime"] == "1"
    assert principal.keys["aws:principalarn"] == f"arn:aws:iam::{OWNER}:role/dev"
    assert (caller.access_key_id, caller.exhibit) == ("ASIAKEY", "digest")
    assert principal.bounded


def test_no_session_policy_is_not_the_same_as_an_empty_one():
    """Who passed an empty list may do nothing; who passed none is not narrowed."""
    assert caller_of(EXHIBIT, "", "").policies.session is not None
    assert caller_of({**EXHIBIT, "session": None}, "", "").policies.session is None
    assert caller_of({**EXHIBIT, "boundary": None}, "", "").policies.boundary is None
    assert not caller_of({**EXHIBIT, "boundary": None}, "", "").principal.bounded


@pytest.mark.parametrize("place", ["identity", "session"])
def test_a_policy_that_is_not_valid_makes_no_caller(place):
    broken = [{"name": "x", "document": {"Statement": {"Effect": "Perhaps"}}}]
    with pytest.raises(iam.PolicyError):
        caller_of({**EXHIBIT, place: broken}, "", "")
