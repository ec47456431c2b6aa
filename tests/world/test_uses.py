"""Last uses: noted in memory, written together, bounded."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from tests.household import Household, away

from gatelodge import iam
from gatelodge.authorize.caller import Caller, CallerPolicies
from gatelodge.iam import Principal, PrincipalKind
from gatelodge.world import uses as module
from gatelodge.world.uses import Uses

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    return Household(tmp_path / "state")


def caller(key="AKIA1", kind=PrincipalKind.USER, user_id="AIDA1"):
    principal = Principal(kind, "arn", "111111111111", user_id=user_id)
    return Caller(principal, CallerPolicies(iam.PolicySet([])), key, "")


def write(uses, home):
    with ThreadPoolExecutor(1) as executor:
        asyncio.run(uses.write(home.store, executor))


def test_the_latest_use_is_written_once(home):
    uses = Uses()
    for seconds in range(3):
        uses.note(caller(), NOW + timedelta(seconds=seconds), "us-east-1", "execute-api")
    write(uses, home)
    use = home.store.last_use("AKIA1")
    assert (use.used, use.region, use.service) == (
        "2026-01-02T03:04:07+00:00", "us-east-1", "execute-api"
    )  # fmt: skip
    home.store.forget_use("AKIA1")
    write(uses, home)
    assert home.store.last_use("AKIA1") is None


def test_sessions_count_for_their_role(home):
    uses = Uses()
    session = PrincipalKind.ROLE_SESSION
    uses.note(caller("ASIA2", session, "AROA1:b"), NOW + timedelta(seconds=9), "r2", "s")
    uses.note(caller("ASIA1", session, "AROA1:a"), NOW, "r1", "s")
    write(uses, home)
    assert home.store.last_use("AROA1").region == "r2"
    assert home.store.last_use("ASIA1") is None


def test_no_more_is_noted_than_fits(home, monkeypatch):
    monkeypatch.setattr(module, "MAX_NOTED", 2)
    uses = Uses()
    for number in range(3):
        uses.note(caller(f"AKIA{number}"), NOW, "r", "s")
    uses.note(caller("AKIA1"), NOW, "again", "s")
    write(uses, home)
    assert home.store.last_use("AKIA2") is None
    assert home.store.last_use("AKIA1").region == "again"


def test_with_the_store_away_nothing_fails(home):
    uses = Uses()
    uses.note(caller(), NOW, "r", "s")
    with away(home.store):
        write(uses, home)
    write(uses, home)
    assert home.store.last_use("AKIA1") is None
