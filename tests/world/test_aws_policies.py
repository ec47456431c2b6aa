"""The policies of AWS's own that are built in: valid, and found by their ARNs."""

import json

import pytest

from gatelodge import iam
from gatelodge.world.aws_policies import PREFIX, aws_policies
from gatelodge.world.iam_entities import default_version


@pytest.mark.parametrize("arn", sorted(aws_policies()))
def test_each_is_whole(arn):
    body = aws_policies()[arn]
    assert arn == f"{PREFIX}{body['Path']}{body['PolicyName']}"
    assert body["PolicyId"].startswith("ANPA")
    assert len(body["PolicyId"]) == 21
    version = default_version(body)
    policy = iam.parse(json.loads(version["Document"]), iam.PolicyKind.IDENTITY, name="p")
    assert policy.statements


def test_those_that_people_attach_to_callers_of_apis():
    names = {body["PolicyName"] for body in aws_policies().values()}
    assert {"AmazonAPIGatewayInvokeFullAccess", "AdministratorAccess"} <= names
