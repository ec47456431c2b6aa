"""Stages: what one is made with, what it serves, and what it cannot be."""

import json

import pytest
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway.deployments import create_deployment
from gatelodge.control.apigateway.stages import (
    create_stage,
    delete_stage,
    get_stage,
    get_stages,
    serve_file,
    update_stage,
)
from gatelodge.published import AccessLog, stage_from_json


class Staged(DeskApi):
    """An API with two deployments."""

    def __init__(self, directory):
        super().__init__(directory)
        self.mock(self.method())
        self.first, self.second = (self.do(create_deployment, **self.api)["id"] for _ in range(2))

    def create(self, name="prod", **members):
        given = {"stageName": name, "deploymentId": self.first, **members}
        return self.do(create_stage, **self.api, **given)

    def served(self):
        """The stages that the data plane reads."""
        read = [stage_from_json(json.loads(body)) for _, _, body in self.store.stages()]
        return {stage.name: stage for stage in read}


@pytest.fixture
def desk(tmp_path):
    return Staged(tmp_path)


def test_a_new_stage(desk):
    made = dict(desk.create(description="d", variables={"v": "1"}, tracingEnabled=True))
    made.pop("createdDate")
    made.pop("lastUpdatedDate")
    assert made == {
        "deploymentId": desk.first,
        "stageName": "prod",
        "description": "d",
        "variables": {"v": "1"},
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": True,
    }
    served = desk.served()["prod"]
    assert (served.deployment_id, served.variables) == (desk.first, {"v": "1"})


@pytest.mark.parametrize(
    ("members", "code", "told"),
    [
        ({"deploymentId": "nothin"}, "BadRequestException", "Deployment id does not exist"),
        ({"stageName": "a b"}, "BadRequestException", "Stage name only allows a-zA-Z0-9_-"),
        ({"stageName": "s" * 129}, "BadRequestException", "Stage name only allows"),
        ({"variables": {"a-b": "1"}}, "BadRequestException", "Invalid stage variable a-b"),
        ({"variables": {"a": "<"}}, "BadRequestException", "Invalid stage variable a"),
        ({"cacheClusterSize": "3"}, "BadRequestException", "Invalid cacheClusterSize specified"),
        ({"documentationVersion": "1"}, "NotFoundException", "Invalid Documentation version"),
    ],
)
def test_what_no_stage_is(desk, members, code, told):
    given = {"stageName": "prod", "deploymentId": desk.first, **members}
    refused = desk.refused(create_stage, **desk.api, **given)
    assert refused[0] == code
    assert told in refused[1]
    assert desk.served() == {}


def test_a_name_is_taken_once(desk):
    desk.create()
    given = {"stageName": "prod", "deploymentId": desk.second}
    refused = desk.refused(create_stage, **desk.api, **given)
    assert refused == ("ConflictException", "Stage already exists")
    desk.create("dev", deploymentId=desk.second)
    listed = desk.do(get_stages, **desk.api, deploymentId=desk.second)["item"]
    assert [one["stageName"] for one in listed] == ["dev"]
    desk.do(delete_stage, **desk.api, stageName="prod")
    assert set(desk.served()) == {"dev"}
    assert desk.refused(get_stage, **desk.api, stageName="prod") == (
        "NotFoundException",
        "Invalid stage identifier specified",
    )


def test_a_deployment_of_another_api_is_none(desk):
    other = Staged(desk.directory)
    given = {"stageName": "prod", "deploymentId": other.first}
    assert desk.refused(create_stage, **desk.api, **given)[1] == "Deployment id does not exist"


def test_operations_are_done_in_their_order_and_all_or_none(desk):
    desk.create(variables={"v": "1"})
    patches = [
        {"op": "replace", "path": "/variables/v", "value": "2"},
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "3"},
        {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "4"},
    ]
    at = {**desk.api, "stageName": "prod"}
    bad = {"op": "replace", "path": "/deploymentId", "value": "nothin"}
    assert desk.refused(update_stage, **at, patchOperations=[*patches, bad])
    assert desk.served()["prod"].variables == {"v": "1"}
    desk.do(update_stage, **at, patchOperations=patches)
    served = desk.served()["prod"]
    assert served.variables == {"v": "2"}
    assert served.method_settings["*/*"].throttling_rate_limit == 3.0
    assert (served.canary_settings.deployment_id, served.canary_settings.percent_traffic) == (
        desk.first,
        4.0,
    )
    assert not served.is_canary


def test_a_file_of_the_operator_says_what_a_stage_is(desk):
    def serve(**members):
        with desk.store.transaction():
            return serve_file(
                desk.call(),
                desk.api["restApiId"],
                "prod",
                desk.first,
                **{"variables": {"v": "1"}, "access_log": None, **members},
            )

    assert serve()
    assert not serve()  # which changes nothing
    assert serve(access_log=AccessLog("$context.requestId", "/var/log/x"))
    assert desk.served()["prod"].access_log.destination == "/var/log/x"
    assert serve(variables={})
    assert desk.served()["prod"].variables == {}
    # A path is shown to nobody who may only edit the stage's settings.
    shown = desk.do(get_stage, **desk.api, stageName="prod")
    assert "accessLogSettings" not in shown
