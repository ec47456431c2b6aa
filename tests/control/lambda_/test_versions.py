"""Versions and aliases: what cannot be, and what goes with them."""

import json

import pytest
from tests.control.lambda_.desk import package

from gatelodge.control.lambda_.functions import delete_function, update_function_code
from gatelodge.control.lambda_.permissions import add_permission, get_policy
from gatelodge.control.lambda_.versions import (
    create_alias,
    delete_alias,
    get_alias,
    list_aliases,
    publish_version,
    update_alias,
)

F = {"FunctionName": "f"}
LIVE = {**F, "Name": "LIVE"}
PERMITTED = {
    "StatementId": "s",
    "Action": "lambda:InvokeFunction",
    "Principal": "apigateway.amazonaws.com",
}


def weights(**of):
    return {"RoutingConfig": {"AdditionalVersionWeights": of}}


@pytest.fixture
def two(desk):
    """A function with two versions."""
    desk.function(Publish=True)
    desk.do(update_function_code, **F, ZipFile=package("x = 1\n"))
    desk.do(publish_version, **F)
    return desk


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"FunctionVersion": "3"}, "Function not found: "),
        ({"FunctionVersion": "1", **weights(**{"3": 0.5})}, "Function not found: "),
        ({"FunctionVersion": "1", **weights(**{"2": 0.5, "1": 0.5})}, "One additional version"),
        ({"FunctionVersion": "$LATEST", **weights(**{"1": 0.5})}, "$LATEST is not supported"),
        ({"FunctionVersion": "1", **weights(**{"$LATEST": 0.5})}, "$LATEST is not supported"),
    ],
)
def test_what_no_alias_leads_to(two, members, told):
    assert told in two.refused(create_alias, **LIVE, **members)[2]
    assert two.do(list_aliases, **F)["Aliases"] == []
    two.do(create_alias, **LIVE, FunctionVersion="2")
    assert told in two.refused(update_alias, **LIVE, **members)[2]
    assert two.do(get_alias, **LIVE)["FunctionVersion"] == "2"


def test_weights_stay_until_they_are_taken_away(two):
    two.do(create_alias, **LIVE, FunctionVersion="1", **weights(**{"2": 0.5}))
    told = two.refused(update_alias, **LIVE, FunctionVersion="$LATEST")[2]
    assert told == "$LATEST is not supported for an alias pointing to more than 1 version"
    two.do(update_alias, **LIVE, Description="d")
    assert "RoutingConfig" in two.do(get_alias, **LIVE)
    two.do(update_alias, **LIVE, FunctionVersion="$LATEST", **weights())
    assert "RoutingConfig" not in two.do(get_alias, **LIVE)


def test_a_version_that_an_alias_leads_to_stays(two):
    two.do(create_alias, **LIVE, FunctionVersion="1", **weights(**{"2": 0.5}))
    for number in ("1", "2"):
        code, status, told = two.refused(delete_function, **F, Qualifier=number)
        assert (code, status) == ("ResourceConflictException", 409)
        assert told == f"Version {number} is used by the alias LIVE"
    two.do(update_alias, **LIVE, **weights())
    assert two.do(delete_function, **F, Qualifier="2") == {"StatusCode": 204}


def test_permissions_go_with_what_they_are_of(two):
    """Else whoever gets the name next would inherit them."""
    make = {"FunctionVersion": "1"}
    two.do(create_alias, **LIVE, **make)
    two.do(add_permission, **F, Qualifier="LIVE", **PERMITTED)
    two.do(add_permission, **F, Qualifier="2", **PERMITTED)
    two.do(add_permission, **F, **PERMITTED)
    two.do(delete_alias, **LIVE)
    two.do(create_alias, **LIVE, **make)
    assert two.refused(get_policy, **F, Qualifier="LIVE")[1] == 404
    assert json.loads(two.do(get_policy, **F)["Policy"])["Statement"][0]["Sid"] == "s"
    two.do(delete_function, **F)
    two.function(Publish=True)
    two.do(create_alias, **LIVE, **make)
    for qualifier in (None, "LIVE", "1"):
        assert two.refused(get_policy, **F, Qualifier=qualifier)[1] == 404


def test_a_number_is_given_once(two):
    two.do(delete_function, **F, Qualifier="2")
    two.do(update_function_code, **F, ZipFile=package("x = 2\n"))
    assert two.do(publish_version, **F)["Version"] == "3"


def test_nothing_new_is_published_without_a_change(two):
    assert two.do(publish_version, **F)["Version"] == "2"


@pytest.mark.parametrize(
    ("members", "status"),
    [({"CodeSha256": "x"}, 400), ({"RevisionId": "x"}, 412), ({"PublishTo": "LATEST"}, 400)],
)
def test_what_is_not_published(two, members, status):
    assert two.refused(publish_version, **F, **members)[1] == status
