"""What holds for every command."""

import os
import subprocess
import sys


def test_a_reader_that_has_seen_enough_is_no_failure_with_a_traceback(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "gatelodge", "accounts", "create", "1" * 12, "--state", tmp_path],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_what_a_person_can_mend_is_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gatelodge", "serve", "--state", str(tmp_path), "--account", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "error: --account '1': an account has twelve digits\n"
