"""How callers are named."""

import pytest
from tests.expect.estate import A, B, rehearsal

from gatelodge.expect import CallerError, Circumstances

__all__ = ["rehearsal"]
NOW = Circumstances()


def arn(rehearsal, who):
    return rehearsal.caller(who, NOW).iam.principal.arn


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("alice", f"arn:aws:iam::{A}:user/alice"),
        ("user/alice", f"arn:aws:iam::{A}:user/alice"),
        (f"arn:aws:iam::{B}:user/twin", f"arn:aws:iam::{B}:user/twin"),
        ("root", f"arn:aws:iam::{A}:root"),
        (f"arn:aws:iam::{B}:root", f"arn:aws:iam::{B}:root"),
        ("role/reader", f"arn:aws:sts::{A}:assumed-role/reader/rehearsal"),
        ("role/reader/bob", f"arn:aws:sts::{A}:assumed-role/reader/bob"),
        (f"arn:aws:iam::{A}:role/team/reader", f"arn:aws:sts::{A}:assumed-role/reader/rehearsal"),
        (f"arn:aws:sts::{A}:assumed-role/reader/x", f"arn:aws:sts::{A}:assumed-role/reader/x"),
        ({"role": "reader", "session": "y"}, f"arn:aws:sts::{A}:assumed-role/reader/y"),
    ],
)
def test_names(rehearsal, who, expected):
    assert arn(rehearsal, who) == expected


@pytest.mark.parametrize("who", ["anonymous", "*"])
def test_nobody(rehearsal, who):
    caller = rehearsal.caller(who, NOW)
    assert (caller.name, caller.iam, caller.claims) == ("anonymous", None, None)


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ("carol", "no user 'carol' is in the account files; there are alice, bob, twin, twin"),
        ("role/none", "no role 'none' is in the account files; there are own, reader"),
        ("twin", "'twin' is in several accounts: write arn:aws:iam::"),
        (f"arn:aws:sts::{B}:assumed-role/reader/x", "no role 'reader'"),
        ({"role": "reader", "tag": {}}, "unknown member 'tag' of who"),
        ({"token": {}, "role": "reader"}, "unknown member 'role' of who"),
        ({"session": "x"}, "an object with role or token"),
        ({"role": "reader", "session": 5}, "session is a name"),
        ({"role": "reader", "tags": []}, "tags an object"),
        ({"role": "reader", "policies": {}}, "policies is a list"),
        ({"role": "reader", "policies": [{"Statement": []}]}, "session policy: /Statement"),
        ({"token": "eyJ"}, "token is an object of claims"),
    ],
)
def test_who_is_not_known_is_said(rehearsal, who, message):
    with pytest.raises(CallerError) as raised:
        rehearsal.caller(who, NOW)
    assert message in str(raised.value)


def test_session_tags_and_policies_count(rehearsal):
    tagged = {"role": "own", "tags": {"t": "7"}}
    assert rehearsal.ask(tagged, "GET /pets/7").allowed
    assert not rehearsal.ask(tagged, "GET /pets/8").allowed
    nothing = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}  # fmt: skip
    narrowed = rehearsal.ask({**tagged, "policies": [nothing]}, "GET /pets/7")
    assert not narrowed.allowed
    assert "no session policy allows this" in narrowed.reason
