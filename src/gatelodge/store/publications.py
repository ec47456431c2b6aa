"""APIs as deployments froze them, and the stages that point at them."""

from gatelodge.store.database import Database


class Publications(Database):
    """The tables of publications and stages: what the data plane serves."""

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
        rows = self.rows(
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

    def delete_stage(self, api: str, name: str) -> None:
        """Forget a stage; its deployments stay."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM stage WHERE api = ? AND name = ?", (api, name))
            self.note_change(f"stage {api} {name}")

    def stages(self) -> list[tuple[str, str, str]]:
        """List stages: (api, deployment, body)."""
        rows = self.rows("SELECT api, deployment, body FROM stage ORDER BY api, name", ())
        return [(str(api), str(deployment), str(body)) for api, deployment, body in rows]
