"""One gateway for all tests of iam."""

import itertools

import pytest
from tests.gateway import Backend, Gateway, api_document, user

_numbers = itertools.count()


@pytest.fixture(scope="package")
def gateway(tmp_path_factory):
    backend = Backend()
    api = api_document("iamtests", backend.url)
    directory = tmp_path_factory.mktemp("iam")
    gateway = Gateway(directory, [api], [{"UserDetailList": [user("alice")]}], workers=2)
    yield gateway
    assert gateway.stop() == 0
    backend.close()


@pytest.fixture(scope="package")
def root(gateway):
    return gateway.client("iam")


@pytest.fixture
def name():
    """A name that no other test has."""
    return f"n{next(_numbers)}"
