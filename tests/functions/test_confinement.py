"""What a function's process cannot do."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.functions.running import Running

from gatelodge.functions import confinement
from gatelodge.functions.confinement import Confinement, launch_command
from gatelodge.functions.machine import Machine
from gatelodge.functions.process import _user_of

CODE = """
import os, signal, socket
def attempt(what):
    try:
        return what()
    except Exception as error:
        return type(error).__name__
def handler(event, context):
    return {
        "list": attempt(lambda: os.listdir(event["state"])),
        "read": attempt(lambda: open(event["state"] + "/master.key").read()),
        "write": attempt(lambda: open(event["state"] + "/new", "w").write("x")),
        "code": attempt(lambda: open(__file__, "a").write("x")),
        "signal": attempt(lambda: os.kill(event["house"], 0)),
        "environ": attempt(lambda: open(f"/proc/{event['house']}/environ").read()[:10]),
        "shadow": attempt(lambda: open("/etc/shadow").read()[:10]),
        "chown": attempt(lambda: os.chown(os.environ["TMPDIR"], 12345, 12345)),
        "root": attempt(lambda: os.setuid(0)) if os.getuid() else "PermissionError",
        "tmp": attempt(lambda: open("/tmp/mine", "w").write("x")),
        "files": attempt(lambda: sorted(os.listdir("/tmp"))),
        "fds": attempt(lambda: sorted(
            n for n in range(3, 64) if attempt(lambda: os.fstat(n) and 1) == 1)),
    }
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = Running(tmp_path_factory.mktemp("functions"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def said(running):
    state = running.directory / "state"
    (state / "master.key").write_text("secret")
    (state / "master.key").chmod(0o600)
    function = running.function({"app.py": CODE})
    event = {"state": str(state), "house": os.getpid()}
    return json.loads(running.call(function, event).payload)


def test_the_state_directory_is_out_of_reach(running, said):
    if running.machine.confinement.trusting:
        pytest.skip("this machine offers neither Landlock nor other users")
    # Hidden below a /tmp that is not the function's own, or refused.
    assert {said["list"], said["read"], said["write"]} <= {"PermissionError", "FileNotFoundError"}
    assert said["shadow"] in {"PermissionError", "FileNotFoundError"}
    assert said["code"] in {"PermissionError", "OSError"}


def test_other_processes_are_out_of_reach(running, said):
    if not running.machine.confinement.namespaces:
        pytest.skip("this machine offers no namespaces")
    assert said["signal"] == "ProcessLookupError"
    assert said["environ"] == "FileNotFoundError"
    # What a runtime needs of the machine's /tmp is all that there is of it.
    needed = {Path(os.path.realpath(p)) for p in (sys.prefix, confinement.BOOTSTRAPS)}
    kept = {path.parts[2] for path in needed if path.is_relative_to("/tmp")}
    assert set(said["files"]) == {"mine", *kept}


def test_what_lives_in_tmp_is_there_and_cannot_be_changed(running, tmp_path):
    if not running.machine.confinement.namespaces:
        pytest.skip("this machine offers no namespaces")
    kept, scratch = Path("/tmp") / f"gatelodge-{os.getpid()}", tmp_path / "scratch"
    try:
        kept.mkdir()
        scratch.mkdir()
        (kept / "file").write_text("there")
        code = f"cat {kept}/file; echo > /tmp/mine; echo > {kept}/file"
        plan = {
            "argv": ["/bin/sh", "-c", code],
            "namespaces": True,
            "binds": [[str(kept), f"{scratch}/{kept.name}", True], [str(scratch), "/tmp", False]],
            "uid": None, "limits": [], "readable": None, "writable": [],
        }  # fmt: skip
        done = subprocess.run(launch_command(plan), capture_output=True, text=True, check=False)
    finally:
        shutil.rmtree(kept)
    assert done.stdout == "there"
    assert "Read-only file system" in done.stderr
    assert (scratch / "mine").exists()


def test_nothing_is_left_of_root(said):
    assert said["chown"] == "PermissionError"
    assert said["root"] == "PermissionError"


def test_no_descriptor_is_inherited(said):
    # Its connection to the Runtime API, the one of this very listing, and none of ours.
    assert len(said["fds"]) <= 2


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_this_process_cannot_be_looked_into(running):
    assert running.machine.confinement is not None
    # A process that is not dumpable belongs to root in /proc, whoever runs it (proc(5)).
    assert Path(f"/proc/{os.getpid()}/environ").stat().st_uid == 0


@pytest.mark.parametrize("lacking", [("namespaces",), ("namespaces", "landlock")])
def test_a_machine_that_offers_less(tmp_path, lacking):
    made = Running(tmp_path)
    try:
        for name in lacking:
            setattr(made.machine.confinement, name, False)
        code = "import os, time\ndef handler(event, context):\n"
        code += "    if event: os.fork(); time.sleep(20)\n    return os.getpid()"
        function = made.function({"app.py": code}, timeout=1)
        assert json.loads(made.call(function).payload) > 3
        assert json.loads(made.call(function, 1).payload)["errorType"] == "Sandbox.Timedout"
        assert json.loads(made.call(function).payload) > 3
        assert "namespaces" in made.machine.confinement.lacks
    finally:
        made.close()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not Path("/usr/bin/python3").exists(),
    reason="needs root, and a Python that others may run",
)
def test_a_user_of_its_own(monkeypatch, tmp_path):
    # Ours may live where nobody else may go.
    launch = Path("/var/tmp/gatelodge-test-launch.py")
    launch.write_text(confinement.LAUNCH.read_text())
    monkeypatch.setattr(confinement, "LAUNCH", launch)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    try:
        found = Confinement()
        assert "a user of its own" not in found.lacks
        one, two = found.claim_user(), found.claim_user()
        assert one != two
        plan = {
            "argv": ["/bin/sh", "-c", "id -u; (setsid sleep 60 >&- 2>&- &) ; sleep 60"],
            "namespaces": False, "binds": [], "uid": one, "limits": [],
            "readable": None, "writable": [],
        }  # fmt: skip
        process = subprocess.Popen(
            launch_command(plan), stdout=subprocess.PIPE, start_new_session=True
        )
        assert process.stdout.readline() == f"{one}\n".encode()
        while owned(one) < 3:
            time.sleep(0.01)
        found.namespaces = False
        found.end(process.pid, one)
        process.wait(10)
        process.stdout.close()
        while owned(one):
            time.sleep(0.01)
        found.free_user(one)
        assert found.claim_user() == one
    finally:
        launch.unlink()


def owned(uid):
    """Count the live processes of a user."""
    count = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            text = path.read_text()
        except OSError:
            continue
        count += f"Uid:\t{uid}\t" in text and "State:\tZ" not in text
    return count


def test_connections_of_other_users_are_told_apart():
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        assert _user_of(client.getsockname()) == os.getuid()
        client.close()


def test_what_a_killed_house_left_is_removed(tmp_path):
    left = Running(tmp_path)
    left.call(left.function({"app.py": "def handler(event, context):\n    return 1"}))
    work = left.machine._work
    assert any(work.iterdir())
    next_house = Machine(left.loop, left.executor, left.machine.state, lambda _: {})
    next_house.sweep()
    assert not work.exists()
    next_house.sweep()
    left.close()


def test_nothing_else_is_removed(tmp_path):
    note = tmp_path / "run" / "functions-work"
    note.parent.mkdir()
    note.write_text(str(tmp_path / "precious"))
    (tmp_path / "precious").mkdir()
    Machine(None, None, tmp_path, lambda _: {}).sweep()
    assert (tmp_path / "precious").exists()
