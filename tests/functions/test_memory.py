"""How much memory processes have for themselves."""

import subprocess
import sys

from gatelodge.functions.memory import used_megabytes

HOLD = "import sys; x = bytearray(48 << 20); print(flush=True); sys.stdin.read()"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {HOLD!r}], stdin=sys.stdin, stdout=sys.stdout)
child.wait()
"""


def test_what_is_below_a_process_counts():
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdout.readline()
    whole, below = used_megabytes(process.pid), used_megabytes(process.pid, skip=1)
    assert 48 <= below < 80
    assert below < whole
    assert used_megabytes(process.pid, skip=2) == 0
    process.communicate(b"")
    assert used_megabytes(process.pid) == 0
