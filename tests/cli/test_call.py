"""`gatelodge call`: everything that was signed is sent, and the answer is explained."""

import json

import pytest
from tests.gateway import Backend, Gateway, api_document, identity, user


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, backend):
    users = {"UserDetailList": [user("alice", identity()), user("keyless")]}
    directory = tmp_path_factory.mktemp("call")
    gateway = Gateway(directory, [api_document("abc123", backend.url)], [users])
    gateway.key("alice")
    yield gateway
    assert gateway.stop() == 0


def called(gateway, path, *options, method="GET"):
    return gateway.cli("call", method, gateway.url("abc123", path), *options)


def test_repeated_fields_are_all_sent_and_signed(gateway):
    done = called(
        gateway, "/signed", "--as", "alice", "--header", "X-A: 1", "--header", "X-A: 2",
        "--header", "X-B:  spaced  ",
    )  # fmt: skip
    assert done.stdout.startswith("200 "), done.stdout
    fields = json.loads(done.stdout.splitlines()[1])["headers"]
    values = [value for name, value in fields if name.lower() == "x-a"]
    assert ",".join(values).replace(" ", "") == "1,2"
    assert ["X-B", "spaced"] in fields


@pytest.mark.parametrize(("method", "data"), [("POST", "body"), ("POST", ""), ("GET", "")])
def test_bodies(gateway, method, data):
    done = called(gateway, "/signed", "--as", "alice", "--data", data, method=method)
    assert done.stdout.startswith("200 "), done.stdout
    assert json.loads(done.stdout.splitlines()[1])["body"] == data


def test_the_reason_is_shown(gateway):
    done = called(gateway, "/signed", "--as", "alice")
    assert "why: 200 GET /prod/signed alice" in done.stdout
    done = called(gateway, "/nothing", "--as", "alice")
    assert done.stdout.startswith("403 ")


def test_the_root_of_the_account_calls_without_more(gateway):
    assert called(gateway, "/signed").stdout.startswith("200 ")


@pytest.mark.parametrize(
    ("url", "options", "told"),
    [
        ("ftp://h/", [], "is not an http or https URL"),
        ("http://[::1/", [], "is not a URL"),
        ("http://h:port/", [], "is not a URL"),
        ("http://127.0.0.1:1/", [], "no answer from 127.0.0.1:1"),
        ("http://127.0.0.1:1/", ["--header", "nonsense"], "write NAME: VALUE"),
        ("http://127.0.0.1:1/", ["--profile", "gone"], "no profile 'gone'"),
        ("http://127.0.0.1:1/", ["--as", "keyless"], "'keyless' has no access key here"),
    ],
)
def test_what_cannot_be_sent(gateway, url, options, told):
    done = gateway.cli("call", "GET", url, *options)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
