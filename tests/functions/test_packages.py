"""Archives: what is inside comes out, and nothing else happens."""

import io
import stat
import zipfile

import pytest

from gatelodge.functions import packages
from gatelodge.functions.packages import PackageError, Packages, check, pack_directory


def archive(*entries):
    """Entries: (name, content[, mode])."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content, *mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (mode[0] if mode else stat.S_IFREG | 0o644) << 16
            made.writestr(entry, content)
    return written.getvalue()


LINK = stat.S_IFLNK | 0o777


def test_a_directory_comes_out_as_it_went_in(tmp_path):
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    (source / "app.py").write_text("x = 1")
    (source / "inner" / "run.sh").write_text("#!/bin/sh")
    (source / "inner" / "run.sh").chmod(0o755)
    kept = Packages(tmp_path / "kept")
    digest = kept.keep(pack_directory(source))
    kept.unpack([digest], tmp_path / "out")
    assert (tmp_path / "out" / "app.py").read_text() == "x = 1"
    assert (tmp_path / "out" / "inner" / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out" / "app.py").stat().st_mode & 0o777 == 0o644
    assert kept.keep(pack_directory(source)) == digest


def test_layers_lie_over_each_other(tmp_path):
    kept = Packages(tmp_path / "kept")
    below = kept.keep(archive(("a", "below"), ("b", "below")))
    above = kept.keep(archive(("b", "above")))
    kept.unpack([below, above], tmp_path / "out")
    assert (tmp_path / "out" / "a").read_text() == "below"
    assert (tmp_path / "out" / "b").read_text() == "above"


def test_a_link_inside_is_made(tmp_path):
    kept = Packages(tmp_path / "kept")
    digest = kept.keep(archive(("bin/tool", "../lib/tool", LINK), ("lib/tool", "here")))
    kept.unpack([digest], tmp_path / "out")
    assert (tmp_path / "out" / "bin" / "tool").read_text() == "here"


@pytest.mark.parametrize(
    "name",
    ["../out", "a/../../out", "/etc/passwd", "..\\out", "a\\..\\b", "x" * 2000],
)
def test_a_name_that_leads_out_is_refused(name):
    with pytest.raises(PackageError, match="leads out"):
        check(archive((name, "x")))


@pytest.mark.parametrize("aim", ["/etc/passwd", "../..", "../../etc", ".."])
def test_a_link_that_leads_out_is_refused(tmp_path, aim):
    kept = Packages(tmp_path / "kept")
    digest = kept.keep(archive(("a/link", aim, LINK)))
    with pytest.raises(PackageError, match="leads out"):
        kept.unpack([digest], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("aim", ["up/../../etc", "./up/..", "up/../x", "../m/up/../../x"])
def test_a_link_does_not_climb_from_another_link(tmp_path, aim):
    """`up` leads one directory up, so that going up from it leads further than it reads."""
    kept = Packages(tmp_path / "kept")
    digest = kept.keep(archive(("k/m/up", "..", LINK), ("k/m/link", aim, LINK), ("k/x", "x")))
    with pytest.raises(PackageError, match="leads out"):
        kept.unpack([digest], tmp_path / "out")


def test_entries_are_counted_before_any_is_read(monkeypatch):
    opened = []
    monkeypatch.setattr(packages, "MAX_ENTRIES", 3)
    monkeypatch.setattr(zipfile, "ZipFile", opened.append)
    many = b"PK\x01\x02" * 4
    with pytest.raises(PackageError, match="entries"):
        check(many)
    assert not opened


def test_nothing_is_written_through_a_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    kept = Packages(tmp_path / "kept")
    # The layer below makes d a link to its own e; the one above writes d/x.
    below = kept.keep(archive(("e/y", "y"), ("d", "e", LINK)))
    above = kept.keep(archive(("d/x", "x")))
    kept.unpack([below, above], tmp_path / "out")
    assert not (tmp_path / "out" / "d").is_symlink()
    assert not (tmp_path / "out" / "e" / "x").exists()


def test_sizes_are_counted_as_they_are_unpacked(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "MAX_UNZIPPED", 1000)
    check(archive(("a", "x" * 1000)))
    with pytest.raises(PackageError, match="Unzipped size"):
        check(archive(("a", "x" * 600), ("b", "x" * 600)))
    kept = Packages(tmp_path / "kept")
    one, two = kept.keep(archive(("a", "x" * 600))), kept.keep(archive(("b", "x" * 600)))
    with pytest.raises(PackageError, match="Unzipped size"):
        kept.unpack([one, two], tmp_path / "out")


def test_archives_are_bounded(monkeypatch):
    monkeypatch.setattr(packages, "MAX_ZIPPED", 50)
    with pytest.raises(PackageError, match="Zipped size must be smaller than 50 bytes"):
        check(b"x" * 51)
    monkeypatch.undo()
    monkeypatch.setattr(packages, "MAX_ENTRIES", 1)
    with pytest.raises(PackageError, match="entries"):
        check(archive(("a", "x"), ("b", "x")))


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", "not a zip"),
        (b"PK\x03\x04 and no more", "not a zip"),
        (archive(("a", "x"), ("./a", "y")), "stands twice"),
        (archive(("a", "x", stat.S_IFCHR | 0o644)), "neither a file"),
    ],
)
def test_what_is_no_package_is_refused(octets, told):
    with pytest.raises(PackageError, match=told):
        check(octets)


def test_damage_is_found_before_anything_is_kept(tmp_path):
    octets = bytearray(archive(("a", "hello hello hello hello hello hello")))
    octets[40] ^= 0xFF
    with pytest.raises(PackageError):
        Packages(tmp_path / "kept").keep(bytes(octets))
    assert not list((tmp_path / "kept").iterdir())


def test_a_file_and_a_directory_of_one_name(tmp_path):
    kept = Packages(tmp_path / "kept")
    digest = kept.keep(archive(("a/b", "x"), ("a", "y")))
    with pytest.raises(PackageError):
        kept.unpack([digest], tmp_path / "out")
