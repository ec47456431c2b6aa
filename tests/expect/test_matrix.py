"""Access matrices."""

import pytest
from tests.expect.estate import rehearsal

from gatelodge.expect import CallerError, Circumstances, access_matrix

__all__ = ["rehearsal"]


def test_every_method_and_every_caller(rehearsal):
    assert access_matrix(rehearsal, ["anonymous", "alice", "bob"]).splitlines() == [
        "                 anonymous  alice  bob",
        "GET /open        may        may    may",
        "GET /pets/id     -          may    may",
        "DELETE /pets/id  -          -      -",
        "GET /mine        -          -      -",
    ]


def test_chosen_calls_in_circumstances(rehearsal):
    inside = Circumstances(source_ip="10.1.1.1")
    text = access_matrix(rehearsal, ["anonymous"], ["GET /open", "GET /typo"], inside)
    assert text.splitlines()[1:] == ["GET /open  -", "GET /typo  ?"]


def test_a_caller_who_is_not_known_is_an_error(rehearsal):
    with pytest.raises(CallerError):
        access_matrix(rehearsal, ["nobody"])
