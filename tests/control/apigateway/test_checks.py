"""The action is the verb, and the resource the path (control-plane.md section 3.2)."""

import pytest
from tests.control.apigateway.calls import Desk

from gatelodge.control.apigateway.checks import checks


@pytest.mark.parametrize(
    ("region", "method", "path", "resource"),
    [
        ("us-east-1", "GET", "/restapis", "arn:aws:apigateway:us-east-1::/restapis"),
        ("eu-west-1", "PATCH", "/restapis/a", "arn:aws:apigateway:eu-west-1::/restapis/a"),
        ("cn-north-1", "GET", "/account", "arn:aws-cn:apigateway:cn-north-1::/account"),
    ],
)
def test_one_check_for_each_call(tmp_path, region, method, path, resource):
    call = Desk(tmp_path, region=region).call(method=method, path=path)
    (check,) = checks(call, {"policy": "x"})
    assert (check.action, check.resource) == (f"apigateway:{method}", resource)
