"""Documents of the control plane: AWS-shaped JSON, with versions so that no update is lost."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from gatelodge.store.database import ConflictError, Database
from gatelodge.store.records import Document

_DOCUMENT = "account, region, kind, id, parent, name, body, version, created"


class Documents(Database):
    """The table of documents."""

    def document(self, account: str, region: str, kind: str, document_id: str) -> Document | None:
        """Read one document; None when there is none."""
        rows = self.rows(
            f"SELECT {_DOCUMENT} FROM document "  # noqa: S608 - a constant
            "WHERE account = ? AND region = ? AND kind = ? AND id = ?",
            (account, region, kind, document_id),
        )
        return _document(rows[0]) if rows else None

    def documents(self, kind: str, *, account: str | None = None) -> list[Document]:
        """Read all documents of a kind, of one account or of all, in the order of their ids."""
        where, arguments = ("AND account = ?", (kind, account)) if account else ("", (kind,))
        rows = self.rows(
            f"SELECT {_DOCUMENT} FROM document "  # noqa: S608 - constants
            f"WHERE kind = ? {where} ORDER BY account, region, id",
            arguments,
        )
        return [_document(row) for row in rows]

    def count(self, kind: str, account: str) -> int:
        """Count the documents of a kind in an account."""
        rows = self.rows(
            "SELECT count(*) FROM document WHERE kind = ? AND account = ?", (kind, account)
        )
        return int(rows[0][0])

    def children(self, account: str, region: str, kind: str, parent: str) -> list[Document]:
        """Read the documents of a kind that belong to a parent, in the order of their ids."""
        rows = self.rows(
            f"SELECT {_DOCUMENT} FROM document "  # noqa: S608 - a constant
            "WHERE account = ? AND region = ? AND kind = ? AND parent = ? ORDER BY id",
            (account, region, kind, parent),
        )
        return [_document(row) for row in rows]

    def belonging(self, kind: str, parent: str) -> list[Document]:
        """Read the documents of a kind that belong to a parent, in whatever account."""
        rows = self.rows(
            f"SELECT {_DOCUMENT} FROM document "  # noqa: S608 - a constant
            "WHERE kind = ? AND parent = ? ORDER BY account, region, id",
            (kind, parent),
        )
        return [_document(row) for row in rows]

    def named(self, kind: str, name: str) -> list[Document]:
        """Read the documents of a kind that have a name, in whatever account and region."""
        rows = self.rows(
            f"SELECT {_DOCUMENT} FROM document "  # noqa: S608 - a constant
            "WHERE kind = ? AND name = ? ORDER BY account, region, id",
            (kind, name),
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
