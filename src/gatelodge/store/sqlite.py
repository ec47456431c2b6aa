"""The store on SQLite. Each thread has a connection of its own; processes share the file."""

import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gatelodge.store.records import AccessKey, Document

_SCHEMA = Path(__file__).parent / "schema"
_BUSY_SECONDS = 10.0
_DOCUMENT = "account, region, kind, id, parent, name, body, version, created"
_KEY = "id, account, principal, secret, active, created"


class StoreError(RuntimeError):
    """The store cannot be read or written."""


class ConflictError(StoreError):
    """Somebody else changed the document first: read it again and decide anew."""


class Store:
    """Everything that lasts. Methods block; workers call them off their event loop.

    Every method is a transaction of its own, unless called inside `with store.transaction()`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._migrate()
        _stores.add(self)

    # Documents.

    def document(self, account: str, region: str, kind: str, document_id: str) -> Document | None:
        """Read one document; None when there is none."""
        rows = self._rows(
            f"SELECT {_DOCUMENT} FROM document "  # noqa: S608 - a constant
            "WHERE account = ? AND region = ? AND kind = ? AND id = ?",
            (account, region, kind, document_id),
        )
        return _document(rows[0]) if rows else None

    def documents(self, kind: str, *, account: str | None = None) -> list[Document]:
        """Read all documents of a kind, of one account or of all, in the order of their ids."""
        where, arguments = ("AND account = ?", (kind, account)) if account else ("", (kind,))
        rows = self._rows(
            f"SELECT {_DOCUMENT} FROM document "  # noqa: S608 - constants
            f"WHERE kind = ? {where} ORDER BY account, region, id",
            arguments,
        )
        return [_document(row) for row in rows]

    def put(self, document: Document) -> Document:
        """Write a document whose version is the stored one's; gives it with the next version.

        Raises ConflictError when the versions differ: no update is lost.
        """
        d, body = document, json.dumps(document.body, separators=(",", ":"))
        with self.transaction() as connection:
            if d.version == 0:
                try:
                    connection.execute(
                        f"INSERT INTO document ({_DOCUMENT}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608 - a constant
                        (d.account, d.region, d.kind, d.id, d.parent, d.name, body, 1, d.created),
                    )
                except sqlite3.IntegrityError as error:
                    raise ConflictError(f"{d.kind} {d.id} exists already") from error
            else:
                updated = connection.execute(
                    "UPDATE document SET body = ?, name = ?, parent = ?, version = version + 1 "
                    "WHERE account = ? AND region = ? AND kind = ? AND id = ? AND version = ?",
                    (body, d.name, d.parent, d.account, d.region, d.kind, d.id, d.version),
                )
                if updated.rowcount != 1:
                    raise ConflictError(f"{d.kind} {d.id} was changed by somebody else")
            self.note_change(f"document {d.kind} {d.account} {d.id}")
        return Document(
            account=d.account,
            kind=d.kind,
            id=d.id,
            body=d.body,
            region=d.region,
            parent=d.parent,
            name=d.name,
            version=d.version + 1,
            created=d.created,
        )

    def remove(self, document: Document) -> None:
        """Delete a document in the version given. Raises ConflictError as put does."""
        d = document
        with self.transaction() as connection:
            deleted = connection.execute(
                "DELETE FROM document "
                "WHERE account = ? AND region = ? AND kind = ? AND id = ? AND version = ?",
                (d.account, d.region, d.kind, d.id, d.version),
            )
            if deleted.rowcount != 1:
                raise ConflictError(f"{d.kind} {d.id} was changed by somebody else")
            self.note_change(f"document {d.kind} {d.account} {d.id}")

    # Publications and stages.

    def publish(self, api: str, deployment: str, body: str) -> None:
        """Keep an API as a deployment froze it; the same again changes nothing."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO publication (api, deployment, body) VALUES (?, ?, ?) "
                "ON CONFLICT (api, deployment) DO NOTHING",
                (api, deployment, body),
            )

    def publication(self, api: str, deployment: str) -> str | None:
        """Read what a deployment froze."""
        rows = self._rows(
            "SELECT body FROM publication WHERE api = ? AND deployment = ?", (api, deployment)
        )
        return str(rows[0][0]) if rows else None

    def set_stage(self, api: str, name: str, deployment: str, body: str) -> None:
        """Point a stage at a deployment."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO stage (api, name, deployment, body) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (api, name) DO UPDATE SET deployment = excluded.deployment, "
                "body = excluded.body",
                (api, name, deployment, body),
            )
            self.note_change(f"stage {api} {name}")

    def stages(self) -> list[tuple[str, str, str]]:
        """List stages: (api, deployment, body)."""
        rows = self._rows("SELECT api, deployment, body FROM stage ORDER BY api, name", ())
        return [(str(api), str(deployment), str(body)) for api, deployment, body in rows]

    # Access keys.

    def add_access_key(self, key: AccessKey) -> None:
        """Keep a new access key. Raises ConflictError when there is one of that id."""
        with self.transaction() as connection:
            try:
                connection.execute(
                    f"INSERT INTO access_key ({_KEY}) VALUES (?,?,?,?,?,?)",  # noqa: S608 - a constant
                    (key.id, key.account, key.principal, key.secret, int(key.active), key.created),
                )
            except sqlite3.IntegrityError as error:
                raise ConflictError(f"access key {key.id} exists already") from error
            self.note_change(f"key {key.id}")

    def access_key(self, key_id: str) -> AccessKey | None:
        """Read one access key."""
        rows = self._rows(f"SELECT {_KEY} FROM access_key WHERE id = ?", (key_id,))  # noqa: S608 - a constant
        return _access_key(rows[0]) if rows else None

    def access_keys(self, principal: str | None = None) -> list[AccessKey]:
        """List access keys, of one principal or all."""
        where, arguments = ("WHERE principal = ?", (principal,)) if principal else ("", ())
        rows = self._rows(
            f"SELECT {_KEY} FROM access_key {where} ORDER BY created, id",  # noqa: S608 - constants
            arguments,
        )
        return [_access_key(row) for row in rows]

    def delete_access_key(self, key_id: str) -> bool:
        """Delete an access key; False when there was none."""
        with self.transaction() as connection:
            deleted = connection.execute("DELETE FROM access_key WHERE id = ?", (key_id,))
            if deleted.rowcount == 1:
                self.note_change(f"key {key_id}")
            return deleted.rowcount == 1

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
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM change", ())[0][0])

    def changes_since(self, seq: int) -> list[tuple[int, str]]:
        """List the changes after a number, oldest first."""
        rows = self._rows("SELECT seq, what FROM change WHERE seq > ? ORDER BY seq", (seq,))
        return [(int(number), str(what)) for number, what in rows]

    def setting(self, name: str) -> str | None:
        """Read a fact about the store itself."""
        rows = self._rows("SELECT value FROM setting WHERE name = ?", (name,))
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
            connection.execute("BEGIN")
            self._local.reading = True
            try:
                yield
            finally:
                self._local.reading = False
                connection.rollback()

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        connection: sqlite3.Connection | None = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _rows(self, sql: str, arguments: Sequence[object]) -> list[tuple[Any, ...]]:
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
        made = self._rows("SELECT 1 FROM sqlite_master WHERE name = 'setting'", ())
        return int(self.setting("schema") or 0) if made else 0

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error


_stores: "weakref.WeakSet[Store]" = weakref.WeakSet()


def _close_before_fork() -> None:
    """Let no connection cross a fork.

    The child's SQLite would believe to hold locks that only the parent holds; with the parent gone,
    acknowledged writes are lost (sqlite.org/howtocorrupt.html, section 2.6).
    """
    for store in list(_stores):
        store.close()


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


def _document(row: Sequence[Any]) -> Document:
    account, region, kind, document_id, parent, name, body, version, created = row
    return Document(
        account=str(account),
        region=str(region),
        kind=str(kind),
        id=str(document_id),
        parent=str(parent),
        name=str(name),
        body=json.loads(str(body)),
        version=int(version),
        created=str(created),
    )


def _access_key(row: Sequence[Any]) -> AccessKey:
    key_id, account, principal, secret, active, created = row
    return AccessKey(
        id=str(key_id),
        account=str(account),
        principal=str(principal),
        secret=bytes(secret),
        active=bool(active),
        created=str(created),
    )
