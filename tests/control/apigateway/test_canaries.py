"""Canaries: what a stage becomes by them, as recorded from AWS, and who is served by them."""

import json

import pytest
from tests.control.apigateway.calls import Api, refused

UNDEPLOYED = "Invalid deployment content specified."


class Released:
    """An API with a stage that serves a first deployment, and a second deployment."""

    def __init__(self, client, **stage):
        self.api = Api(client)
        self.client = client
        self.at = self.api.method(self.api.root)
        self.says("first")
        self.first = self.api.deploy(**stage)
        self.says("second")
        self.stage = {"restApiId": self.api.id, "stageName": "prod"}

    def says(self, word):
        template = {"application/json": json.dumps({"says": word})}
        self.client.put_integration_response(
            **self.at,
            statusCode="200",
            responseTemplates=template,
            responseParameters={},
        )

    def canary(self, **settings):
        return self.api.deploy(canarySettings=settings)

    def patch(self, *operations):
        changed = self.api.patch("update_stage", *operations, stageName="prod")
        return changed.get("canarySettings")

    def shown(self):
        found = self.client.get_stage(**self.stage)
        return found["deploymentId"], found.get("variables"), found.get("canarySettings")


@pytest.fixture
def released(client):
    return Released(client, variables={"a": "1", "b": "2"})


def test_a_deployment_to_the_canary_leaves_the_stage(released):
    second = released.canary(percentTraffic=50, stageVariableOverrides={"a": "3"})
    settings = {
        "deploymentId": second,
        "percentTraffic": 50.0,
        "stageVariableOverrides": {"a": "3"},
        "useStageCache": False,
    }
    assert released.shown() == (released.first, {"a": "1", "b": "2"}, settings)
    third = released.canary(percentTraffic=10)
    settings = {"deploymentId": third, "percentTraffic": 10.0, "useStageCache": False}
    assert released.shown()[2] == settings
    for deployment in (released.first, third):
        code, message = refused(
            released.client.delete_deployment, restApiId=released.api.id, deploymentId=deployment
        )
        assert (code, message[:13]) == ("BadRequestException", "Active stages")
    released.client.delete_deployment(restApiId=released.api.id, deploymentId=second)


def test_a_stage_may_begin_with_one(released):
    second = released.client.create_deployment(restApiId=released.api.id)["id"]
    made = released.client.create_stage(
        restApiId=released.api.id,
        stageName="dev",
        deploymentId=released.first,
        canarySettings={"deploymentId": second, "percentTraffic": 40, "useStageCache": True},
    )
    assert made["canarySettings"] == {
        "deploymentId": second,
        "percentTraffic": 40.0,
        "useStageCache": True,
    }
    code, message = refused(
        released.client.create_stage,
        restApiId=released.api.id,
        stageName="test",
        deploymentId=released.first,
        canarySettings={"deploymentId": "nothin"},
    )
    assert (code, message) == ("BadRequestException", "Deployment id does not exist")


def test_a_patch_makes_one_of_the_stages_own_deployment(released):
    assert released.patch(("replace", "/canarySettings/percentTraffic", "12.5")) == {
        "deploymentId": released.first,
        "percentTraffic": 12.5,
        "useStageCache": False,
    }
    assert released.patch(("remove", "/canarySettings")) is None
    second = released.client.create_deployment(restApiId=released.api.id)["id"]
    assert released.patch(("replace", "/canarySettings/deploymentId", second)) == {
        "deploymentId": second,
        "percentTraffic": 0.0,
        "useStageCache": False,
    }
    variable = "/canarySettings/stageVariableOverrides/a"
    assert released.patch(("replace", variable, "9"))["stageVariableOverrides"] == {"a": "9"}
    assert "stageVariableOverrides" not in released.patch(("remove", variable))
    whole = "/canarySettings/stageVariableOverrides"
    released.patch(("replace", variable, "9"))
    changed = released.patch(("replace", whole, '{"b": "8", "c": ""}'))
    assert changed["stageVariableOverrides"] == {"b": "8", "c": ""}
    assert "stageVariableOverrides" not in released.patch(("replace", whole, "{}"))


