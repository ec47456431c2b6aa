"""Which credentials a function gets: its own role's, if that trusts Lambda, and no other's."""

from dataclasses import replace

import pytest
from tests.gateway import OTHER, OWNER
from tests.household import Household, away, role

from gatelodge.authorize.questions import KeyHolder
from gatelodge.functions.function import Function
from gatelodge.world.function_credentials import function_credentials
from gatelodge.world.iam_entities import ROLE
from gatelodge.world.issue_keys import IssuedKey


def trusting(service):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
        },
    }


@pytest.fixture
def household(tmp_path):
    household = Household(tmp_path)
    household.put(ROLE, role("runs", AssumeRolePolicyDocument=trusting("lambda.amazonaws.com")))
    household.put(
        ROLE, role("other", AssumeRolePolicyDocument=trusting("apigateway.amazonaws.com"))
    )
    return household


def function(name, account=OWNER, of=OWNER):
    return Function(
        name="f",
        arn=f"arn:aws:lambda:us-east-1:{account}:function:f",
        account=account,
        region="us-east-1",
        role=f"arn:aws:iam::{of}:role/app/{name}",
        version="1",
        revision="1",
        runtime="python3.11",
        handler="app.handler",
    )


def credentials(household, function):
    return function_credentials(household.store, household.master, function)


def test_a_role_that_trusts_lambda(household):
    given = credentials(household, function("runs"))
    issued = IssuedKey(
        given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"]
    )
    holder = household.look_up(issued)
    assert isinstance(holder, KeyHolder)
    assert holder.caller.principal.arn == f"arn:aws:sts::{OWNER}:assumed-role/runs/f"


@pytest.mark.parametrize(
    "unfit",
    [
        function("other"),
        function("missing"),
        function("runs", account=OTHER),
        replace(function("runs"), role="no ARN"),
    ],
    ids=["trusts another service", "missing", "of another account", "no role"],
)
def test_a_role_that_is_not_for_it(household, unfit):
    assert credentials(household, unfit) == {}


def test_no_credentials_without_the_store(household):
    with away(household.store):
        assert credentials(household, function("runs")) == {}
