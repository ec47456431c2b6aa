"""Processes are kept warm, started when needed, never too many, and never missed when they die."""

import json
import os
import signal
import time

import pytest
from tests.functions.running import ARN, Running

from gatelodge.functions import fleet
from gatelodge.functions.function import Throttled

CODE = """
import os, subprocess, time
calls = 0
def handler(event, context):
    global calls
    calls += 1
    if event == "wait":
        time.sleep(30)
    if event == "pause":
        time.sleep(0.3)
    if event == "leave something":
        # In a session of its own, so that no process group finds it.
        subprocess.Popen(["/bin/sh", "-c", "while :; do date > $HOME/alive; sleep 0.05; done"],
                         start_new_session=True)
        time.sleep(30)
    if event == "end later":
        import threading
        threading.Thread(target=lambda: (time.sleep(0.1), os._exit(0))).start()
    if event == "eat":
        eaten = [bytearray(1 << 20) for _ in range(400)]
        time.sleep(10)
    return [os.environ["HOME"], calls]
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = Running(tmp_path_factory.mktemp("functions"), limit=4)
    yield made
    made.close()


def result(outcome):
    assert not outcome.failed, outcome.payload
    return json.loads(outcome.payload)


def processes(running, name):
    return [p for p in running.fleet._processes if p.function.name == name]


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def make(running, name, **members):
    return running.function({"app.py": CODE}, name=name, arn=ARN + name, **members)


def test_a_process_is_kept_warm(running):
    function = make(running, "warm")
    first, second = result(running.call(function)), result(running.call(function))
    assert first[0] == second[0]
    assert (first[1], second[1]) == (1, 2)


def test_calls_at_once_run_in_processes_of_their_own(running):
    function = make(running, "parallel")
    began = [running.begin(function, "pause") for _ in range(3)]
    homes = {result(call.result(30))[0] for call in began}
    assert len(homes) == 3


def test_the_machine_runs_no_more_than_its_limit(running):
    one, two = make(running, "many"), make(running, "others")
    began = [running.begin(function, "pause") for function in (one, two) for _ in range(8)]
    most = 0
    while not all(call.done() for call in began):
        most = max(most, len(running.fleet._processes))
        time.sleep(0.01)
    assert all(not call.result().failed for call in began)
    assert most == 4


def test_reserved_concurrency_is_a_limit(running):
    function = make(running, "reserved", reserved=2)
    began = [running.begin(function, "pause") for _ in range(5)]
    outcomes = [call.result(30) for call in began]
    throttled = [o.reason for o in outcomes if isinstance(o, Throttled)]
    assert throttled == ["ReservedFunctionConcurrentInvocationLimitExceeded"] * 3
    none = make(running, "none", reserved=0)
    assert isinstance(running.call(none), Throttled)


def test_a_call_too_many_is_refused_and_not_kept(running, monkeypatch):
    monkeypatch.setattr(fleet, "MAX_WAITING", 0)
    function = make(running, "queue")
    running.fleet._waiting.append(running.loop.create_future())
    try:
        outcome = running.call(function)
    finally:
        running.fleet._waiting.clear()
    assert outcome == Throttled("ConcurrentInvocationLimitExceeded")


def test_a_process_killed_during_a_call(running):
    function = make(running, "killed")
    call = running.begin(function, "wait")
    until(lambda: processes(running, "killed") and processes(running, "killed")[0]._answer)
    os.kill(processes(running, "killed")[0]._pid, signal.SIGKILL)
    outcome = call.result(10)
    error = json.loads(outcome.payload)
    assert outcome.failed
    assert error["errorType"] == "Runtime.OutOfMemory"
    assert "signal: killed" in error["errorMessage"]
    assert result(running.call(function))[1] == 1


def test_a_process_that_ends_while_it_is_idle(running):
    function = make(running, "idle")
    result(running.call(function, "end later"))
    until(lambda: not processes(running, "idle") or processes(running, "idle")[0].over)
    assert result(running.call(function))[1] == 1


def test_memory_is_bounded(running):
    function = make(running, "hungry", memory=128, timeout=20)
    outcome = running.call(function, "eat")
    assert json.loads(outcome.payload)["errorType"] == "Runtime.OutOfMemory"
    # With more memory it may.
    larger = make(running, "hungry", memory=1024, timeout=1)
    outcome = running.call(larger, "eat")
    assert json.loads(outcome.payload)["errorType"] == "Sandbox.Timedout"


def test_nothing_that_a_function_started_outlives_it(running):
    function = make(running, "parent", timeout=1)
    call = running.begin(function, "leave something")
    until(lambda: processes(running, "parent") and processes(running, "parent")[0]._places)
    scratch = processes(running, "parent")[0]._places.scratch
    until(lambda: (scratch / "alive").exists() or call.done())
    assert call.result(10).failed
    until(lambda: not scratch.exists())
    time.sleep(0.15)  # three times as long as the rest of it would need to show itself
    assert not scratch.exists()


def test_a_changed_function_runs_in_a_new_process(running):
    function = make(running, "changed")
    home = result(running.call(function))[0]
    changed = make(running, "changed", environment={"A": "1"})
    again = result(running.call(changed))
    assert (again[0] != home, again[1]) == (True, 1)
    until(lambda: len(processes(running, "changed")) == 1)


def test_idle_processes_end_after_a_while(running, monkeypatch):
    function = make(running, "resting")
    result(running.call(function))
    monkeypatch.setattr(fleet, "IDLE_SECONDS", 0.0)
    until(lambda: not running.fleet._processes)


def test_what_is_waiting_gets_its_turn_when_a_call_is_given_up(running):
    function = make(running, "given-up", timeout=20)
    held = [running.begin(function, "pause") for _ in range(4)]
    until(lambda: len(running.fleet._processes) == 4)
    given_up = running.begin(function, "pause")
    waiting = running.begin(function)
    until(lambda: len(running.fleet._waiting) == 2)
    given_up.cancel()
    assert result(waiting.result(20))
    for call in held:
        call.result(20)


def test_a_package_that_is_gone(running):
    function = make(running, "gone", code="0" * 64)
    error = json.loads(running.call(function).payload)
    assert error["errorType"] == "Runtime.InvalidEntrypoint"
    assert "is missing" in error["errorMessage"]


def test_logs_are_bounded(tmp_path, monkeypatch):
    from gatelodge.functions import logs  # noqa: PLC0415 - beside what it changes

    monkeypatch.setattr(logs, "MAX_LOG", 1000)
    log = logs.Log(tmp_path, "1", "r", "f/../g")
    for number in range(100):
        log.write(b"%03d" % number * 30)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.suffix for file in files] == [".log", ".old"]
    assert all(file.stat().st_size <= 1000 for file in files)
    assert files[0].read_bytes().endswith(b"099")
