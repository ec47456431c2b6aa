"""Files, read with bounds."""

import pytest

from gatelodge.files.load import FileError, load


def test_files(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1")
    assert load(path) == {"a": 1}
    assert load(path, 4) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "limit", "told"),
    [(b"a: 1", 3, "larger than 3 bytes"), (b"\xff", 10, "not UTF-8"), (b"a: [", 10, "line 2")],
)
def test_what_cannot_be_read(tmp_path, content, limit, told):
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(FileError, match=told) as refused:
        load(path, limit)
    assert str(refused.value).startswith(f"{path}: ")


def test_what_is_not_there(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        load(tmp_path / "gone")
    with pytest.raises(FileError, match="directory"):
        load(tmp_path)
