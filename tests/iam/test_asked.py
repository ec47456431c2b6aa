"""Requests as people write them."""

import pytest

from gatelodge.iam import ANONYMOUS, PrincipalKind, RequestError, principal_of, request

A = "111111111111"
R = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{A}:user/team/bob"
K = PrincipalKind


@pytest.mark.parametrize(
    ("text", "kind", "arn", "account", "user_id", "username", "role_arn"),
    [
        (A, K.ROOT, f"arn:aws:iam::{A}:root", A, A, None, None),
        (f"arn:aws-cn:iam::{A}:root", K.ROOT, f"arn:aws-cn:iam::{A}:root", A, A, None, None),
        (BOB, K.USER, BOB, A, None, "bob", None),
        (f"arn:aws:iam::{A}:user/eve", K.USER, f"arn:aws:iam::{A}:user/eve", A, None, "eve", None),
        (f"arn:aws:sts::{A}:assumed-role/dev/s", K.ROLE_SESSION,
         f"arn:aws:sts::{A}:assumed-role/dev/s", A, None, None, f"arn:aws:iam::{A}:role/dev"),
        (f"arn:aws-cn:sts::{A}:assumed-role/dev/s", K.ROLE_SESSION,
         f"arn:aws-cn:sts::{A}:assumed-role/dev/s", A, None, None, f"arn:aws-cn:iam::{A}:role/dev"),
        (f"arn:aws:iam::{A}:role/app/dev", K.ROLE_SESSION,
         f"arn:aws:sts::{A}:assumed-role/dev/session", A, None, None,
         f"arn:aws:iam::{A}:role/app/dev"),
        (f"arn:aws:sts::{A}:federated-user/f", K.FEDERATED_USER,
         f"arn:aws:sts::{A}:federated-user/f", A, f"{A}:f", None, None),
        ("events.amazonaws.com", K.SERVICE, "events.amazonaws.com", None, None, None, None),
        ("s3.amazonaws.com.cn", K.SERVICE, "s3.amazonaws.com.cn", None, None, None, None),
    ],
)  # fmt: skip
def test_principals(text, kind, arn, account, user_id, username, role_arn):
    found = principal_of(text, {"Team": "red"}, bounded=True)
    assert (found.kind, found.arn, found.account) == (kind, arn, account)
    assert (found.user_id, found.username, found.role_arn) == (user_id, username, role_arn)
    if kind is not K.SERVICE:
        assert found.keys["aws:principaltag/team"] == "red"
        assert found.bounded is (kind is not K.ROOT)


@pytest.mark.parametrize("text", ["*", "anonymous"])
def test_nobody(text):
    assert not principal_of(BOB).bounded
    assert principal_of(text) is ANONYMOUS


@pytest.mark.parametrize(
    "text",
    ["", "bob", "1111", f"arn:aws:iam::{A}:group/g", f"arn:aws:iam::{A}:user/",
     f"arn:aws:sts::{A}:assumed-role/dev", f"arn:aws:iam::{A[:-1]}:root", "example.com",
     f"arn:aws:sts::{A}:assumed-role/a/b/c"],
)  # fmt: skip
def test_what_is_no_principal(text):
    with pytest.raises(RequestError, match="is no principal: give an ARN"):
        principal_of(text)


def test_a_request():
    query = request(BOB, "a:b", R, {"K": "v", "n": 5, "f": 1.5, "b": True, "l": ["x", 1, False]})
    assert (query.action, query.resource, query.resource_account) == ("a:b", R, A)
    assert query.principal.arn == BOB
    own = {"aws:principaltype", "aws:principalarn", "aws:principalaccount", "aws:username"}
    assert set(query.keys) == own | {"k", "n", "f", "b", "l"}
    assert [query.keys[k] for k in "knfbl"] == ["v", "5", "1.5", "true", ("x", "1", "false")]


def test_context_goes_before_what_the_principal_brings():
    assert request(BOB, "a:b", R, {"AWS:UserName": "eve"}).keys["aws:username"] == "eve"


def test_a_principal_of_ones_own():
    own = principal_of(BOB, {"t": "v"})
    assert request(own, "a:b", R).principal is own
    assert request(BOB, "a:b", R, tags={"T": "v"}).keys["aws:principaltag/t"] == "v"
    assert request(BOB, "a:b", R, bounded=True).principal.bounded
    assert not request(BOB, "a:b", R).principal.bounded


@pytest.mark.parametrize(
    ("resource", "given", "expected"),
    [
        (R, None, A),
        (f"{R}:a:b", None, A),
        (R, "222222222222", "222222222222"),
        ("arn:aws:s3:::b", None, ""),
        ("x", None, ""),
    ],
)
def test_the_owner_of_the_resource(resource, given, expected):
    assert request("*", "a:b", resource, resource_account=given).resource_account == expected


@pytest.mark.parametrize("value", [None, {}, [None], [["a"]]])
def test_context_holds_scalars(value):
    with pytest.raises(RequestError, match="context k: values are strings, numbers and booleans"):
        request("*", "a:b", R, {"k": value})
