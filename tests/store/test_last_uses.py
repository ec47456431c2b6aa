"""Last uses: the latest counts, whoever writes last, and nobody is told of a change."""

from gatelodge.store import LastUse, Store


def use(used, region="us-east-1", used_id="AKIA1"):
    return LastUse(id=used_id, used=used, region=region, service="execute-api")


def test_the_latest_use_counts_whoever_writes_last(tmp_path):
    store = Store(tmp_path / "store.db")
    assert store.last_use("AKIA1") is None
    store.note_uses([use("2026-01-02T00:00:00+00:00"), use("2026-01-01T00:00:00+00:00", "x", "B")])
    store.note_uses([use("2026-01-01T00:00:00+00:00", "eu-west-1")])
    assert store.last_use("AKIA1") == use("2026-01-02T00:00:00+00:00")
    assert store.last_change() == 0
    store.forget_use("AKIA1")
    assert store.last_use("AKIA1") is None
    assert store.last_use("B") is not None
