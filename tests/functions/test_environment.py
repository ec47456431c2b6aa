"""The environment of a function's process: what is AWS's is not the function's to say."""

from dataclasses import replace
from pathlib import Path

import pytest

from gatelodge.functions.environment import RESERVED, Places, environment
from gatelodge.functions.function import Function

PLACES = Places(Path("/task"), None, Path("/scratch"), Path("/runtime"))
FUNCTION = Function(
    account="111111111111",
    region="us-east-1",
    name="f",
    arn="arn:aws:lambda:us-east-1:111111111111:function:f",
    code="0" * 64,
    runtime="python3.12",
    handler="app.handler",
)


def written(endpoint="http://here", credentials=(), places=PLACES, **variables):
    function = replace(FUNCTION, environment=variables)
    return environment(function, places, "127.0.0.1:1", "stream", dict(credentials), endpoint)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_what_a_function_cannot_set(name):
    assert written(**{name: "mine"}).get(name) != "mine"


def test_a_function_leads_its_own_calls_elsewhere():
    assert written()["AWS_ENDPOINT_URL"] == "http://here"
    assert written(AWS_ENDPOINT_URL="http://there")["AWS_ENDPOINT_URL"] == "http://there"
    assert "AWS_ENDPOINT_URL" not in written(endpoint=None)


def test_nothing_of_the_gateways_own_is_in_it(monkeypatch):
    monkeypatch.setenv("GATELODGE_MASTER_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert "secret" not in written().values()
    assert written(credentials={"AWS_ACCESS_KEY_ID": "A"})["AWS_ACCESS_KEY_ID"] == "A"


def test_where_layers_are():
    layered = Places(PLACES.task, Path("/layers"), PLACES.scratch, PLACES.runtime)
    variables = written(places=layered)
    assert variables["PATH"].startswith("/task/bin:/layers/bin:")
    assert variables["NODE_PATH"] == "/layers/nodejs/node_modules:/task/node_modules"
    assert "/opt/lib" in written()["LD_LIBRARY_PATH"]
