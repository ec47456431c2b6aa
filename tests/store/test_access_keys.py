"""Access keys: whose they are by unique id, whatever their ARN becomes."""

from dataclasses import replace

import pytest

from gatelodge.store import AccessKey, ConflictError, Store

KEY = AccessKey(
    id="AKIA1",
    account="1",
    principal="arn:aws:iam::1:user/a",
    principal_id="AIDA1",
    secret=b"\x00sealed",
    active=True,
    created="2026-01-02",
)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store.db")
    store.add_access_key(KEY)
    return store


def test_there_and_back(store):
    assert store.access_key("AKIA1") == KEY
    assert store.access_key("AKIA2") is None
    with pytest.raises(ConflictError):
        store.add_access_key(KEY)


def test_lists_are_in_the_order_of_their_making(store):
    earlier = replace(KEY, id="AKIA2", created="2025-01-01")
    other = replace(KEY, id="AKIA3", principal="arn:aws:iam::1:user/b", principal_id="AIDA2")
    for key in (earlier, other):
        store.add_access_key(key)
    assert store.access_keys(KEY.principal) == store.access_keys_of("AIDA1") == [earlier, KEY]
    assert [key.id for key in store.access_keys()] == ["AKIA2", "AKIA1", "AKIA3"]


def test_every_change_is_told_and_none_where_nothing_changed(store):
    def told():
        nonlocal seen
        new = store.changes_since(seen)
        seen = store.last_change()
        return [what for _, what in new]

    seen = store.last_change()
    assert store.set_access_key_active("AKIA1", active=False)
    assert not store.access_key("AKIA1").active
    assert told() == ["key AKIA1"]
    assert not store.set_access_key_active("AKIA2", active=False)
    assert not store.delete_access_key("AKIA2")
    assert told() == []
    store.move_access_keys("AIDA1", "arn:aws:iam::1:user/renamed")
    assert store.access_key("AKIA1").principal == "arn:aws:iam::1:user/renamed"
    assert told() == ["keys of AIDA1"]
    assert store.delete_access_key("AKIA1")
    assert store.access_key("AKIA1") is None
    assert told() == ["key AKIA1"]
