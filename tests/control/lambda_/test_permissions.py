"""A function's policy as it is written and taken back; what it cannot hold."""

import json
from dataclasses import replace

import pytest

from gatelodge.control.lambda_.functions import get_function
from gatelodge.control.lambda_.permissions import add_permission, get_policy, remove_permission

F = {"FunctionName": "f"}
GIVEN = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}


@pytest.fixture
def made(desk):
    desk.function(Publish=True)
    return desk


def policy(desk, **at):
    return json.loads(desk.do(get_policy, **F, **at)["Policy"])


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"Principal": "nobody"}, "The provided principal was invalid"),
        ({"Qualifier": "$LATEST"}, "do not support adding policies for $LATEST"),
        ({"Qualifier": "7"}, "Function not found: "),
        ({"InvokedViaFunctionUrl": True}, "InvokedViaFunctionUrl is not supported"),
    ],
)
def test_what_is_not_added(made, members, told):
    refused = made.refused(add_permission, **F, StatementId="s", **{**GIVEN, **members})
    assert told in refused[2]
    assert made.refused(get_policy, **F)[1] == 404


def test_each_version_has_its_own(made):
    made.do(add_permission, **F, StatementId="whole", **GIVEN)
    made.do(add_permission, **F, StatementId="one", Qualifier="1", **GIVEN)
    [whole], [one] = policy(made)["Statement"], policy(made, Qualifier="1")["Statement"]
    assert (whole["Sid"], one["Sid"]) == ("whole", "one")
    assert one["Resource"] == f"{whole['Resource']}:1"


def test_whoever_changes_a_policy_knows_its_revision(made):
    made.do(add_permission, **F, StatementId="a", **GIVEN)
    old = made.do(get_policy, **F)["RevisionId"]
    other = replace(made.call(), request_id="another")
    with made.store.transaction():
        add_permission(other, **F, StatementId="b", RevisionId=old, **GIVEN)
    for function, members in ((add_permission, GIVEN), (remove_permission, {})):
        refused = made.refused(function, **F, StatementId="c", RevisionId=old, **members)
        assert refused[1] == 412
    new = made.do(get_policy, **F)["RevisionId"]
    made.do(remove_permission, **F, StatementId="a", RevisionId=new)
    assert [s["Sid"] for s in policy(made)["Statement"]] == ["b"]
    assert made.do(get_function, **F)["Configuration"]["RevisionId"] not in (old, new)


def test_the_policy_goes_with_its_last_statement(made):
    made.do(add_permission, **F, StatementId="a", **GIVEN)
    made.do(remove_permission, **F, StatementId="a")
    assert made.refused(get_policy, **F)[1] == 404
    assert made.refused(remove_permission, **F, StatementId="a")[1] == 404


def test_a_policy_is_bounded(made):
    source = "arn:aws:execute-api:us-east-1:111111111111:" + "x" * 1_000
    for number in range(15):
        made.do(add_permission, **F, StatementId=f"s{number}", **GIVEN, SourceArn=source)
    source += "x" * 3_000
    told = made.refused(add_permission, **F, StatementId="last", **GIVEN, SourceArn=source)
    assert told[:2] == ("PolicyLengthExceededException", 400)
    assert len(policy(made)["Statement"]) == 15
