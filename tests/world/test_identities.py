"""A caller's documents, as IAM attaches them (openapi-extensions.md 8.4, iam-evaluation.md 4.1)."""

import base64

import pytest
from tests.gateway import OWNER, identity, policy, user
from tests.household import ALICE, Household, attached, inline, managed, role

from gatelodge.authorize.exhibit import caller_of
from gatelodge.world.identities import IdentityError, session_exhibit, user_exhibit
from gatelodge.world.sessions import Session, open_session, seal_session

USER = f"arn:aws:iam::{OWNER}:user/alice"
ALLOW, NOTHING = policy(identity()), policy(identity(Action="s3:*"))


@pytest.fixture
def home(tmp_path):
    return Household(tmp_path / "state")


def session(**members):
    return Session(
        **{
            "access_key_id": "ASIA1",
            "secret": "s",
            "arn": f"arn:aws:iam::{OWNER}:role/app/dev",
            "unique_id": "AROADEV",
            "name": "here",
            "issued": 1_767_325_000,
            "expires": 1_767_328_600,
            **members,
        }
    )


def keys(exhibit):
    return dict(caller_of(exhibit, "key", "digest").principal.keys)


def names(exhibit):
    return [policy["name"] for policy in exhibit["identity"]]


def boundary(name):
    return {
        "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{OWNER}:policy/{name}"}
    }


def test_a_user_has_its_own_policies_and_those_of_its_groups(home):
    """G1"""
    home.put("iam/user", ALICE | {"GroupList": ["g"], "AttachedManagedPolicies": attached("m")})
    home.put(
        "iam/group",
        {
            "GroupName": "g",
            "GroupPolicyList": [inline("of-g", identity())],
            "AttachedManagedPolicies": attached("n"),
        },
    )
    home.put("iam/policy", managed("m", ALLOW))
    home.put("iam/policy", managed("n", NOTHING))
    assert names(user_exhibit(home.store, USER)) == ["inline", "m", "of-g", "n"]


def test_the_default_version_of_a_managed_policy_counts(home):
    """G2"""
    home.put("iam/user", user("alice", AttachedManagedPolicies=attached("m")))
    home.put("iam/policy", managed("m", ALLOW, NOTHING, default="v2"))
    (found,) = user_exhibit(home.store, USER)["identity"]
    arn = f"arn:aws:iam::{OWNER}:policy/m"
    assert found == {"name": "m", "arn": arn, "document": NOTHING}


def test_a_boundary_is_kept_apart(home):
    """G3"""
    home.put("iam/user", ALICE | boundary("b"))
    home.put("iam/policy", managed("b", NOTHING))
    exhibit = user_exhibit(home.store, USER)
    arn = f"arn:aws:iam::{OWNER}:policy/b"
    assert exhibit["boundary"] == {"name": "b", "arn": arn, "document": NOTHING}
    assert names(exhibit) == ["inline"]
    assert caller_of(exhibit, "", "").principal.bounded


@pytest.mark.parametrize(
    ("members", "missing"),
    [
        (boundary("gone"), f"policy arn:aws:iam::{OWNER}:policy/gone is missing"),  # G6
        ({"GroupList": ["gone"]}, f"group gone of {USER} is missing"),
        ({"AttachedManagedPolicies": attached("gone")}, "policy/gone is missing"),
        ({"AttachedManagedPolicies": attached("odd")}, "policy/odd lacks its default version"),
    ],
)
def test_what_is_missing_is_never_ignored(home, members, missing):
    home.put("iam/user", ALICE | members)
    home.put("iam/policy", managed("odd", ALLOW, default="v7"))
    with pytest.raises(IdentityError, match=missing):
        user_exhibit(home.store, USER)
    home.put("iam/role", role(**members))
    if "GroupList" not in members:
        with pytest.raises(IdentityError, match=missing.replace(USER, "")):
            session_exhibit(home.store, session())


def test_an_empty_boundary_is_none(home):
    """`PermissionsBoundary` may be `{}` (openapi-extensions.md section 7)."""
    home.put("iam/user", ALICE | {"PermissionsBoundary": {}})
    assert user_exhibit(home.store, USER)["boundary"] is None


