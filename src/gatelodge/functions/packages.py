"""Deployment packages: zip archives, kept by their digest and unpacked with bounds.

What an archive says of itself is not believed: names stay inside the package, sizes are counted as
they are unpacked, links are made last and lead nowhere else.
"""

import hashlib
import io
import os
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from itertools import dropwhile
from pathlib import Path, PurePosixPath

MAX_ZIPPED = 52_428_800
MAX_UNZIPPED = 262_144_000
"""AWS's quota: a function and its layers together (Lambda quotas)."""
MAX_ENTRIES = 100_000
MAX_NAME = 1024
_CHUNK = 1 << 20
_ENTRY = b"PK\x01\x02"
"""How an entry of the central directory begins (APPNOTE.TXT, 4.3.12)."""
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)


class PackageError(ValueError):
    """An archive that is refused; the message says why."""


class Packages:
    """The archives of one state directory, by the SHA-256 of their octets in hexadecimal."""

    __slots__ = ("_directory",)

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory

    def keep(self, archive: bytes) -> str:
        """Check an archive by reading all of it, and keep it; gives its digest."""
        check(archive)
        digest = hashlib.sha256(archive).hexdigest()
        path = self.path(digest)
        if not path.exists():
            made = path.with_name(f"{secrets.token_hex(8)}.new")
            descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(archive)
                file.flush()
                os.fsync(file.fileno())
            made.replace(path)
        return digest

    def path(self, digest: str) -> Path:
        """Say where an archive is kept."""
        return self._directory / f"{digest}.zip"

    def unpack(self, digests: Sequence[str], target: Path) -> None:
        """Unpack archives over each other into a directory of this name, whole or not at all.

        Raises PackageError; a directory that is there already is taken as it is.
        """
        if target.is_dir():
            return
        made = target.with_name(f"{secrets.token_hex(8)}.new")
        made.mkdir(mode=0o755)
        left = MAX_UNZIPPED
        try:
            for digest in digests:
                try:
                    archive = self.path(digest).read_bytes()
                except OSError as error:
                    raise PackageError(f"package {digest} is missing: {error.strerror}") from error
                try:
                    left -= _unpack(archive, made, left)
                except OSError as error:  # such as a directory and a file of one name
                    raise PackageError(f"package {digest}: {error.strerror}") from error
            try:
                made.rename(target)
            except OSError:
                if not target.is_dir():  # somebody else was faster otherwise
                    raise
        finally:
            shutil.rmtree(made, ignore_errors=True)


def check(archive: bytes) -> None:
    """Read an archive from end to end without writing anything. Raises PackageError."""
    if len(archive) > MAX_ZIPPED:
        raise PackageError(f"Zipped size must be smaller than {MAX_ZIPPED} bytes")
    left = MAX_UNZIPPED
    with _open(archive) as opened:
        for entry in _entries(opened):
            for chunk in _read(opened, entry):
                left -= len(chunk)
                if left < 0:
                    raise _too_large()


def pack_directory(directory: Path) -> bytes:
    """Make an archive of a directory: the same files give the same octets."""
    written = io.BytesIO()
    left = MAX_UNZIPPED
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(directory.rglob("*")):
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            left -= path.stat().st_size
            if left < 0:
                raise _too_large()
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), _FIRST_DATE)
            entry.external_attr = (stat.S_IFREG | (path.stat().st_mode & 0o777)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return written.getvalue()


def _unpack(archive: bytes, target: Path, left: int) -> int:
    """Unpack one archive; gives how many octets it has."""
    used = 0
    links: list[tuple[Path, str]] = []
    with _open(archive) as opened:
        for entry in _entries(opened):
            path = target.joinpath(*_parts(entry.filename))
            mode = entry.external_attr >> 16
            if entry.is_dir():
                _make_directory(path, target)
                continue
            _make_directory(path.parent, target)
            content = bytearray() if stat.S_ISLNK(mode) else None
            path.unlink(missing_ok=True)  # of a layer below
            with path.open("wb") as file:
                for chunk in _read(opened, entry):
                    used += len(chunk)
                    if used > left:
                        raise _too_large()
                    if content is None:
                        file.write(chunk)
                    elif len(content) <= MAX_NAME:
                        content += chunk
            path.chmod(0o755 if mode & 0o111 else 0o644)
            if content is not None:
                links.append((path, content.decode("utf-8", "replace")))
    for path, aim in links:
        _link(path, aim, target)
    return used


def _make_directory(path: Path, target: Path) -> None:
    """Make a directory inside the target; never through a link that a layer below has made."""
    step = target
    for part in path.relative_to(target).parts:
        step /= part
        if step.is_symlink() or (step.exists() and not step.is_dir()):
            step.unlink()
        if not step.exists():
            step.mkdir(mode=0o755)


def _link(path: Path, aim: str, target: Path) -> None:
    """Make a symbolic link, if it leads to something inside the package."""
    resolved = os.path.normpath(path.parent.joinpath(aim))
    inside = resolved.startswith(f"{target}{os.sep}")
    # What stands above is no link, what is named may be one: upwards from there leads anywhere.
    steps = [step for step in aim.split("/") if step not in ("", ".")]
    named = list(dropwhile(lambda step: step == "..", steps))
    if aim.startswith("/") or "\0" in aim or not inside or ".." in named:
        raise PackageError(f"the link {path.relative_to(target)} leads out of the package")
    path.unlink()
    path.symlink_to(aim)


def _open(archive: bytes) -> zipfile.ZipFile:
    # Opening makes an object of each entry, so they are counted before.
    if archive.count(_ENTRY) > MAX_ENTRIES:
        raise PackageError(f"more than {MAX_ENTRIES} entries")
    try:
        return zipfile.ZipFile(io.BytesIO(archive))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise PackageError(f"not a zip archive: {error}") from error


def _entries(opened: zipfile.ZipFile) -> Iterable[zipfile.ZipInfo]:
    """Give the entries, each with a name that stays inside and stands only once."""
    seen: set[tuple[str, ...]] = set()
    for entry in opened.infolist():
        parts = _parts(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
            raise PackageError(f"{entry.filename!r} is neither a file, a directory nor a link")
        if entry.flag_bits & 1:
            raise PackageError(f"{entry.filename!r} is encrypted")
        if not entry.is_dir():
            if parts in seen or not parts:
                raise PackageError(f"{entry.filename!r} stands twice")
            seen.add(parts)
        yield entry


def _parts(name: str) -> tuple[str, ...]:
    """Take a name apart. Raises PackageError for one that leads out of the package."""
    parts = PurePosixPath(name).parts
    if (
        len(name) > MAX_NAME
        or name.startswith("/")
        or ".." in parts
        or any(c in name for c in "\\\0")
    ):
        raise PackageError(f"the name {name[:100]!r} leads out of the package")
    return parts


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterable[bytes]:
    try:
        with opened.open(entry) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise PackageError(f"{entry.filename!r} cannot be unpacked: {error}") from error


def _too_large() -> PackageError:
    return PackageError(f"Unzipped size must be smaller than {MAX_UNZIPPED} bytes")
