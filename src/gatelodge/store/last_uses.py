"""When access keys and roles were last used."""

from collections.abc import Iterable

from gatelodge.store.database import Database
from gatelodge.store.records import LastUse


class LastUses(Database):
    """The table of last uses. Nobody waits for it: it is not part of the feed of changes."""

    def note_uses(self, uses: Iterable[LastUse]) -> None:
        """Keep uses in one transaction; of one key the latest counts, whoever writes last."""
        with self.transaction() as connection:
            connection.executemany(
                "INSERT INTO last_use (id, used, region, service) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET used = excluded.used, region = excluded.region, "
                "service = excluded.service WHERE excluded.used > last_use.used",
                [(use.id, use.used, use.region, use.service) for use in uses],
            )

    def last_use(self, used_id: str) -> LastUse | None:
        """Read when a key or role was last used; None when it never was."""
        rows = self.rows("SELECT id, used, region, service FROM last_use WHERE id = ?", (used_id,))
        if not rows:
            return None
        found_id, used, region, service = rows[0]
        return LastUse(id=str(found_id), used=str(used), region=str(region), service=str(service))

    def forget_use(self, used_id: str) -> None:
        """Drop what belongs to a key or role that is gone."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM last_use WHERE id = ?", (used_id,))
