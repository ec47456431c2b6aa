"""What is done with every finished call: the book, the id, the lines on a terminal, the log."""

import io

import pytest
from tests.explain.visits import plan
from tests.play import drive, request

from gatelodge.explain.record import make_record
from gatelodge.fronts.access_logs import AccessLogs
from gatelodge.fronts.reception import LINES_A_SECOND, DecisionLines, Reception
from gatelodge.published import AccessLog, Stage
from gatelodge.serve import Gate, StagePlan, serve
from gatelodge.world.book import Book, find_record

FORMAT = (
    "$context.requestId $context.status $context.error.responseType $context.responseLength "
    "$context.integrationLatency"
)


def served(path="/prod/open", compiled=None, answers=()):
    asked = request(path=path)
    return asked, drive(serve(asked, Gate([compiled or plan()])), *answers)[1]


def reception(directory, *, header=True, lines=None):
    logs = AccessLogs(directory / "logs")
    return Reception(
        Book(directory / "book", 1), header=header, lines=lines, access_logs=logs
    ), logs


@pytest.mark.parametrize("header", [True, False])
def test_the_id_of_the_decision_can_be_left_out(tmp_path, header):
    door, _ = reception(tmp_path, header=header)
    asked, answer = served()
    door.note(asked, answer)
    ids = [line for line in answer.response.lines if line.startswith("x-gatelodge-decision: ")]
    assert len(ids) == int(header)
    if header:
        assert find_record(tmp_path / "book", ids[0].partition(": ")[2]) is not None
    # It is in the book all the same.
    assert any((tmp_path / "book").glob("*.book"))


def test_fifty_lines_and_denials_first():
    out = io.StringIO()
    lines = DecisionLines(out)
    for path in ["/prod/open"] * 80 + ["/prod/nope"] * 70:
        asked, answer = served(path)
        lines.add(make_record(asked, answer), answer)
    lines.flush(LINES_A_SECOND)
    written = out.getvalue().splitlines()
    assert len(written) == LINES_A_SECOND == 50
    assert all(line.startswith("403 GET /prod/nope") for line in written)
    lines.flush(LINES_A_SECOND)
    written = out.getvalue().splitlines()[50:]
    assert [line[:3] for line in written[:50]] == ["200"] * 50
    # Twenty denials and thirty others were not kept.
    assert written[50:] == ["… and 50 more decisions (gatelodge why --last)"]
    lines.flush(LINES_A_SECOND)
    assert len(out.getvalue().splitlines()) == 101


@pytest.mark.parametrize(
    ("path", "clock", "line"),
    [
        # The clock before and after the integration.
        ("/prod/open", (41.0, 41.25), "200 - 0 250"),
        ("/prod/nope", (), "403 MISSING_AUTHENTICATION_TOKEN 42 -"),
    ],
)
def test_the_access_log_of_the_stage(tmp_path, path, clock, line):
    """L4 of gateway-responses.md section 6.3."""
    door, logs = reception(tmp_path)
    bare = plan()
    log = AccessLog(FORMAT, str(tmp_path / "access.log"))
    compiled = StagePlan(bare.api, Stage(bare.api.id, "prod", "d1", access_log=log))
    asked, answer = served(path, compiled, clock)
    door.note(asked, answer)
    logs.flush(logs.take())
    assert (tmp_path / "access.log").read_text() == f"{asked.id} {line}\n"


def test_a_call_that_reached_no_stage_is_in_no_access_log(tmp_path):
    door, logs = reception(tmp_path)
    door.note(*served("/dev/open"))
    assert not logs.take()


def test_a_book_that_cannot_be_written_does_not_undo_a_decision(tmp_path, monkeypatch):
    door, _ = reception(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Book, "write", full)
    asked, answer = served()
    door.note(asked, answer)
    assert answer.response.status == 200
    assert not any("x-gatelodge-decision" in line for line in answer.response.lines)