def test_the_keys_of_a_user(home):
    tags = [{"Key": "Team", "Value": "red"}, {"Key": "Cost Centre", "Value": ""}]
    path = f"arn:aws:iam::{OWNER}:user/deep/er/alice"
    home.put("iam/user", ALICE | {"Arn": path, "Tags": tags})
    assert keys(user_exhibit(home.store, path)) == {
        "aws:principaltype": "User",
        "aws:principalarn": path,
        "aws:principalaccount": OWNER,
        "aws:userid": "AIDAALICE",
        "aws:username": "alice",
        "aws:principaltag/team": "red",
        "aws:principaltag/cost centre": "",
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
    }


def test_the_keys_of_root(home):
    root = f"arn:aws:iam::{OWNER}:root"
    exhibit = user_exhibit(home.store, root)
    assert keys(exhibit) == {
        "aws:principaltype": "Account",
        "aws:principalarn": root,
        "aws:principalaccount": OWNER,
        "aws:userid": OWNER,
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
    }
    assert (exhibit["identity"], exhibit["boundary"], exhibit["session"]) == ([], None, None)


def test_the_keys_of_a_role_session(home):
    """G4: the session's ARN has no path, the role's has."""
    home.put("iam/role", role(Tags=[{"Key": "Team", "Value": "red"}]))
    exhibit = session_exhibit(home.store, session())
    assert keys(exhibit) == {
        "aws:principaltype": "AssumedRole",
        "aws:principalarn": f"arn:aws:iam::{OWNER}:role/app/dev",
        "aws:principalaccount": OWNER,
        "aws:userid": "AROADEV:here",
        "aws:principaltag/team": "red",
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
        "aws:tokenissuetime": "1767325000",
        "aws:multifactorauthpresent": "false",
    }
    principal = caller_of(exhibit, "", "").principal
    assert principal.arn == f"arn:aws:sts::{OWNER}:assumed-role/dev/here"
    assert principal.role_arn == f"arn:aws:iam::{OWNER}:role/app/dev"


def test_a_session_carries_policies_tags_and_source_identity(home):
    home.put("iam/role", role(Tags=[{"Key": "Team", "Value": "red"}, {"Key": "B", "Value": "b"}]))
    made = session(
        policies=[{"name": "only-s3", "document": NOTHING}],
        tags={"team": "blue"},
        source_identity="alice",
    )
    sealed = seal_session(made, home.master)
    opened = open_session(sealed, "ASIA1", home.master)
    assert opened == made
    exhibit = session_exhibit(home.store, opened)
    caller = caller_of(exhibit, "", "")
    assert [policy.name for policy in caller.policies.session.policies] == ["only-s3"]
    found = caller.principal.keys
    # The session's tag overrides the role's, whatever its case.
    assert found["aws:principaltag/team"] == "blue"
    assert found["aws:principaltag/b"] == "b"
    assert found["aws:sourceidentity"] == "alice"


def test_no_session_policy_is_no_limit_and_an_empty_list_is_one(home):
    home.put("iam/role", role())
    assert caller_of(session_exhibit(home.store, session()), "", "").policies.session is None
    exhibit = session_exhibit(home.store, session(policies=[]))
    assert caller_of(exhibit, "", "").policies.session.policies == ()


def test_a_role_changed_bites_in_sessions_made_before(home):
    home.put("iam/role", role(RolePolicyList=[inline("p", identity())]))
    assert names(session_exhibit(home.store, session())) == ["p"]
    home.put("iam/role", role())
    assert names(session_exhibit(home.store, session())) == []
    home.take_away("iam/role", "dev")
    assert session_exhibit(home.store, session()) is None
    # The same name again is another role: sessions of the old one stay dead.
    home.put("iam/role", role(role_id="AROAOTHER"))
    assert session_exhibit(home.store, session()) is None
    home.put("iam/role", role(path="/"))
    assert session_exhibit(home.store, session()) is None


def test_who_is_not_there(home):
    home.put("iam/user", ALICE)
    for arn in (
        f"arn:aws:iam::{OWNER}:user/bob",
        "arn:aws:iam::222222222222:user/alice",
        f"arn:aws:iam::{OWNER}:user/path/alice",
        f"arn:aws:iam::{OWNER}:role/alice",
        "alice",
    ):
        assert user_exhibit(home.store, arn) is None, arn
    assert session_exhibit(home.store, session(arn="dev")) is None


@pytest.mark.parametrize("text", [b'{"access_key_id":"ASIA1"}', b'{"unheard":"of"}'])
def test_a_token_of_another_version_is_not_a_token(home, text):
    token = base64.b64encode(home.master.seal(text, "session ASIA1")).decode()
    assert open_session(token, "ASIA1", home.master) is None
