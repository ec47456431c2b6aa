"""The program that confines itself and becomes the runtime: how it ends, and what it passes on."""

import json
import os
import subprocess
import sys

import pytest

from gatelodge.functions.bootstraps import launch

NAMESPACES = pytest.mark.parametrize("namespaces", [False, True])


def run(*argv, namespaces=False, limits=(), **options):
    plan = {
        "argv": list(argv), "namespaces": namespaces, "binds": [], "uid": None,
        "limits": list(limits), "readable": None, "writable": None,
    }  # fmt: skip
    command = [sys.executable, "-I", launch.__file__, json.dumps(plan)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, **options
    )


def shell(script, **more):
    return run("/bin/sh", "-c", script, **more)


@NAMESPACES
@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", -15), ("kill -SEGV $$", -11),
     ("kill -KILL $$", -9)],
)  # fmt: skip
def test_it_ends_as_the_runtime_did(script, status, namespaces):
    assert shell(script, namespaces=namespaces).returncode == status


@NAMESPACES
def test_a_program_that_is_not_there(namespaces):
    done = run("/nonexistent/program", namespaces=namespaces)
    assert done.returncode == 127
    assert done.stderr == "/nonexistent/program: No such file or directory\n"


@NAMESPACES
def test_no_descriptor_but_the_output_is_passed_on(namespaces):
    read, write = os.pipe()
    try:
        script = "ls /proc/self/fd"
        done = shell(script, namespaces=namespaces, pass_fds=[write], stdin=subprocess.DEVNULL)
    finally:
        os.close(read)
        os.close(write)
    # ls has one more, of the directory that it lists.
    assert done.stdout.split() == ["0", "1", "2", "3"]


def test_limits_hold_and_unknown_ones_do_not_stop_it():
    endless = ["RLIMIT_NOFILE", 1 << 60]
    done = shell(
        "ulimit -n; ulimit -c", limits=[["RLIMIT_NOFILE", 99], ["RLIMIT_CORE", 0], endless]
    )
    assert done.stdout.split() == ["99", "0"]


def test_nothing_is_gained_by_a_program_that_would_raise_its_rights():
    done = shell("grep -E '^(NoNewPrivs|CapEff|CapPrm):' /proc/self/status")
    told = dict(line.split(":\t") for line in done.stdout.splitlines())
    assert told["NoNewPrivs"] == "1"
    assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) == 0
