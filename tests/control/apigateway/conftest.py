"""One gateway for all tests of the service, with clients of it."""

import pytest
from tests.gateway import Backend, Gateway, identity, user

EDITOR = {
    "Effect": "Allow",
    "Action": ["apigateway:GET", "apigateway:POST", "apigateway:PATCH"],
    "Resource": "*",
}


@pytest.fixture(scope="session")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    users = [
        user("nobody"),
        user("caller", identity()),
        user("renewer", identity(), identity(Action="execute-api:InvalidateCache")),
        user("editor", EDITOR),
    ]
    directory = tmp_path_factory.mktemp("apigateway")
    gateway = Gateway(directory, [], [{"UserDetailList": users}], workers=2)
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture(scope="session")
def client(gateway):
    return gateway.client("apigateway")
