"""The state directory: private, with one master key, and plain words when it cannot be used."""

import base64
import os
import pwd
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gatelodge.store import StateError, Store, StoreError, open_state, read_master_key

KEY, OTHER = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


def test_everything_is_for_its_owner_alone(tmp_path):
    umask = os.umask(0)
    try:
        open_state(tmp_path / "state", {})
    finally:
        os.umask(umask)
    modes = {
        name: stat.S_IMODE((tmp_path / "state" / name).stat().st_mode)
        for name in ("", "master.key", "store.db")
    }
    assert modes == {"": 0o700, "master.key": 0o600, "store.db": 0o600}
    assert {path.name for path in (tmp_path / "state").iterdir()} <= {
        "master.key", "store.db", "store.db-wal", "store.db-shm"
    }  # fmt: skip


def test_secrets_open_after_a_restart(tmp_path):
    store, key = open_state(tmp_path / "s", {})
    store.set_setting("sealed", key.seal(b"secret", "it").hex())
    store.close()
    store, key = open_state(tmp_path / "s", {})
    assert key.open(bytes.fromhex(store.setting("sealed")), "it") == b"secret"


def test_a_key_from_the_environment_needs_no_file(tmp_path):
    _, key = open_state(tmp_path / "s", {"GATELODGE_MASTER_KEY": KEY})
    assert not (tmp_path / "s" / "master.key").exists()
    # The same key in a file is the same key.
    (tmp_path / "s" / "master.key").write_text(KEY + "\n")
    assert open_state(tmp_path / "s", {})[1].name == key.name


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({"GATELODGE_MASTER_KEY": OTHER}, "the environment variable GATELODGE_MASTER_KEY"),
        ({}, "s/master.key"),
    ],
)
def test_another_key_is_refused(tmp_path, environ, source):
    open_state(tmp_path / "s", {"GATELODGE_MASTER_KEY": KEY})
    (tmp_path / "s" / "master.key").write_text(OTHER)
    with pytest.raises(StateError, match="sealed under another master key") as raised:
        open_state(tmp_path / "s", environ)
    assert source in str(raised.value)
    # Being refused once has not made it the right one.
    with pytest.raises(StateError):
        open_state(tmp_path / "s", environ)
    open_state(tmp_path / "s", {"GATELODGE_MASTER_KEY": KEY})


def test_a_lost_key_is_told_and_no_other_is_put_in_its_place(tmp_path):
    open_state(tmp_path / "s", {})
    (tmp_path / "s" / "master.key").unlink()
    for _ in range(2):
        with pytest.raises(StateError, match=r"s/master\.key: missing.*put it back"):
            open_state(tmp_path / "s", {})


@pytest.mark.parametrize("text", ["", "short", KEY + KEY, KEY[:-5], "é" * 44])
def test_what_is_no_key_is_refused(tmp_path, text):
    with pytest.raises(StateError, match=r"environment variable GATELODGE_MASTER_KEY: not 32 byte"):
        read_master_key(tmp_path, {"GATELODGE_MASTER_KEY": text})
    (tmp_path / "master.key").write_text(text, "utf-8")
    with pytest.raises(StateError, match=r"/master\.key: not 32 bytes in base64"):
        read_master_key(tmp_path, {})


def test_a_file_is_no_directory(tmp_path):
    (tmp_path / "s").write_text("")
    for path in (tmp_path / "s", tmp_path / "s" / "below"):
        with pytest.raises(StateError, match=r"not a directory; choose another.*--state"):
            open_state(path, {})


def test_parts_of_it_that_are_directories(tmp_path):
    (tmp_path / "a" / "master.key").mkdir(parents=True)
    with pytest.raises(StateError, match=r"master\.key: Is a directory"):
        open_state(tmp_path / "a", {})
    (tmp_path / "b" / "store.db").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"store\.db: Is a directory"):
        open_state(tmp_path / "b", {})


def test_what_one_may_not_read_is_told():
    """Run as another user when the tests run as root, whom nothing is forbidden."""
    opening = """
import os, sys
from pathlib import Path
from gatelodge.store import StateError, StoreError, open_state
if os.getuid() == 0:
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
for name in ("closed", "below/new", "key", "db"):
    try:
        open_state(Path(sys.argv[1]) / name, {})
    except (StateError, StoreError) as error:
        print(error)
"""
    nobody = pwd.getpwnam("nobody").pw_uid
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        directory.chmod(0o755)
        for name in ("closed", "below", "key", "db"):
            (directory / name).mkdir()
        for name in ("key", "db"):
            (directory / name).chmod(0o777)
        (directory / "key" / "master.key").write_text(KEY)
        (directory / "key" / "master.key").chmod(0)
        Store(directory / "db" / "store.db").close()
        (directory / "db" / "store.db").chmod(0)
        (directory / "closed").chmod(0)
        (directory / "below").chmod(0o555)
        command = [sys.executable, "-c", opening, made, str(nobody)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for name in ("closed", "below"):
            (directory / name).chmod(0o700)
    assert done.stdout.splitlines() == [
        f"{made}/closed: not readable and writable for this user; change its owner",
        f"{made}/below/new: cannot be made: Permission denied",
        f"{made}/key/master.key: Permission denied",
        f"{made}/db/store.db: Permission denied",
    ]
