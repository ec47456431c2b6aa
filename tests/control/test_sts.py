"""sts through the socket, with boto3."""

import pytest
from tests.gateway import OWNER, Gateway, user


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("sts"), [], [{"UserDetailList": [user("alice")]}])
    yield gateway
    assert gateway.stop() == 0


def test_who_calls(gateway):
    told = gateway.client("sts").get_caller_identity()
    assert (told["Account"], told["Arn"], told["UserId"]) == (
        OWNER,
        f"arn:aws:iam::{OWNER}:root",
        OWNER,
    )
    told = gateway.client("sts", gateway.key("alice")).get_caller_identity()
    assert (told["Arn"], told["UserId"]) == (f"arn:aws:iam::{OWNER}:user/alice", "AIDAALICE")
