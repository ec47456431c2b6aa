"""`gatelodge accounts`: several accounts in one gateway, each with a root of its own."""

import json
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError
from tests.gateway import OTHER, OWNER, Gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("accounts"))
    yield gateway
    assert gateway.stop() == 0


def test_an_account_has_a_root_that_is_shown_once(gateway):
    made = gateway.cli("accounts", "create", OTHER, "--json")
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)
    assert key.keys() == {"AccessKeyId", "SecretAccessKey"}
    # At once, while the gateway runs.
    told = gateway.client("sts", key).get_caller_identity()
    assert (told["Account"], told["Arn"]) == (OTHER, f"arn:aws:iam::{OTHER}:root")
    again = gateway.cli("accounts", "create", OTHER)
    assert (again.returncode, again.stdout) == (1, "")
    assert key["AccessKeyId"] in again.stderr
    assert gateway.cli("accounts", "ls").stdout.split() == [OWNER, OTHER]

    # Neither sees what is the other's.
    theirs, ours = gateway.client("apigateway", key), gateway.client("apigateway")
    made = theirs.create_rest_api(name="theirs")
    assert [api["id"] for api in theirs.get_rest_apis()["items"]] == [made["id"]]
    assert ours.get_rest_apis()["items"] == []
    with pytest.raises(ClientError) as error:
        ours.get_rest_api(restApiId=made["id"])
    assert error.value.response["Error"]["Code"] == "NotFoundException"


def test_what_is_no_account(tmp_path):
    command = [sys.executable, "-m", "gatelodge", "accounts", "create", "12345"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: '12345' is no account: give twelve digits\n"
    assert list(tmp_path.iterdir()) == []


def test_an_account_can_be_made_first(tmp_path):
    command = [sys.executable, "-m", "gatelodge", "accounts", "create", OTHER]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("AccessKeyId      AKIA")
    assert (tmp_path / ".gatelodge" / "store.db").exists()
