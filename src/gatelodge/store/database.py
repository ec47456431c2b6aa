"""The database file: transactions, snapshots, schema, the feed of changes. SQLite in WAL mode.

Each thread has a connection of its own; processes share the file. Knows no table but its own two.
"""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = Path(__file__).parent / "schema"
_BUSY_SECONDS = 10.0


class StoreError(RuntimeError):
    """The store cannot be read or written."""


class ConflictError(StoreError):
    """Somebody else changed the document first: read it again and decide anew."""


class Database:
    """One file. Methods block; workers call them off their event loop.

    Every method is a transaction of its own, unless called inside `with store.transaction()`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._writing = threading.Lock()
        """Threads of one process wait here and not in the file, where waiting is unfair."""
        self._migrate()
        _databases.add(self)

    # Changes and settings.

    def note_change(self, what: str) -> None:
        """Append to the feed, inside the transaction of the change itself."""
        with self.transaction() as connection:
            # Numbered here and not by the database: a sequence could show 8 before 7 is committed,
            # and whoever follows the feed would never see 7.
            connection.execute(
                "INSERT INTO change (seq, what) SELECT coalesce(max(seq), 0) + 1, ? FROM change",
                (what,),
            )

    def last_change(self) -> int:
        """Give the number of the newest change; 0 before the first."""
        return int(self.rows("SELECT coalesce(max(seq), 0) FROM change", ())[0][0])

    def changes_since(self, seq: int) -> list[tuple[int, str]]:
        """List the changes after a number, oldest first."""
        rows = self.rows("SELECT seq, what FROM change WHERE seq > ? ORDER BY seq", (seq,))
        return [(int(number), str(what)) for number, what in rows]

    def forget_changes(self, before: int) -> None:
        """Take away the changes before a number; the newest stays, since numbers go on from it."""
        with self.transaction() as connection:
            connection.execute(
                "DELETE FROM change WHERE seq < min(?, (SELECT max(seq) FROM change))", (before,)
            )

    def setting(self, name: str) -> str | None:
        """Read a fact about the store itself."""
        rows = self.rows("SELECT value FROM setting WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set_setting(self, name: str, value: str) -> None:
        """Write a fact about the store itself."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO setting (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    # How it works.

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Make several calls one: all of it happens, or nothing. May be nested."""
        with self._failing_clearly():
            connection = self._connection()
            if getattr(self._local, "reading", False):
                raise RuntimeError("a snapshot is for reading only")
            if connection.in_transaction:
                yield connection
                return
            with self._writing:
                # At once, so that two writers never wait for each other in a circle.
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.commit()
                except BaseException:
                    connection.rollback()
                    raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let several reads see one moment, whatever is written meanwhile."""
        with self._failing_clearly():
            connection = self._connection()
            if connection.in_transaction:
                yield
                return
            outer = getattr(self._local, "reading", False)
            connection.execute("BEGIN")
            self._local.reading = True
            try:
                yield
            finally:
                self._local.reading = outer
                connection.rollback()

    def end_snapshot(self) -> None:
        """Let go of this thread's snapshot before a long wait, if it has one.

        What is read from then on is what there is then; writing stays impossible. A snapshot that
        is held keeps the log of writes from being tidied up, which grows with every write.
        """
        if getattr(self._local, "reading", False):
            with self._failing_clearly():
                self._connection().rollback()

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        connection: sqlite3.Connection | None = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def rows(self, sql: str, arguments: Sequence[object]) -> list[tuple[Any, ...]]:
        """Read rows."""
        with self._failing_clearly():
            return self._connection().execute(sql, arguments).fetchall()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            _write_ahead(connection)
            # FULL: what was acknowledged survives a power cut too.
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return connection

    def _migrate(self) -> None:
        """Bring the schema up to date, one numbered file after the other."""
        try:
            # Made for its owner alone, and never open to others for a moment.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}") from error
        with self._failing_clearly():
            files = sorted(_SCHEMA.glob("*.sql"))
            if self._schema() == len(files):
                return
            with self.transaction() as connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS setting "
                    "(name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"
                )
                done = self._schema()
                if done > len(files):
                    raise StoreError(
                        f"{self.path}: written by a newer gatelodge (schema {done}); "
                        "upgrade to use it"
                    )
                for file in files[done:]:
                    for statement in _statements(file.read_text("utf-8")):
                        connection.execute(statement)
                self.set_setting("schema", str(len(files)))

    def _schema(self) -> int:
        """Give how many schema files were applied."""
        made = self.rows("SELECT 1 FROM sqlite_master WHERE name = 'setting'", ())
        return int(self.setting("schema") or 0) if made else 0

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error


_databases: "weakref.WeakSet[Database]" = weakref.WeakSet()


def _close_before_fork() -> None:
    """Let no connection cross a fork.

    The child's SQLite would believe to hold locks that only the parent holds; with the parent gone,
    acknowledged writes are lost (sqlite.org/howtocorrupt.html, section 2.6).
    """
    for database in list(_databases):
        database.close()


os.register_at_fork(before=_close_before_fork)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn to WAL. SQLite's own time-out does not cover several processes doing so at once."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _statements(sql: str) -> list[str]:
    """Split a schema file into statements; executescript would end the transaction."""
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]
