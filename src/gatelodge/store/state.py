"""The state directory: who may look into it, and the master key that opens what is sealed."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from gatelodge.store.sealing import KEY_BYTES, MasterKey
from gatelodge.store.store import Store

MASTER_KEY_FILE = "master.key"
MASTER_KEY_VARIABLE = "GATELODGE_MASTER_KEY"
_KEY_NAME = "master key"


class StateError(RuntimeError):
    """A state directory that cannot be used; the message names the path and what to do."""


def open_state(directory: Path, environ: Mapping[str, str]) -> tuple[Store, MasterKey]:
    """Open or make a state directory. Raises StateError or StoreError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StateError(
            f"{directory}: not a directory; choose another state directory with --state"
        ) from error
    except OSError as error:
        raise StateError(f"{directory}: cannot be made: {error.strerror}") from error
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise StateError(f"{directory}: not readable and writable for this user; change its owner")
    store = Store(directory / "store.db")
    key = read_master_key(directory, environ, known=store.setting(_KEY_NAME) is not None)
    with store.transaction():
        named = store.setting(_KEY_NAME)
        if named is None:
            store.set_setting(_KEY_NAME, key.name.hex())
        elif named != key.name.hex():
            raise StateError(
                f"{directory}: its secrets were sealed under another master key than the one in "
                f"{_source(directory, environ)}; give it the key that it was made with"
            )
    return store, key


def read_master_key(
    directory: Path, environ: Mapping[str, str], *, known: bool = False
) -> MasterKey:
    """Read the master key from the environment or its file, making one the first time.

    known: secrets were sealed before, so that a missing file is an error and not the first time.
    Raises StateError.
    """
    text = environ.get(MASTER_KEY_VARIABLE)
    if text is None:
        path = directory / MASTER_KEY_FILE
        try:
            if not path.exists():
                if known:
                    raise StateError(
                        f"{path}: missing, and without it the secrets in {directory} stay sealed; "
                        f"put it back or set {MASTER_KEY_VARIABLE}"
                    )
                _make_master_key(path)
            text = path.read_text("ascii")
        except OSError as error:
            raise StateError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError:
            text = ""
    try:
        return MasterKey(base64.b64decode(text.strip(), validate=True))
    except ValueError as error:
        source = _source(directory, environ)
        raise StateError(f"{source}: not {KEY_BYTES} bytes in base64") from error


def _make_master_key(path: Path) -> None:
    """Make the key file, unless another process did. Nobody reads half a key."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(made, path)
    except FileExistsError:
        return
    finally:
        made.unlink()
    # What is sealed from now on is lost without this name.
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _source(directory: Path, environ: Mapping[str, str]) -> str:
    """Say where the master key is taken from."""
    if MASTER_KEY_VARIABLE in environ:
        return f"the environment variable {MASTER_KEY_VARIABLE}"
    return str(directory / MASTER_KEY_FILE)
