"""Processes that compute powers: bounded, replaced when they die, gone with who started them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gatelodge import srp
from gatelodge.userpools import Refused, powers
from gatelodge.userpools.powers import Powers

ARGUMENTS = ("AbCdEf123", "alice", "Passw0rd!", 5)


@pytest.fixture(scope="module")
def made():
    made = Powers(1)
    yield made
    made.close()


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_computed_elsewhere(made):
    assert made.verifier(*ARGUMENTS) == srp.verifier(*ARGUMENTS)
    public = pow(srp.GENERATOR, 12345, srp.PRIME)
    first, second = (made.answer_client(public, 7) for _ in range(2))
    assert first[0] != second[0]  # the exponent is drawn anew each time
    assert len(first[1]) == 16


def test_a_process_that_dies_is_replaced(made):
    made.verifier(*ARGUMENTS)
    for pid in list(made._executor._processes):
        os.kill(pid, signal.SIGKILL)
    assert made.verifier(*ARGUMENTS) == srp.verifier(*ARGUMENTS)


def test_not_everybody_waits(made, monkeypatch):
    monkeypatch.setattr(made, "_slots", threading.BoundedSemaphore(1))
    with made._slots, pytest.raises(Refused) as caught:
        made.verifier(*ARGUMENTS)
    assert caught.value.code == "TooManyRequestsException"
    assert made.verifier(*ARGUMENTS)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_processes_end_with_who_started_them():
    script = (
        "from gatelodge.userpools.powers import Powers\n"
        "import time\n"
        "if __name__ == '__main__':\n"
        "    made = Powers(1)\n"
        f"    made.verifier(*{ARGUMENTS})\n"
        "    print(*made._executor._processes, flush=True)\n"
        "    time.sleep(100)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    children = [int(word) for word in parent.stdout.readline().split()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.time() + 20
    while not all(map(gone, children)):
        assert time.time() < deadline
        time.sleep(0.05)


def test_salts_are_whole():
    assert {powers.new_salt().bit_length() for _ in range(50)} == {srp.SALT_BITS}
