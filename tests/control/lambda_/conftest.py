"""A desk for each test."""

import pytest
from tests.control.lambda_.desk import LambdaDesk


@pytest.fixture
def desk(tmp_path):
    return LambdaDesk(tmp_path)
