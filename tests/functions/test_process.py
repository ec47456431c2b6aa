"""One process of one function: its start within bounds, its output in order, its end told."""

import json
import time

import pytest
from tests.functions.running import Running

from gatelodge.functions import process
from gatelodge.functions.logs import log_path

ECHO = "def handler(event, context):\n    return event\n"
SLOW_START = "import time\ntime.sleep(60)\n" + ECHO
PRINTS = """
import sys
def handler(event, context):
    sys.stdout.write(event["what"] * event["times"])
    return None
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("functions"))
    yield running
    running.close()


def log_of(running, name):
    path = log_path(running.directory / "state" / "logs", "111111111111", "us-east-1", name)
    return path.read_text()


def test_a_start_that_takes_too_long(running, monkeypatch):
    monkeypatch.setattr(process, "INIT_SECONDS", 0.5)
    function = running.function({"app.py": SLOW_START}, name="slow-start")
    began = time.monotonic()
    got = running.call(function)
    assert time.monotonic() - began < 20
    assert got.failed
    told = json.loads(got.payload)
    assert told["errorType"] == "Sandbox.Timedout"
    assert told["errorMessage"].endswith("Task timed out after 0.50 seconds")
    monkeypatch.undo()
    assert running.call(running.function({"app.py": ECHO}), 7).payload == b"7"


def test_a_start_may_take_longer_than_a_call(running):
    """Its own time begins with the event (AWS: the init phase)."""
    late = "import time\ntime.sleep(1.5)\n" + ECHO
    function = running.function({"app.py": late}, name="late", timeout=1)
    assert running.call(function, 1).payload == b"1"
    report = [line for line in log_of(running, "late").splitlines() if "REPORT" in line]
    assert "Init Duration: " in report[0]
    running.call(function, 2)
    report = [line for line in log_of(running, "late").splitlines() if "REPORT" in line]
    assert "Init Duration" not in report[1]


def test_output_without_end_of_line_stays_before_what_follows(running):
    function = running.function({"app.py": PRINTS}, name="printing")
    first = running.call(function, {"what": "no newline", "times": 1})
    assert "no newline" in first.log_tail.decode()
    running.call(function, {"what": "again\n", "times": 1})
    lines = log_of(running, "printing").splitlines()
    ends = [n for n, line in enumerate(lines) if "END RequestId" in line]
    assert lines[ends[0]].startswith("no newlineEND RequestId: ")
    assert lines[ends[1] - 1] == "again"


def test_output_is_bounded_in_a_line_and_in_the_tail(running):
    function = running.function({"app.py": PRINTS}, name="much", timeout=20)
    got = running.call(function, {"what": "x", "times": 3_000_000})
    assert not got.failed
    assert len(got.log_tail) <= 4096
    assert b"REPORT" in got.log_tail
    longest = max(len(line) for line in log_of(running, "much").splitlines())
    assert longest <= 3 * 64 * 1024


def test_what_is_no_program_is_told(running):
    function = running.function(
        {"bootstrap": "#!/nonexistent/interpreter\n"}, name="broken", runtime="provided.al2023"
    )
    got = running.call(function)
    assert got.failed
    assert json.loads(got.payload)["errorType"] in {
        "Runtime.ExitError",
        "Runtime.InvalidEntrypoint",
    }
    assert running.call(function).failed
