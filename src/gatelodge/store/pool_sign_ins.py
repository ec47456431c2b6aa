"""Sign-ins of user pools and their refresh tokens (hashed), and what counts once only."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from gatelodge.store.database import Database
from gatelodge.store.records import SignIn

_SIGN_IN = "origin_jti, pool, sub, client, token, scope, created, expires, revoked"
_SWEPT_AT_ONCE = 100


class PoolSignIns(Database):
    """The tables of sign-ins. They are not part of the feed of changes."""

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Keep a new sign-in; some that have expired go."""
        s = sign_in
        with self.transaction() as connection:
            _sweep(connection, "pool_sign_in", "origin_jti", s.created)
            connection.execute(
                f"INSERT INTO pool_sign_in ({_SIGN_IN}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608 - a constant
                (
                    s.origin_jti, s.pool, s.sub, s.client, s.token, s.scope, s.created, s.expires,
                    int(s.revoked),
                ),
            )  # fmt: skip

    def sign_in(self, origin_jti: str) -> SignIn | None:
        """Find a sign-in by the origin_jti of its tokens."""
        return self._one("origin_jti", origin_jti)

    def sign_in_by_token(self, token: bytes) -> SignIn | None:
        """Find a sign-in by the SHA-256 of its refresh token."""
        return self._one("token", token)

    def change_token(self, origin_jti: str, token: bytes) -> None:
        """Give a sign-in another refresh token."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE pool_sign_in SET token = ? WHERE origin_jti = ?", (token, origin_jti)
            )

    def revoke_sign_in(self, origin_jti: str) -> None:
        """Make the tokens of a sign-in void."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE pool_sign_in SET revoked = 1 WHERE origin_jti = ?", (origin_jti,)
            )

    def revoke_sign_ins(self, pool: str, sub: str) -> None:
        """Make the tokens of all sign-ins of a user void."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE pool_sign_in SET revoked = 1 WHERE pool = ? AND sub = ?", (pool, sub)
            )

    def use_once(self, used_id: str, now: float, expires: float) -> bool:
        """Note that something was used; False when it had been before."""
        with self.transaction() as connection:
            _sweep(connection, "pool_used", "id", now)
            added = connection.execute(
                "INSERT OR IGNORE INTO pool_used (id, expires) VALUES (?, ?)", (used_id, expires)
            )
            return added.rowcount == 1

    def failures(self, pool: str, key: str, now: float) -> tuple[int, float]:
        """Tell how often signing in failed under a name, and until when it is locked."""
        rows = self.rows(
            "SELECT failures, locked_until FROM pool_failure "
            "WHERE pool = ? AND name_key = ? AND expires >= ?",
            (pool, key, now),
        )
        return (int(rows[0][0]), float(rows[0][1])) if rows else (0, 0.0)

    def set_failures(
        self, pool: str, key: str, failures: int, locked_until: float, expires: float, now: float
    ) -> None:
        """Note failed attempts under a name; they are forgotten once they expire."""
        with self.transaction() as connection:
            connection.execute(
                "DELETE FROM pool_failure WHERE (pool, name_key) IN "
                "(SELECT pool, name_key FROM pool_failure WHERE expires < ? LIMIT ?)",
                (now, _SWEPT_AT_ONCE),
            )
            connection.execute(
                "INSERT OR REPLACE INTO pool_failure VALUES (?, ?, ?, ?, ?)",
                (pool, key, failures, locked_until, expires),
            )

    def forget_failures(self, pool: str, key: str) -> None:
        """Forget the failed attempts under a name."""
        with self.transaction() as connection:
            connection.execute(
                "DELETE FROM pool_failure WHERE pool = ? AND name_key = ?", (pool, key)
            )

    def _one(self, column: str, value: str | bytes) -> SignIn | None:
        rows = self.rows(
            f"SELECT {_SIGN_IN} FROM pool_sign_in WHERE {column} = ?",  # noqa: S608 - constants
            (value,),
        )
        return _sign_in(rows[0]) if rows else None


def _sweep(connection: sqlite3.Connection, table: str, key: str, now: float) -> None:
    """Delete a few rows that have expired: a bounded share of every write."""
    connection.execute(
        f"DELETE FROM {table} WHERE {key} IN "  # noqa: S608 - constants
        f"(SELECT {key} FROM {table} WHERE expires < ? LIMIT {_SWEPT_AT_ONCE})",
        (now,),
    )


def _sign_in(row: Sequence[Any]) -> SignIn:
    origin_jti, pool, sub, client, token, scope, created, expires, revoked = row
    return SignIn(
        origin_jti=str(origin_jti),
        pool=str(pool),
        sub=str(sub),
        client=str(client),
        token=bytes(token),
        scope=str(scope),
        created=float(created),
        expires=float(expires),
        revoked=bool(revoked),
    )
