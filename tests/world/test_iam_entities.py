"""Where identities stand: names without case, ARNs with it, and every account on its own."""

import pytest
from tests.gateway import OTHER, OWNER, user
from tests.household import Household, managed, role

from gatelodge.world.iam_entities import (
    POLICY,
    ROLE,
    USER,
    default_version,
    find_by_arn,
    find_by_id,
    find_entity,
    find_policy,
    read_document,
    read_document_text,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    household = Household(tmp_path_factory.mktemp("entities"))
    household.put(USER, user("Alice"))
    household.put(ROLE, role("dev", "/app/"))
    household.put(POLICY, managed("mine", {"v": 1}, {"v": 2}, default="v2"))
    household.put(POLICY, managed("theirs", {"v": 1}, account=OTHER), OTHER)
    return household.store


@pytest.mark.parametrize(
    ("account", "name", "there"),
    [(OWNER, "Alice", True), (OWNER, "alice", False), (OTHER, "Alice", False), (OWNER, "", False)],
)
def test_names(store, account, name, there):
    assert (find_entity(store, account, USER, name) is not None) is there


@pytest.mark.parametrize(
    ("arn", "there"),
    [
        (f"arn:aws:iam::{OWNER}:role/app/dev", True),
        (f"arn:aws:iam::{OWNER}:role/dev", False),
        (f"arn:aws:iam::{OWNER}:role/other/dev", False),
        (f"arn:aws:iam::{OWNER}:user/app/dev", False),
        (f"arn:aws:iam::{OTHER}:role/app/dev", False),
        (f"arn:aws:sts::{OWNER}:role/app/dev", False),
        ("", False),
        ("arn", False),
    ],
)
def test_arns_count_path_and_all(store, arn, there):
    assert (find_by_arn(store, ROLE, arn) is not None) is there


def test_unique_ids(store):
    assert find_by_id(store, "AROADEV").name == "dev"
    assert find_by_id(store, "AIDAALICE").name == "Alice"
    for text in ("AROAOTHER", "AIDADEV", "", "ANPAX"):
        assert find_by_id(store, text) is None


@pytest.mark.parametrize(
    ("account", "arn", "there"),
    [
        (OWNER, f"arn:aws:iam::{OWNER}:policy/mine", True),
        (OWNER, "arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess", True),
        # Nobody attaches what belongs to another account.
        (OWNER, f"arn:aws:iam::{OTHER}:policy/theirs", False),
        (OTHER, f"arn:aws:iam::{OWNER}:policy/mine", False),
        (OWNER, f"arn:aws:iam::{OWNER}:policy/path/mine", False),
        (OWNER, "arn:aws:iam::aws:policy/NoSuchPolicy", False),
        (OWNER, "mine", False),
    ],
)
def test_policies_that_an_account_can_attach(store, account, arn, there):
    assert (find_policy(store, account, arn) is not None) is there


def test_the_version_that_counts():
    assert default_version(managed("p", {"v": 1}, {"v": 2}, default="v2"))["Document"] == {"v": 2}
    assert default_version(managed("p", {"v": 1}, default="v9")) is None


def test_documents_are_texts_or_objects():
    assert read_document('{"a": 1}') == read_document({"a": 1}) == {"a": 1}
    assert read_document_text('{"a": 1}') == '{"a": 1}'
    assert read_document_text({"a": 1}) == '{"a": 1}'
