"""Publications and stages: what is served, and what everybody is told of it."""

import pytest

from gatelodge.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.db")


def test_a_stage_moves_between_deployments(store):
    store.set_stage("api", "prod", "d1", "{}")
    store.set_stage("api", "prod", "d2", '{"a":1}')
    store.set_stage("api", "dev", "d1", "{}")
    assert store.stages() == [("api", "d1", "{}"), ("api", "d2", '{"a":1}')]
    told = [what for _, what in store.changes_since(0)]
    assert told == ["stage api prod", "stage api prod", "stage api dev"]


def test_what_was_published_stays_when_its_stage_goes(store):
    store.publish("api", "d1", "body")
    store.set_stage("api", "prod", "d1", "{}")
    store.delete_stage("api", "prod")
    assert store.stages() == []
    assert store.publication("api", "d1") == "body"
    assert store.publication("api", "d2") is None
    assert store.publication("other", "d1") is None


def test_a_publication_alone_tells_nobody(store):
    store.publish("api", "d1", "body")
    assert store.changes_since(0) == []
