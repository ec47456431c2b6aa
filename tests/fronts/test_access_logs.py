"""Where access log lines go."""

import pytest

from gatelodge.fronts.access_logs import AccessLogs

GROUP = "arn:aws:logs:eu-west-1:111111111111:log-group:/apis/../pets"


@pytest.fixture
def logs(tmp_path):
    return AccessLogs(tmp_path / "logs")


def test_a_log_group_is_a_file_below_the_directory(logs, tmp_path):
    logs.write(GROUP, "one")
    logs.write(str(tmp_path / "other"), "two")
    logs.write(GROUP, "three")
    logs.flush(logs.take())
    logs.flush(logs.take())
    file = tmp_path / "logs" / "111111111111_eu-west-1_%2Fapis%2F..%2Fpets.log"
    assert file.read_text() == "one\nthree\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "other").read_text() == "two\n"


@pytest.mark.parametrize("piece", ["..", "../../x", "a/b"])
def test_no_piece_of_an_arn_leads_out_of_the_directory(logs, tmp_path, piece):
    path = logs.path(f"arn:aws:logs:{piece}:{piece}:log-group:{piece}").resolve()
    assert path.is_relative_to((tmp_path / "logs").resolve())


def test_a_log_that_cannot_be_written_ends_nothing(logs, tmp_path):
    logs.write(str(tmp_path), "lost")
    logs.write(str(tmp_path / "good"), "kept")
    logs.flush(logs.take())
    assert (tmp_path / "good").read_text() == "kept\n"
    with pytest.raises(OSError, match="directory"):
        logs.check(str(tmp_path))


def test_standard_output(logs, capsys):
    logs.write("-", "one")
    logs.flush(logs.take())
    assert capsys.readouterr().out == "one\n"
