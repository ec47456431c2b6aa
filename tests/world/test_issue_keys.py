"""New keys have AWS's shape, and root's are written where AWS tools read them."""

import configparser
import os
import re
import stat
import time

import pytest
from tests.gateway import OTHER, OWNER
from tests.household import ALICE, Household, role

from gatelodge.authorize.questions import KeyHolder
from gatelodge.store import SealError, open_state
from gatelodge.world.issue_keys import issue_session, write_root_credentials
from gatelodge.world.keys import open_secret

_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")


@pytest.fixture
def home(tmp_path):
    home = Household(tmp_path / "state")
    home.put("iam/user", ALICE)
    home.put("iam/role", role())
    return home


def credentials(home, account=OWNER):
    write_root_credentials(home.store, home.master, account, home.directory)
    parser = configparser.ConfigParser()
    parser.read(home.directory / "credentials")
    assert parser.sections() == ["gatelodge"]
    return dict(parser["gatelodge"])


def test_long_term_keys(home):
    keys = [home.key() for _ in range(20)]
    assert all(re.fullmatch(r"AKIA[A-Z2-7]{16}", key.access_key_id) for key in keys)
    assert all(_SECRET.fullmatch(key.secret) for key in keys)
    assert len({key.access_key_id for key in keys}) == len({key.secret for key in keys}) == 20
    assert (keys[0].session_token, keys[0].expires) == (None, None)
    assert isinstance(home.look_up(keys[0]), KeyHolder)


def test_a_stored_secret_is_sealed_and_bound_to_its_key(home):
    issued, other = home.key(), home.key()
    stored = home.store.access_key(issued.access_key_id)
    assert stored.principal == ALICE["Arn"]
    assert open_secret(stored, home.master) == issued.secret
    assert issued.secret.encode() not in stored.secret
    with pytest.raises(SealError):
        home.master.open(stored.secret, f"access key {other.access_key_id}")


def test_temporary_keys(home):
    started = int(time.time())
    issued = issue_session(home.master, role(), "here", 900)
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", issued.access_key_id)
    assert _SECRET.fullmatch(issued.secret)
    assert started + 900 <= issued.expires <= time.time() + 900
    assert isinstance(home.look_up(issued), KeyHolder)
    assert home.store.access_keys() == []
    # A header field can carry it.
    assert issued.session_token.isascii()
    assert issued.session_token.isprintable()


def test_root_has_one_key_however_often_it_is_written(home):
    first = credentials(home)
    assert credentials(home) == first
    (key,) = home.store.access_keys(f"arn:aws:iam::{OWNER}:root")
    assert first == {
        "aws_access_key_id": key.id,
        "aws_secret_access_key": open_secret(key, home.master),
    }
    assert stat.S_IMODE((home.directory / "credentials").stat().st_mode) == 0o600
    home.store.delete_access_key(key.id)
    assert credentials(home)["aws_access_key_id"] != key.id
    assert credentials(home, OTHER) != credentials(home)


def test_credentials_are_private_from_the_first_moment(home):
    umask = os.umask(0)
    try:
        credentials(home)
    finally:
        os.umask(umask)
    assert stat.S_IMODE((home.directory / "credentials").stat().st_mode) == 0o600
    known = {"credentials", "exhibits", "master.key", "store.db", "store.db-wal", "store.db-shm"}
    assert {path.name for path in home.directory.iterdir()} <= known


def test_root_of_a_restored_state_keeps_its_key(home):
    first = credentials(home)
    home.store.close()
    home.store, home.master = open_state(home.directory, {})
    (home.directory / "credentials").unlink()
    assert credentials(home) == first
