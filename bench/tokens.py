"""gatelodge beside HAProxy with jwt_verify RS256: requests per second on one core, as ratios.

    python bench/tokens.py [--rounds 5] [--seconds 4]

Needs haproxy, nginx and wrk. As in compare.py, what is under measure has core 0 to itself, all get
the same requests in turn, the ratios are medians, and the gateway runs under each interpreter that
is there; the exit status is that of the fastest. `warm`: 2,000 different tokens, again and again.
`new`: more different tokens than gatelodge keeps, in turn, so that each signature is checked every
time. HAProxy checks algorithm, issuer, expiry and signature, and keeps nothing.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from pathlib import Path

from compare import (
    ACCOUNT,
    API,
    BODY,
    REGION,
    STAGE,
    Processes,
    Python,
    _free_port,
    _interpreters,
    _measure,
)
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from gatelodge.world.token_keys import MAX_KEPT

POOL = f"{REGION}_Bench12345"
ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}"
KID, RS256 = "bench-key", JWSRegistry.algorithms["RS256"]
# mode → (how many tokens, the ratio asked for)
MODES = {"warm": (2_000, 0.9), "new": (MAX_KEPT + 2_000, 0.4)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--python", action="append", help="an interpreter; may be repeated")
    arguments = parser.parse_args()
    missing = [tool for tool in ("haproxy", "nginx", "wrk") if shutil.which(tool) is None]
    if missing:
        subprocess.run(["apt-get", "install", "-y", "-q", *missing], check=True)
    pythons = [Python(path) for path in arguments.python or _interpreters()]
    fastest = max(pythons, key=lambda python: python.speed)
    key = RSAKey.generate_key(2048)
    reached = True
    print(f"load of this machine: {os.getloadavg()[0]:.1f} (other work makes all of this unsteady)")
    print(f"{'mode':8} {'python':14} {'gatelodge':>10} {'haproxy':>8} {'ratio':>6} {'asked':>6}")
    with tempfile.TemporaryDirectory() as directory, Processes(Path(directory)) as processes:
        here = Path(directory)
        backend = processes.nginx("backend", f"return 200 '{BODY}';", core=1)
        published = {**key.as_dict(private=False), "kid": KID, "alg": "RS256", "use": "sig"}
        keys = json.dumps({"keys": [published]})
        issuer = processes.nginx("issuer", f"return 200 '{keys}';", core=1)
        ports = [gatelodge(processes, here, python, backend, issuer) for python in pythons]
        ports.append(haproxy(processes, here, backend, key))
        for mode, (count, asked) in MODES.items():
            requests = here / f"{mode}.requests"
            write_requests(requests, key, count)
            for port in ports:
                _measure(port, requests, 2)
            rates = [
                [_measure(port, requests, arguments.seconds) for port in ports]
                for _ in range(arguments.rounds)
            ]
            theirs = statistics.median(row[-1] for row in rates)
            for position, python in enumerate(pythons):
                ratio = statistics.median(row[position] / row[-1] for row in rates)
                our = statistics.median(row[position] for row in rates)
                print(
                    f"{mode:8} {python.name:14} {our:10.0f} {theirs:8.0f} "
                    f"{ratio:6.2f} {asked:6.2f}",
                    flush=True,
                )
                reached = reached and (python is not fastest or ratio >= asked)
    return 0 if reached else 1


def gatelodge(processes: Processes, here: Path, python: Python, backend: int, issuer: int) -> int:
    """Start the gateway with one worker on the measured core, in front of a pool of Amazon's."""
    port = _free_port()
    arn = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{POOL}"
    scheme = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [arn]},
    }
    method = {
        "security": [{"pool": []}],
        "x-amazon-apigateway-integration": {
            "type": "http_proxy",
            "httpMethod": "GET",
            "uri": f"http://127.0.0.1:{backend}/pets/{{id}}",
            "requestParameters": {"integration.request.path.id": "method.request.path.id"},
        },
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "bench", "version": "1"},
        "servers": [{"url": f"https://{API}.execute-api.{REGION}.amazonaws.com/{STAGE}"}],
        "paths": {"/pets/{id}": {"get": method}},
        "components": {"securitySchemes": {"pool": scheme}},
    }
    api = here / "api.json"
    api.write_text(json.dumps(document))
    command = [python.path, "-m", "gatelodge", "serve", str(api), "--account", ACCOUNT]
    command += [
        "--state",
        str(here / f"state-{python.name}"),
        "--data-port",
        str(port),
        "--aws-port",
        "0",
    ]
    command += ["--cognito-endpoint", f"http://127.0.0.1:{issuer}"]
    return processes.start(command, port, core=0)