def test_promotion(released):
    second = released.canary(percentTraffic=50, stageVariableOverrides={"a": "3"})
    released.client.update_stage(
        **released.stage,
        patchOperations=[
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"},
            {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
            {
                "op": "copy",
                "from": "/canarySettings/stageVariableOverrides",
                "path": "/variables",
            },
        ],
    )
    deployment, variables, settings = released.shown()
    assert (deployment, variables) == (second, {"a": "3", "b": "2"})
    assert settings["percentTraffic"] == 0.0
    assert released.patch(("remove", "/canarySettings")) is None


REFUSALS = [
    (
        ("remove", "/canarySettings/stageVariableOverrides"),
        "Cannot remove method setting canarySettings/stageVariableOverrides because there is no "
        "method setting for this method ",
    ),
    (("remove", "/canarySettings/badPath"), "Cannot remove method setting canarySettings/badPath"),
    (("replace", "/canarySettings", "x"), "Invalid method setting path: /canarySettings. Must be"),
    (
        ("replace", "/canarySettings/badPath", "x"),
        "Invalid method setting path: /canarySettings/badPath. Must be one of: [/deploymentId, ",
    ),
    (
        ("add", "/canarySettings/deploymentId", "x"),
        "Invalid add operation with path: /canarySettings/deploymentId",
    ),
    (
        ("remove", "/canarySettings/percentTraffic"),
        "Cannot remove method setting canarySettings/percentTraffic because there is no method",
    ),
    (
        ("replace", "/canarySettings/stageVariableOverrides", '{"a-b": "x"}'),
        "Invalid stage variable a-b",
    ),
    (
        ("replace", "/canarySettings/stageVariableOverrides", "a=b"),
        "A map is replaced by a JSON object: not JSON",
    ),
    (("replace", "/canarySettings/deploymentId", "deploy"), "Deployment id does not exist"),
    (("replace", "/canarySettings/percentTraffic", "100.1"), "Invalid canary percentTraffic"),
    (("replace", "/canarySettings/percentTraffic", "nan"), "Invalid canary percentTraffic"),
    (
        ("replace", "/canarySettings/stageVariableOverrides/a-b", "x"),
        "Invalid stage variable a-b",
    ),
]


@pytest.mark.parametrize(
    ("operation", "told"), REFUSALS, ids=[f"{row[0][0]} {row[0][1]}" for row in REFUSALS]
)
def test_what_is_refused(client, operation, told, released):
    code, message = refused(released.patch, operation)
    assert code == "BadRequestException"
    assert message.startswith(told)


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (
            {},
            "Non null and non empty stageName must be provided for canary deployment. Provided "
            "value is null",
        ),
        (
            {"stageName": "new"},
            "Stage new must already be created before making a canary release deployment",
        ),
    ],
)
def test_a_canary_needs_a_stage(released, stage, told):
    settings = {"percentTraffic": 5}
    assert refused(
        released.client.create_deployment,
        restApiId=released.api.id,
        canarySettings=settings,
        **stage,
    ) == ("BadRequestException", UNDEPLOYED + told)


def test_its_share_of_calls_is_served_by_it(gateway, released):
    def says():
        return gateway.call(released.api.id, "/").json["says"]

    released.canary(percentTraffic=0)
    assert {says() for _ in range(20)} == {"first"}
    released.patch(("replace", "/canarySettings/percentTraffic", "100.0"))
    assert {says() for _ in range(20)} == {"second"}
    released.patch(("replace", "/canarySettings/percentTraffic", "50"))
    # Both, in 64 calls: that all were alike would be chance of 1 to 2**63.
    assert {says() for _ in range(64)} == {"first", "second"}
    released.patch(("remove", "/canarySettings"))
    assert {says() for _ in range(20)} == {"first"}


def test_it_has_its_own_variables_and_says_so(gateway, client, backend):
    api = Api(client)
    at = api.method(api.root, "http://${stageVariables.host}/x")
    client.update_integration(
        **at,
        patchOperations=[
            {
                "op": "add",
                "path": "/requestParameters/integration.request.header.X-Canary",
                "value": "context.isCanaryRequest",
            }
        ],
    )
    host = backend.url.removeprefix("http://")
    api.deploy(variables={"host": f"{host}/first"})

    def met():
        answer = gateway.call(api.id, "/")
        return answer.json["target"], dict(answer.json["headers"]).get("X-Canary"), answer

    assert met()[:2] == ("/first/x", None)
    overrides = {"host": f"{host}/second"}
    api.deploy(canarySettings={"percentTraffic": 100, "stageVariableOverrides": overrides})
    target, canary, answer = met()
    assert (target, canary) == ("/second/x", "true")
    settings = client.get_stage(restApiId=api.id, stageName="prod")["canarySettings"]
    assert gateway.why(answer)["record"]["deployment"] == settings["deploymentId"]
    zero = ("replace", "/canarySettings/percentTraffic", "0")
    api.patch("update_stage", zero, stageName="prod")
    assert met()[:2] == ("/first/x", "false")


def test_a_canary_that_cannot_be_served_is_refused(client, backend):
    api = Api(client)
    api.method(api.root, "http://${stageVariables.host}/x")
    api.deploy(variables={"host": backend.url.removeprefix("http://")})
    code, message = refused(
        api.deploy, canarySettings={"stageVariableOverrides": {"host": "not a host"}}
    )
    assert code == "BadRequestException"
    assert "Stage prod cannot serve GET /" in message
