"""What the whole product takes while nothing happens."""

import resource
import sys
from pathlib import Path

import pytest
from tests.doors.test_processes import children
from tests.gateway import Gateway

MEGABYTES = 150
CPU_SECONDS = 4.0
"""Of all processes, for a start, one call and the end: twice what it takes."""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_and_work_of_a_start(tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    gateway = Gateway(tmp_path)
    gateway.client("sts").get_caller_identity()
    kilobytes = 0
    for pid in (gateway.process.pid, *children(gateway.process.pid)):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        # What processes share counts once.
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    assert gateway.stop() == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert kilobytes / 1024 < MEGABYTES
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < CPU_SECONDS
