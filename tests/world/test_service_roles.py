"""Roles that a service takes on: only where the trust policy says so."""

import pytest
from tests.gateway import OWNER, identity
from tests.household import Household, inline, role

from gatelodge.world.iam_entities import ROLE
from gatelodge.world.service_roles import API_GATEWAY, LAMBDA, assumed_by, trusting_role

ARN = f"arn:aws:iam::{OWNER}:role/app/runs"
SOURCE = {"aws:sourcearn": "arn:aws:execute-api:us-east-1:111111111111:abc/prod/GET/"}


def trust(effect="Allow", principal=None, action="sts:AssumeRole", **elements):
    statement = {
        "Effect": effect,
        "Principal": principal or {"Service": LAMBDA},
        "Action": action,
        **elements,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def trusted(tmp_path, document, service=LAMBDA, keys=SOURCE):
    household = Household(tmp_path)
    household.put(ROLE, role("runs", AssumeRolePolicyDocument=document))
    return trusting_role(household.store, ARN, service, keys) is not None


@pytest.mark.parametrize(
    ("document", "trusts"),
    [
        (trust(), True),
        (trust(principal={"Service": [API_GATEWAY, LAMBDA]}), True),
        (trust(principal={"Service": API_GATEWAY}), False),
        (trust(principal={"AWS": OWNER}), False),
        (trust("Deny"), False),
        (trust(action="sts:AssumeRoleWithWebIdentity"), False),
        (trust(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:execute-api:*:*:abc/*"}}), True),
        (trust(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:execute-api:*:*:xyz/*"}}), False),
        ({"Statement": [{"Effect": "Perhaps"}]}, False),
        ("{", False),
    ],
)
def test_who_is_trusted(tmp_path, document, trusts):
    assert trusted(tmp_path, document) is trusts


def test_a_role_that_is_not_there(tmp_path):
    assert trusting_role(Household(tmp_path).store, ARN, LAMBDA, {}) is None


def test_the_service_is_then_a_session_of_the_role(tmp_path):
    household = Household(tmp_path)
    own = [inline("p", identity())]
    body = role("runs", AssumeRolePolicyDocument=trust(), RolePolicyList=own)
    household.put(ROLE, body)
    caller = assumed_by(household.store, ARN, LAMBDA, "session", {}, 1)
    assert caller.principal.arn == f"arn:aws:sts::{OWNER}:assumed-role/runs/session"
    assert caller.policies.identity.statements
    assert assumed_by(household.store, ARN, API_GATEWAY, "session", {}, 1) is None
