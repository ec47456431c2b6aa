"""`gatelodge keys`: shown once, sealed in the store, and gone when they are deleted."""

import json

import pytest
from tests.gateway import OTHER, OWNER, user
from tests.household import ALICE, Household, role

from gatelodge.authorize.questions import KeyHolder
from gatelodge.cli.keys import create, delete, list_keys
from gatelodge.store import StateError
from gatelodge.world.iam_entities import ROLE, USER
from gatelodge.world.issue_keys import IssuedKey


@pytest.fixture
def household(tmp_path):
    household = Household(tmp_path / "state")
    household.put(USER, ALICE)
    household.put(ROLE, role("dev"))
    household.put(USER, user("twin"))
    household.put(USER, user("twin", account=OTHER), OTHER)
    return household


def made(capsys, household, *arguments, **options):
    assert create(*arguments, state=household.directory, json_output=True, **options) == 0
    return json.loads(capsys.readouterr().out)


def holder(household, key):
    issued = IssuedKey(key["AccessKeyId"], key["SecretAccessKey"], key.get("SessionToken"))
    return household.look_up(issued)


@pytest.mark.parametrize("name", ["alice", f"arn:aws:iam::{OWNER}:user/alice"])
def test_a_key_of_a_user(household, capsys, name):
    key = made(capsys, household, name)
    assert holder(household, key).caller.principal.username == "alice"
    secret = key["SecretAccessKey"].encode()
    assert not any(secret in path.read_bytes() for path in household.directory.iterdir()
                   if path.is_file())  # fmt: skip


def test_credentials_of_a_role(household, capsys):
    key = made(capsys, household, role="dev", session="here", duration=900)
    assert key["AccessKeyId"].startswith("ASIA")
    assert key["Expiration"].endswith("+00:00")
    found = holder(household, key)
    assert found.caller.principal.arn == f"arn:aws:sts::{OWNER}:assumed-role/dev/here"


def test_for_people(household, capsys):
    assert create("alice", state=household.directory) == 0
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["AccessKeyId", "SecretAccessKey"]
    assert "not shown again" in err


def test_list_and_delete(household, capsys):
    key = made(capsys, household, "alice")
    assert list_keys(state=household.directory) == 0
    out = capsys.readouterr().out
    assert key["AccessKeyId"] in out
    assert "user/alice" in out
    assert key["SecretAccessKey"] not in out
    assert delete(key["AccessKeyId"], state=household.directory) == 0
    assert not isinstance(holder(household, key), KeyHolder)
    assert delete(key["AccessKeyId"], state=household.directory) == 1
    assert "there is no access key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((), {}, "give a USER"),
        (("alice",), {"role": "dev", "session": "here"}, "give a USER"),
        ((), {"role": "dev"}, "with --session NAME"),
        ((), {"role": "dev", "session": "a b"}, "--session 'a b'"),
        ((), {"role": "dev", "session": "x"}, "2 to 64"),
        ((), {"role": "dev", "session": "here", "duration": 899}, "from 900 to 43200"),
        ((), {"role": "dev", "session": "here", "duration": 43_201}, "from 900 to 43200"),
        (("bob",), {}, "there is no user 'bob'"),
        ((), {"role": "none", "session": "here"}, "there is no role 'none'"),
        (("twin",), {}, f"stands in several accounts ({OWNER}, {OTHER}); give --account"),
    ],
)
def test_mistakes(household, capsys, arguments, options, message):
    assert create(*arguments, state=household.directory, **options) == 1
    out, err = capsys.readouterr()
    assert not out
    assert message in err


def test_the_account_tells_twins_apart(household, capsys):
    key = made(capsys, household, "twin", account=OTHER)
    assert holder(household, key).caller.principal.account == OTHER


def test_a_mistyped_state_directory_is_not_made(tmp_path):
    for command in (create, delete):
        with pytest.raises(StateError, match="no such directory"):
            command("alice", state=tmp_path / "missing")
    with pytest.raises(StateError, match="no such directory"):
        list_keys(state=tmp_path / "missing")
    assert not (tmp_path / "missing").exists()
