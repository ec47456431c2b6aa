"""The state directory: who may look into it, and the master key that opens what is sealed."""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

from gatelodge.store.sealing import KEY_BYTES, MasterKey
from gatelodge.store.sqlite import Store

MASTER_KEY_FILE = "master.key"
MASTER_KEY_VARIABLE = "GATELODGE_MASTER_KEY"


class StateError(RuntimeError):
    """A state directory that cannot be used; the message names the path and what to do."""


def open_state(directory: Path, environ: Mapping[str, str]) -> tuple[Store, MasterKey]:
    """Open or make a state directory. Raises StateError or StoreError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"{directory}: cannot be made a directory: {error.strerror}") from error
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise StateError(f"{directory}: not readable and writable for this user")
    store = Store(directory / "store.db")
    key = read_master_key(directory, environ)
    named = store.setting("master key")
    if named is None:
        store.set_setting("master key", key.name.hex())
    elif named != key.name.hex():
        raise StateError(
            f"{directory}: its secrets were sealed under another master key than the one in "
            f"{MASTER_KEY_FILE} or {MASTER_KEY_VARIABLE}"
        )
    return store, key


def read_master_key(directory: Path, environ: Mapping[str, str]) -> MasterKey:
    """Read the master key from the environment or its file, making one the first time."""
    text = environ.get(MASTER_KEY_VARIABLE)
    path = directory / MASTER_KEY_FILE
    if text is None:
        try:
            # Made and filled under another name first: no other process reads half a key.
            made = path.with_suffix(f".{os.getpid()}")
            descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(made, path)
            except FileExistsError:
                pass
            finally:
                made.unlink()
            text = path.read_text("ascii")
        except OSError as error:
            raise StateError(f"{path}: {error.strerror}") from error
    try:
        return MasterKey(base64.b64decode(text.strip(), validate=True))
    except (ValueError, binascii.Error) as error:
        raise StateError(f"{path}: not {KEY_BYTES} bytes in base64") from error
