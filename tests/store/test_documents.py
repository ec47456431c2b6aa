"""Documents: found by what they belong to, and apart by account and region."""

import pytest

from gatelodge.store import ConflictError, Document, Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.db")


def put(store, document_id, *, account="1", kind="k", **members):
    return store.put(
        Document(account=account, kind=kind, id=document_id, body={"id": document_id}, **members)
    )


def ids(found):
    return [one.id for one in found]


def test_accounts_and_regions_are_apart(store):
    put(store, "a", region="us-east-1")
    put(store, "a", region="eu-west-1")
    put(store, "a", account="2", region="us-east-1")
    assert store.document("1", "eu-west-1", "k", "a").region == "eu-west-1"
    assert store.document("3", "eu-west-1", "k", "a") is None
    assert store.document("1", "", "k", "a") is None
    assert store.count("k", "1") == 2
    assert len(store.documents("k")) == 3
    assert len(store.documents("k", account="2")) == 1
    assert store.documents("other") == []


def test_children_and_what_belongs(store):
    for name in "cab":
        put(store, name, region="r", parent="p")
    put(store, "d", region="r", parent="q")
    put(store, "e", account="2", region="r", parent="p")
    assert ids(store.children("1", "r", "k", "p")) == ["a", "b", "c"]
    assert ids(store.belonging("k", "p")) == ["a", "b", "c", "e"]


def test_names(store):
    put(store, "a", name="x")
    put(store, "b", name="x", account="2")
    put(store, "c", name="y")
    assert ids(store.named("k", "x")) == ["a", "b"]


def test_each_write_has_the_next_version_and_keeps_the_rest(store):
    first = put(store, "a", name="x", parent="p", created="2026")
    assert first.version == 1
    second = store.put(first)
    assert (second.version, second.created) == (2, "2026")
    assert store.document("1", "", "k", "a") == second


def test_what_was_removed_can_be_made_anew(store):
    first = put(store, "a")
    store.remove(first)
    assert store.document("1", "", "k", "a") is None
    with pytest.raises(ConflictError):
        store.remove(first)
    with pytest.raises(ConflictError):
        store.put(first)
    assert put(store, "a").version == 1
