"""Rehearsals: what the gateway would do, told without one."""

from datetime import UTC, datetime

import pytest
from tests.expect.estate import A, B, rehearsal, write

from gatelodge.expect import Circumstances, Rehearsal, RehearsalError

__all__ = ["rehearsal"]


@pytest.mark.parametrize(
    ("who", "call", "allowed"),
    [
        ("anonymous", "GET /open", True),
        ("anonymous", "GET /pets/7", False),
        ("alice", "GET /pets/7", True),
        ("alice", "GET /open", True),
        ("alice", "DELETE /pets/7", False),
        ("root", "DELETE /pets/7", True),
        ("bob", "GET /pets/7", True),
        ("bob", "DELETE /pets/7", False),
        (f"arn:aws:iam::{B}:root", "GET /pets/7", True),
        (f"arn:aws:iam::{B}:root", "DELETE /pets/7", False),
        ("role/reader", "GET /pets/7?a=b", True),
        ("role/reader", "DELETE /pets/7", False),
        ("anonymous", "GET /mine", False),
        ("alice", "GET /mine", False),
        ({"token": {"sub": "u"}}, "GET /mine", True),
        ({"token": {"token_use": "access"}}, "GET /mine", False),
        ({"token": {"exp": 1}}, "GET /mine", False),
        ({"token": {}}, "GET /pets/7", False),
    ],
)
def test_who_may_call_what(rehearsal, who, call, allowed):
    assert rehearsal.ask(who, call).allowed is allowed


def test_reasons_are_those_of_why(rehearsal):
    answer = rehearsal.ask("alice", "DELETE /pets/7")
    assert (
        "no identity policy allows this; nearest is identity policy p statement 1" in answer.reason
    )
    assert answer.explanation.agrees
    assert [part.title for part in answer.explanation.parts][:2] == ["route", "caller"]
    allowed = rehearsal.ask("alice", "GET /pets/7")
    assert allowed.reason == "allowed by identity policy p statement 1"


@pytest.mark.parametrize(
    ("circumstances", "allowed"),
    [
        (Circumstances(), True),
        (Circumstances(source_ip="10.1.2.3"), False),
        (Circumstances(secure=False), False),
        (Circumstances(headers={"User-Agent": "badger"}), False),
        (Circumstances(headers={"User-Agent": "good"}), True),
        (Circumstances(at=datetime(2100, 1, 1, 0, 0, 1, tzinfo=UTC)), False),
        (Circumstances(at=datetime(2099, 12, 31, tzinfo=UTC)), True),
    ],
)
@pytest.mark.parametrize(("who", "call"), [("anonymous", "GET /open"), ("alice", "GET /pets/7")])
def test_circumstances(rehearsal, who, call, circumstances, allowed):
    assert rehearsal.ask(who, call, circumstances).allowed is allowed


def test_a_method_that_does_not_exist_is_neither_allowed_nor_denied(rehearsal):
    with pytest.raises(RehearsalError, match=r"no such method; nearest: GET /pets/\{id\}"):
        rehearsal.ask("alice", "GET /pet/7")
    with pytest.raises(RehearsalError, match="no such method"):
        rehearsal.ask("alice", "PUT /pets/7")


@pytest.mark.parametrize("call", ["/pets", "GET pets", "get /pets", "GET /pets x", ""])
def test_a_call_is_a_verb_and_a_path(rehearsal, call):
    with pytest.raises(RehearsalError, match="write VERB /path"):
        rehearsal.ask("alice", call)


def test_a_path_that_the_gateway_refuses_cannot_be_told(rehearsal):
    with pytest.raises(RehearsalError):
        rehearsal.ask("alice", "GET /pets/../open")


def test_calls_are_all_methods(rehearsal):
    assert sorted(rehearsal.calls()) == [
        "DELETE /pets/id", "GET /mine", "GET /open", "GET /pets/id"]  # fmt: skip


def test_files_with_mistakes_are_told_all_at_once(tmp_path):
    write(tmp_path)
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(RehearsalError) as raised:
        Rehearsal.load(tmp_path / "none.json", [tmp_path / "b.json"], account=A)
    assert len(str(raised.value).splitlines()) == 2
