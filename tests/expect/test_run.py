"""Expectations tried: held, not held, and what cannot be told."""

import pytest
from tests.expect.estate import rehearsal

from gatelodge.expect import Circumstances, Status, run
from gatelodge.expect.document import Expectation

__all__ = ["rehearsal"]


@pytest.mark.parametrize(
    ("who", "allowed", "call", "status", "reason"),
    [
        ("alice", True, "GET /pets/7", Status.PASSED, "allowed by identity policy p"),
        ("alice", False, "GET /pets/7", Status.FAILED, "allowed by identity policy p"),
        ("alice", False, "DELETE /pets/7", Status.PASSED, "no identity policy allows this"),
        ("alice", True, "DELETE /pets/7", Status.FAILED, "no identity policy allows this"),
        ("nobody", False, "GET /pets/7", Status.ERROR, "no user 'nobody'"),
        ("alice", False, "GET /typo", Status.ERROR, "no such method"),
    ],
)
def test_each_way(rehearsal, who, allowed, call, status, reason):
    [result] = run(rehearsal, [Expectation(who, allowed, call, Circumstances(), "/x")])
    assert result.status is status
    assert reason in result.reason
