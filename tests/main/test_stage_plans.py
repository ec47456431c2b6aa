"""Loading compiles what changed and nothing else, and one bad stage takes no other with it."""

import json

import pytest
from tests.play import request

from gatelodge.main.stage_plans import StagePlans
from gatelodge.published import Api, CanarySettings, Stage, to_json
from gatelodge.store import Store, StoreError


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.db")


def publish(store, api="a", deployment="1", stage="prod", **members):
    published = Api(api, "name", "1", "us-east-1", deployment)
    store.publish(api, deployment, json.dumps(to_json(published)))
    body = Stage(api, stage, deployment, **members)
    store.set_stage(api, stage, deployment, json.dumps(to_json(body)))


def test_what_did_not_change_is_the_same_object(store):
    plans = StagePlans(store)
    publish(store, "a")
    publish(store, "b")
    first = plans.load().stages
    publish(store, "b", "2")
    publish(store, "c")
    second = plans.load().stages
    assert second["a", "prod"] is first["a", "prod"]
    assert second["b", "prod"].api.deployment_id == "2"
    assert set(second) == {("a", "prod"), ("b", "prod"), ("c", "prod")}
    publish(store, "b", "1")
    third = plans.load().stages
    assert third["b", "prod"].api.deployment_id == "1"


def test_a_stage_with_other_variables_is_compiled_anew(store):
    plans = StagePlans(store)
    publish(store)
    publish(store, stage="dev")
    first = plans.load().stages
    publish(store, variables={"v": "1"})
    second = plans.load().stages
    assert second["a", "prod"].stage.variables == {"v": "1"}
    assert second["a", "dev"] is first["a", "dev"]


def test_what_is_gone_is_forgotten(store):
    plans = StagePlans(store)
    publish(store)
    plans.load()
    store.delete_stage("a", "prod")
    assert plans.load().stages == {}
    assert plans._plans == {}


@pytest.mark.parametrize("broken", ['{"unknown": 1}', "{", None])
def test_a_stage_that_cannot_be_compiled_is_not_served(store, broken):
    publish(store, "a")
    publish(store, "b")
    with store.transaction() as connection:
        connection.execute("DELETE FROM publication WHERE api = 'b'")
    if broken is not None:
        store.publish("b", "1", broken)
    assert set(StagePlans(store).load().stages) == {("a", "prod")}


def test_a_canary_takes_its_share(store):
    publish(store, deployment="2")
    settings = CanarySettings("2", 25.0, {"v": "canary"})
    publish(store, deployment="1", variables={"v": "stage"}, canary_settings=settings)
    plan = StagePlans(store).load().stages["a", "prod"]
    assert (plan.api.deployment_id, plan.stage.variables) == ("1", {"v": "stage"})
    served = [plan.canary.serves(with_id(f"request-{number}")) for number in range(2000)]
    chosen = [one for one in served if one is not None]
    assert 400 < len(chosen) < 600
    assert {one.api.deployment_id for one in chosen} == {"2"}
    assert chosen[0].stage.variables == {"v": "canary"}
    assert plan.canary.serves(with_id("request-0")) is served[0]  # the same request, the same way


def with_id(request_id):
    sent = request()
    sent.id = request_id
    return sent


def test_a_stage_whose_canary_is_missing_is_not_served(store):
    publish(store, "b")
    publish(store, canary_settings=CanarySettings("gone", 0.0))
    assert set(StagePlans(store).load().stages) == {("b", "prod")}


def test_a_store_that_goes_away_takes_no_stage_with_it(store, monkeypatch):
    publish(store)
    plans = StagePlans(store)
    plans.load()
    publish(store, "b")
    gone = StoreError("disk I/O error")
    monkeypatch.setattr(store, "publication", lambda *_: (_ for _ in ()).throw(gone))
    with pytest.raises(StoreError):
        plans.load()
    monkeypatch.undo()
    assert set(plans.load().stages) == {("a", "prod"), ("b", "prod")}
