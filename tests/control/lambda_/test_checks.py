"""What a caller of lambda must be allowed (AWS Service Authorization Reference)."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION

from gatelodge.control.lambda_.checks import checks

PREFIX = f"arn:aws:lambda:{REGION}:{ACCOUNT}"
F = f"{PREFIX}:function:f"


@pytest.mark.parametrize(
    ("operation", "parameters", "action", "resource"),
    [
        ("ListFunctions", {}, "ListFunctions", "*"),
        ("CreateFunction", {"FunctionName": "f"}, "CreateFunction", F),
        ("Invoke", {"FunctionName": "f"}, "InvokeFunction", F),
        ("Invoke", {"FunctionName": "f", "Qualifier": "1"}, "InvokeFunction", f"{F}:1"),
        ("Invoke", {"FunctionName": f"{F}:LIVE"}, "InvokeFunction", f"{F}:LIVE"),
        ("TagResource", {"Resource": F}, "TagResource", F),
        ("PublishLayerVersion", {"LayerName": "l"}, "PublishLayerVersion", f"{PREFIX}:layer:l"),
        ("GetLayerVersion", {"LayerName": f"{PREFIX}:layer:l", "VersionNumber": 2},
         "GetLayerVersion", f"{PREFIX}:layer:l:2"),
        ("GetLayerVersionByArn", {"Arn": f"{PREFIX}:layer:l:2"},
         "GetLayerVersion", f"{PREFIX}:layer:l:2"),
    ],
)  # fmt: skip
def test_actions_and_resources(desk, operation, parameters, action, resource):
    [check] = checks(desk.call(operation), parameters)
    assert (check.action, check.resource) == (f"lambda:{action}", resource)
