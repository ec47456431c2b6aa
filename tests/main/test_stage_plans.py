"""Loading compiles what changed and nothing else, and one bad stage takes no other with it."""

import json

import pytest

from gatelodge.main.stage_plans import StagePlans
from gatelodge.published import Api, Stage, to_json
from gatelodge.store import Store


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
