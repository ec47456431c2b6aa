"""Permissions boundaries: a policy that is there, on users and roles alike."""

import pytest
from tests.control.iam.calls import allowing, arn, trusting
from tests.control.iam.desk import IamDesk

from gatelodge.control.iam import boundaries
from gatelodge.control.iam.managed_policies import create_policy
from gatelodge.control.iam.roles import create_role, get_role
from gatelodge.control.iam.users import create_user, get_user

LIMIT = arn("policy", "limit")
AWS = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def desk(tmp_path):
    desk = IamDesk(tmp_path)
    desk.do(create_policy, PolicyName="limit", PolicyDocument=allowing())
    desk.do(create_user, UserName="u")
    desk.do(create_role, RoleName="r", AssumeRolePolicyDocument=trusting())
    return desk


def test_a_boundary_comes_and_goes(desk):
    for name, put, delete, get, word in (
        (
            {"UserName": "u"},
            boundaries.put_user_permissions_boundary,
            boundaries.delete_user_permissions_boundary,
            get_user,
            "User",
        ),
        (
            {"RoleName": "r"},
            boundaries.put_role_permissions_boundary,
            boundaries.delete_role_permissions_boundary,
            get_role,
            "Role",
        ),
    ):
        desk.do(put, **name, PermissionsBoundary=LIMIT)
        assert desk.do(get, **name)[word]["PermissionsBoundary"] == {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": LIMIT,
        }
        desk.do(delete, **name)
        assert "PermissionsBoundary" not in desk.do(get, **name)[word]
        desk.do(delete, **name)  # which is no error


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("x", "InvalidInput"),
        (arn("user", "u"), "InvalidInput"),
        (arn("policy", "none"), "NoSuchEntity"),
        ("arn:aws:iam::222222222222:policy/limit", "NoSuchEntity"),
        ("arn:aws:iam::aws:policy/NoSuchPolicy", "NoSuchEntity"),
    ],
)
def test_what_no_boundary_is(desk, named, code):
    put = boundaries.put_user_permissions_boundary
    assert desk.refused(put, UserName="u", PermissionsBoundary=named)[0] == code
    assert boundaries.boundary_of(desk.call(), None) is None


def test_nobody_to_bound(desk):
    put = boundaries.put_user_permissions_boundary
    assert desk.refused(put, UserName="none", PermissionsBoundary=LIMIT) == (
        "NoSuchEntity",
        404,
        "The user with name none cannot be found.",
    )
