"""Roles that a service takes on: only where the trust policy says so."""

import pytest
from tests.gateway import OWNER, identity
from tests.household import Household, inline, role

from gatelodge.world.iam_entities import ROLE
from gatelodge.world.service_roles import (
    API_GATEWAY,
    LAMBDA,
    TimedKeys,
    assumed_by,
    service_keys,
    trusting_role,
)

ARN = f"arn:aws:iam::{OWNER}:role/app/runs"
NOW = 1_767_323_045  # 2026-01-02T03:04:05Z
SOURCE = {"aws:sourcearn": "arn:aws:execute-api:us-east-1:111111111111:abc/prod/GET/"}


def trust(effect="Allow", principal=None, action="sts:AssumeRole", **elements):
    statement = {
        "Effect": effect,
        "Principal": principal or {"Service": LAMBDA},
        "Action": action,
        **elements,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def trusted(tmp_path, document, service=LAMBDA, now=NOW):
    household = Household(tmp_path)
    household.put(ROLE, role("runs", AssumeRolePolicyDocument=document))
    return (
        trusting_role(household.store, ARN, service, service_keys(service, now, SOURCE)) is not None
    )


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
        (trust(Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-02T03:04:06Z"}}), True),
        (trust(Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-02T03:04:05Z"}}), False),
        (trust(Condition={"NumericLessThan": {"aws:EpochTime": str(NOW)}}), False),
        (trust(Condition={"Bool": {"aws:SecureTransport": "true"}}), True),
        ({"Statement": [{"Effect": "Perhaps"}]}, False),
        ("{", False),
    ],
)
def test_who_is_trusted(tmp_path, document, trusts):
    assert trusted(tmp_path, document) is trusts


def test_a_role_that_is_not_there(tmp_path):
    assert trusting_role(Household(tmp_path).store, ARN, LAMBDA, service_keys(LAMBDA, NOW)) is None


def test_the_service_is_then_a_session_of_the_role(tmp_path):
    household = Household(tmp_path)
    own = [inline("p", identity())]
    body = role("runs", AssumeRolePolicyDocument=trust(), RolePolicyList=own)
    household.put(ROLE, body)
    keys = service_keys(LAMBDA, 1)
    caller = assumed_by(household.store, ARN, LAMBDA, "session", keys, 1)
    assert caller.principal.arn == f"arn:aws:sts::{OWNER}:assumed-role/runs/session"
    assert caller.policies.identity.statements
    assert assumed_by(household.store, ARN, API_GATEWAY, "session", keys, 1) is None


def test_whether_the_time_was_asked_for():
    keys = TimedKeys({"aws:sourcearn": "x"}, NOW)
    assert keys.get("aws:sourcearn") == "x"
    assert keys.get("aws:securetransport") == "true"
    assert keys.get("aws:nothing") is None
    assert not keys.asked_time
    assert keys.get("aws:currenttime") == "2026-01-02T03:04:05Z"
    assert keys.asked_time
