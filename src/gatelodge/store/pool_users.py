"""Users of user pools and their groups. Finding one takes no longer where there are millions."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.store.database import ConflictError, Database
from gatelodge.store.records import PoolUser

_USER = (
    "pool, sub, username, name_key, status, enabled, attributes, verifier, state, created, modified"
)
_U = ", ".join(f"u.{column}" for column in _USER.split(", "))

Indexed = Mapping[str, str]
"""Attribute → value as it is compared: those by which a user can be found."""


class PoolUsers(Database):
    """The tables of users and group members. They are not part of the feed of changes."""

    def add_pool_user(self, user: PoolUser, indexed: Indexed) -> None:
        """Keep a new user. Raises ConflictError when the name is taken."""
        with self.transaction() as connection:
            try:
                connection.execute(
                    f"INSERT INTO pool_user ({_USER}) VALUES (?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - a constant
                    _values(user),
                )
            except sqlite3.IntegrityError as error:
                raise ConflictError(f"user {user.username} exists already") from error
            _index(connection, user, indexed)

    def change_pool_user(self, user: PoolUser, indexed: Indexed | None = None) -> None:
        """Write what changed of a user; indexed: all of them, None where none changed."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE pool_user SET status = ?, enabled = ?, attributes = ?, verifier = ?, "
                "state = ?, modified = ? WHERE pool = ? AND sub = ?",
                (*_values(user)[4:9], user.modified, user.pool, user.sub),
            )
            if indexed is not None:
                _unindex(connection, user.pool, user.sub)
                _index(connection, user, indexed)

    def remove_pool_user(self, pool: str, sub: str) -> None:
        """Delete a user with all that belongs to it."""
        with self.transaction() as connection:
            _unindex(connection, pool, sub)
            for table in ("pool_user", "pool_group_member", "pool_sign_in"):
                connection.execute(
                    f"DELETE FROM {table} WHERE pool = ? AND sub = ?",  # noqa: S608 - constants
                    (pool, sub),
                )

    def empty_pool(self, pool: str) -> None:
        """Delete everybody of a pool."""
        tables = ("pool_user", "pool_user_attribute", "pool_group_member", "pool_sign_in")
        with self.transaction() as connection:
            for table in tables:
                connection.execute(f"DELETE FROM {table} WHERE pool = ?", (pool,))  # noqa: S608 - constants

    def pool_user(self, pool: str, key: str) -> PoolUser | None:
        """Find a user by name, as it is compared."""
        rows = self.rows(
            f"SELECT {_USER} FROM pool_user WHERE pool = ? AND name_key = ?",  # noqa: S608 - a constant
            (pool, key),
        )
        return _user(rows[0]) if rows else None

    def pool_user_by_sub(self, pool: str, sub: str) -> PoolUser | None:
        """Find a user by sub."""
        rows = self.rows(
            f"SELECT {_USER} FROM pool_user WHERE pool = ? AND sub = ?",  # noqa: S608 - a constant
            (pool, sub),
        )
        return _user(rows[0]) if rows else None

    def pool_users_with(
        self, pool: str, name: str, value: str, *, prefix: bool = False, after: str, limit: int
    ) -> list[PoolUser]:
        """List users by an attribute as it is compared, in the order of `value NUL sub`.

        after: that of the last one seen, empty to begin.
        """
        start, _, sub = after.partition("\0")
        end = value + chr(0x10FFFF) if prefix else value
        rows = self.rows(
            f"SELECT {_U} FROM pool_user_attribute a JOIN pool_user u "  # noqa: S608 - constants
            "ON u.pool = a.pool AND u.sub = a.sub "
            "WHERE a.pool = ? AND a.name = ? AND a.value >= ? AND a.value <= ? "
            "AND (a.value, a.sub) > (?, ?) ORDER BY a.value, a.sub LIMIT ?",
            (pool, name, value, end, start, sub, limit),
        )
        return [_user(row) for row in rows]

    def pool_users(
        self,
        pool: str,
        *,
        after: str = "",
        limit: int,
        prefix: str = "",
        status: str | None = None,
        enabled: bool | None = None,
    ) -> list[PoolUser]:
        """List users in the order of their names, after one of them."""
        where, arguments = "", []
        if prefix:
            where += " AND name_key >= ? AND name_key <= ?"
            arguments += [prefix, prefix + chr(0x10FFFF)]
        for column, wanted in (("status", status), ("enabled", enabled)):
            if wanted is not None:
                where += f" AND {column} = ?"
                arguments.append(wanted if isinstance(wanted, str) else str(int(wanted)))
        rows = self.rows(
            f"SELECT {_USER} FROM pool_user WHERE pool = ? AND name_key > ?{where} "  # noqa: S608 - constants
            "ORDER BY name_key LIMIT ?",
            (pool, after, *arguments, limit),
        )
        return [_user(row) for row in rows]

    def count_pool_users(self, pool: str) -> int:
        """Count the users of a pool."""
        return int(self.rows("SELECT count(*) FROM pool_user WHERE pool = ?", (pool,))[0][0])

    # Groups.

    def add_to_group(self, user: PoolUser, group: str) -> None:
        """Put a user into a group; where it already is, nothing changes."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO pool_group_member (pool, group_name, name_key, sub) "
                "VALUES (?, ?, ?, ?)",
                (user.pool, group, user.key, user.sub),
            )

    def remove_from_group(self, user: PoolUser, group: str) -> None:
        """Take a user out of a group."""
        with self.transaction() as connection:
            connection.execute(
                "DELETE FROM pool_group_member WHERE pool = ? AND group_name = ? AND name_key = ?",
                (user.pool, group, user.key),
            )

    def empty_group(self, pool: str, group: str) -> None:
        """Take everybody out of a group."""
        with self.transaction() as connection:
            connection.execute(
                "DELETE FROM pool_group_member WHERE pool = ? AND group_name = ?", (pool, group)
            )

    def groups_of(self, user: PoolUser) -> list[str]:
        """Name the groups of a user."""
        rows = self.rows(
            "SELECT group_name FROM pool_group_member WHERE pool = ? AND sub = ? "
            "ORDER BY group_name",
            (user.pool, user.sub),
        )
        return [str(name) for (name,) in rows]

    def group_members(self, pool: str, group: str, *, after: str, limit: int) -> list[PoolUser]:
        """List the users of a group in the order of their names, after one of them."""
        rows = self.rows(
            f"SELECT {_U} FROM pool_group_member m JOIN pool_user u "  # noqa: S608 - constants
            "ON u.pool = m.pool AND u.sub = m.sub "
            "WHERE m.pool = ? AND m.group_name = ? AND m.name_key > ? ORDER BY m.name_key LIMIT ?",
            (pool, group, after, limit),
        )
        return [_user(row) for row in rows]


def _index(connection: sqlite3.Connection, user: PoolUser, indexed: Indexed) -> None:
    connection.executemany(
        "INSERT INTO pool_user_attribute (pool, name, value, sub) VALUES (?, ?, ?, ?)",
        [(user.pool, name, value, user.sub) for name, value in indexed.items()],
    )


def _unindex(connection: sqlite3.Connection, pool: str, sub: str) -> None:
    connection.execute("DELETE FROM pool_user_attribute WHERE pool = ? AND sub = ?", (pool, sub))


def _values(user: PoolUser) -> tuple[Any, ...]:
    return (
        user.pool,
        user.sub,
        user.username,
        user.key,
        user.status,
        int(user.enabled),
        json.dumps(user.attributes, ensure_ascii=False, separators=(",", ":")),
        user.verifier,
        json.dumps(user.state, separators=(",", ":")),
        user.created,
        user.modified,
    )


def _user(row: Sequence[Any]) -> PoolUser:
    pool, sub, username, key, status, enabled, attributes, verifier, state, created, modified = row
    return PoolUser(
        pool=str(pool),
        sub=str(sub),
        username=str(username),
        key=str(key),
        status=str(status),
        enabled=bool(enabled),
        attributes=json.loads(str(attributes)),
        verifier=None if verifier is None else bytes(verifier),
        state=json.loads(str(state)),
        created=float(created),
        modified=float(modified),
    )
