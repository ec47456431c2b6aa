"""Errors that nobody foresaw are told with their place and without the values of variables."""

import subprocess
import sys

_PROGRAM = """
import structlog
from gatelodge.main.diagnostics import tell_on_standard_error

def operate(secret_key):
    return {}["missing"]

tell_on_standard_error()
try:
    operate("wJalrXUtnFEMI")
except KeyError:
    structlog.get_logger().exception("an operation failed", request="r-1")
"""


def test_a_traceback_holds_no_values():
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    assert not done.stdout
    told = done.stderr
    assert "an operation failed" in told
    assert "r-1" in told
    assert "in operate" in told
    assert "KeyError: 'missing'" in told
    assert "wJalrXUtnFEMI" not in told
    assert "\x1b" not in told, "colours are for terminals"
