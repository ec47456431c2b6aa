"""Who uses which managed policy, counted where it is used."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, Desk

from gatelodge.control.iam.policy_usage import attached, boundary, usage, users_of
from gatelodge.world.iam_entities import GROUP, ROLE, USER, entity

P, Q = (f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in "pq")


def body(kind, name, *policies, bound=None):
    word = {USER: "User", GROUP: "Group", ROLE: "Role"}[kind]
    written = {f"{word}Name": name, f"{word}Id": f"ID{name}", "Arn": f"arn:aws:iam::1:x/{name}"}
    written["AttachedManagedPolicies"] = [{"PolicyArn": arn} for arn in policies]
    if bound is not None:
        written["PermissionsBoundary"] = {"PermissionsBoundaryArn": bound}
    return written


@pytest.fixture
def call(tmp_path):
    desk = Desk(tmp_path)
    for kind, written in (
        (USER, body(USER, "a", P, Q)),
        (USER, body(USER, "b", bound=P)),
        (GROUP, body(GROUP, "g", P)),
        (ROLE, body(ROLE, "r", Q, bound=Q)),
    ):
        desk.store.put(entity(kind, ACCOUNT, written))
    desk.store.put(entity(USER, "222222222222", body(USER, "a", P)))
    return desk.call()


def test_counts(call):
    counts = usage(call)
    assert (counts[P], counts[Q], counts["other"]) == ((2, 1), (2, 1), (0, 0))
    assert dict(usage(call, P)) == {P: (2, 1)}


def test_users(call):
    assert sorted((one.name, limit) for one, limit in users_of(call, P)) == [
        ("a", False),
        ("b", True),
        ("g", False),
    ]
    assert sorted(limit for _, limit in users_of(call, Q)) == [False, False, True]


def test_what_has_neither():
    assert attached({}) == []
    assert boundary({}) is None
    assert boundary({"PermissionsBoundary": None}) is None
