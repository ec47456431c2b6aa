"""The settings of an account in a region."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, Desk

from gatelodge.control.apigateway.account import get_account, update_account
from gatelodge.control.fault import Fault

ROLE = f"arn:aws:iam::{ACCOUNT}:role/logs"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_what_is_built_in(desk):
    assert desk.do(get_account) == {
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10_000.0},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }


def test_accounts_and_regions_are_apart(desk):
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}]
    desk.do(update_account, patchOperations=patch)
    assert desk.do(get_account)["cloudwatchRoleArn"] == ROLE
    elsewhere = Desk(desk.directory, region="eu-west-1", store=desk.store)
    for other in (elsewhere, desk.other("222222222222")):
        assert "cloudwatchRoleArn" not in other.do(get_account)


def test_a_role_must_be_passed_when_it_is_another(desk):
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}]
    for _ in range(2):
        desk.do(update_account, patchOperations=patch)
    assert [(check.action, check.resource) for check in desk.required] == [("iam:PassRole", ROLE)]


def test_usage_plans_stay(desk):
    for op, value in (("add", "Other"), ("remove", "Other")):
        desk.do(update_account, patchOperations=[{"op": op, "path": "/features", "value": value}])
    with pytest.raises(Fault, match="UsagePlans cannot be removed"):
        desk.do(
            update_account,
            patchOperations=[{"op": "remove", "path": "/features", "value": "UsagePlans"}],
        )
    assert desk.do(get_account)["features"] == ["UsagePlans"]