def haproxy(processes: Processes, here: Path, backend: int, key: RSAKey) -> int:
    """Start HAProxy with one thread, as its documentation verifies tokens."""
    port = _free_port()
    public = here / "public.pem"
    public.write_bytes(key.as_pem(private=False))
    config = here / "haproxy.cfg"
    config.write_text(
        "global\n  nbthread 1\n  tune.bufsize 32768\n"
        "defaults\n  mode http\n  timeout connect 1s\n  timeout client 60s\n"
        "  timeout server 60s\n  http-reuse always\n"
        f"frontend tokens\n  bind 127.0.0.1:{port}\n"
        "  http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')\n"
        "  http-request set-var(txn.iss) http_auth_bearer,jwt_payload_query('$.iss')\n"
        "  http-request set-var(txn.use) http_auth_bearer,jwt_payload_query('$.token_use')\n"
        "  http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')\n"
        "  http-request set-var(txn.now) date()\n"
        "  http-request deny unless { var(txn.alg) -m str RS256 }\n"
        f"  http-request deny unless {{ var(txn.iss) -m str {ISSUER} }}\n"
        "  http-request deny unless { var(txn.use) -m str id }\n"
        "  http-request deny if { var(txn.exp),sub(txn.now) -m int lt 0 }\n"
        "  http-request deny unless "
        f'{{ http_auth_bearer,jwt_verify(txn.alg,"{public}") -m int 1 }}\n'
        "  default_backend pets\n"
        f"backend pets\n  server one 127.0.0.1:{backend}\n"
    )
    return processes.start(["haproxy", "-db", "-f", str(config)], port, core=0)


def write_requests(file: Path, key: RSAKey, count: int) -> None:
    """Write requests with different ID tokens, as Cognito's look."""
    now = int(time.time())
    head = encode({"kid": KID, "alg": "RS256"})
    blocks = []
    for number in range(count):
        claims = {
            "sub": f"aaaaaaaa-bbbb-cccc-dddd-{number:012d}",
            "email_verified": True,
            "iss": ISSUER,
            "cognito:username": f"user{number}",
            "origin_jti": f"bbbbbbbb-bbbb-cccc-dddd-{number:012d}",
            "aud": "1example23456789abcdefghij",
            "event_id": f"cccccccc-bbbb-cccc-dddd-{number:012d}",
            "token_use": "id",
            "auth_time": now,
            "exp": now + 86_400,
            "iat": now,
            "jti": f"dddddddd-bbbb-cccc-dddd-{number:012d}",
            "email": f"user{number}@example.com",
        }
        covered = f"{head}.{encode(claims)}"
        signature = urlsafe_b64encode(RS256.sign(covered.encode(), key)).rstrip(b"=").decode()
        lines = [
            f"GET /_aws/execute-api/{API}/{STAGE}/pets/{number} HTTP/1.1",
            "Host: 127.0.0.1",
            "User-Agent: bench/1",
            "Accept: application/json",
            f"Authorization: Bearer {covered}.{signature}",
        ]
        blocks.append("\n".join(lines) + "\n\n")
    file.write_text("".join(blocks))


def encode(value: object) -> str:
    octets = json.dumps(value, separators=(",", ":")).encode()
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


if __name__ == "__main__":
    sys.exit(main())
