"""Long-term access keys, their secrets sealed."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from gatelodge.store.database import ConflictError, Database
from gatelodge.store.records import AccessKey

_KEY = "id, account, principal, principal_id, secret, active, created"


class AccessKeys(Database):
    """The table of access keys."""

    def add_access_key(self, key: AccessKey) -> None:
        """Keep a new access key. Raises ConflictError when there is one of that id."""
        with self.transaction() as connection:
            try:
                connection.execute(
                    f"INSERT INTO access_key ({_KEY}) VALUES (?,?,?,?,?,?,?)",  # noqa: S608 - a constant
                    (
                        key.id,
                        key.account,
                        key.principal,
                        key.principal_id,
                        key.secret,
                        int(key.active),
                        key.created,
                    ),
                )
            except sqlite3.IntegrityError as error:
                raise ConflictError(f"access key {key.id} exists already") from error
            self.note_change(f"key {key.id}")

    def access_key(self, key_id: str) -> AccessKey | None:
        """Read one access key."""
        rows = self.rows(f"SELECT {_KEY} FROM access_key WHERE id = ?", (key_id,))  # noqa: S608 - a constant
        return _access_key(rows[0]) if rows else None

    def access_keys(self, principal: str | None = None) -> list[AccessKey]:
        """List access keys, of one principal (by ARN) or all."""
        where, arguments = ("WHERE principal = ?", (principal,)) if principal else ("", ())
        return self._select_keys(where, arguments)

    def access_keys_of(self, principal_id: str) -> list[AccessKey]:
        """List the access keys of a user, by its unique id, or of an account's root."""
        return self._select_keys("WHERE principal_id = ?", (principal_id,))

    def _select_keys(self, where: str, arguments: Sequence[str]) -> list[AccessKey]:
        rows = self.rows(
            f"SELECT {_KEY} FROM access_key {where} ORDER BY created, id",  # noqa: S608 - constants
            arguments,
        )
        return [_access_key(row) for row in rows]

    def set_access_key_active(self, key_id: str, *, active: bool) -> bool:
        """Activate or deactivate an access key; False when there is none."""
        with self.transaction() as connection:
            updated = connection.execute(
                "UPDATE access_key SET active = ? WHERE id = ?", (int(active), key_id)
            )
            if updated.rowcount == 1:
                self.note_change(f"key {key_id}")
            return updated.rowcount == 1

    def move_access_keys(self, principal_id: str, principal: str) -> None:
        """Note that whose keys these are has another ARN now."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE access_key SET principal = ? WHERE principal_id = ?",
                (principal, principal_id),
            )
            self.note_change(f"keys of {principal_id}")

    def delete_access_key(self, key_id: str) -> bool:
        """Delete an access key; False when there was none."""
        with self.transaction() as connection:
            deleted = connection.execute("DELETE FROM access_key WHERE id = ?", (key_id,))
            if deleted.rowcount == 1:
                self.note_change(f"key {key_id}")
            return deleted.rowcount == 1


def _access_key(row: Sequence[Any]) -> AccessKey:
    key_id, account, principal, principal_id, secret, active, created = row
    return AccessKey(
        id=str(key_id),
        account=str(account),
        principal=str(principal),
        principal_id=str(principal_id),
        secret=bytes(secret),
        active=bool(active),
        created=str(created),
    )
