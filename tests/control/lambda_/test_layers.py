"""Layers: their numbers, and who they are of."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION
from tests.control.lambda_.desk import package

from gatelodge.control.lambda_.layers import (
    delete_layer_version,
    get_layer_version_by_arn,
    list_layer_versions,
    list_layers,
    publish_layer_version,
)

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:words"


def publish(desk, name="words", text="W = 1\n", **members):
    content = {"ZipFile": package(text, "python/words.py")}
    return desk.do(publish_layer_version, LayerName=name, Content=content, **members)


def test_a_number_is_given_once(desk):
    """A function that keeps a deleted version must not run on what has its number later."""
    assert [publish(desk)["Version"] for _ in range(2)] == [1, 2]
    desk.do(delete_layer_version, LayerName="words", VersionNumber=2)
    assert publish(desk, text="W = 2\n")["Version"] == 3
    for number in (1, 3):
        desk.do(delete_layer_version, LayerName=ARN, VersionNumber=number)
    assert desk.do(list_layers)["Layers"] == []
    assert publish(desk)["Version"] == 4


def test_the_last_of_each_that_fits_is_listed(desk):
    for number in range(10):
        publish(desk, CompatibleRuntimes=["python3.11" if number < 9 else "nodejs20.x"])
    publish(desk, "other")
    listed = desk.do(list_layers)["Layers"]
    assert [(one["LayerName"], one["LatestMatchingVersion"]["Version"]) for one in listed] == [
        ("other", 1),
        ("words", 10),
    ]
    [fitting] = desk.do(list_layers, CompatibleRuntime="python3.11")["Layers"]
    assert fitting["LatestMatchingVersion"]["Version"] == 9
    versions = desk.do(list_layer_versions, LayerName="words", MaxItems=9)
    assert [one["Version"] for one in versions["LayerVersions"]] == list(range(1, 10))
    rest = desk.do(list_layer_versions, LayerName="words", Marker=versions["NextMarker"])
    assert [one["Version"] for one in rest["LayerVersions"]] == [10]


@pytest.mark.parametrize(
    ("arn", "status"),
    [
        (f"{ARN}:1", None),
        (f"{ARN}:2", 404),
        (f"{ARN}:x", 404),
        (ARN, 400),
        (f"{ARN}:1".replace(ACCOUNT, "222222222222"), 404),
        (f"{ARN}:1".replace(REGION, "eu-west-1"), 404),
    ],
)
def test_by_arn(desk, arn, status):
    made = publish(desk)
    if status is None:
        assert desk.do(get_layer_version_by_arn, Arn=arn) == made
    else:
        assert desk.refused(get_layer_version_by_arn, Arn=arn)[1] == status
