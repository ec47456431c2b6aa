"""A function's configuration: what it cannot hold, and what stays when something else changes."""

import pytest
from tests.control.apigateway.calls import ACCOUNT
from tests.control.lambda_.desk import ROLE

from gatelodge.control.lambda_.functions import (
    get_function_configuration,
    update_function_configuration,
)

F = {"FunctionName": "f"}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"MemorySize": 10_241}, "at most 10240 MB"),
        ({"Timeout": 901}, "from 1 to 900"),
        ({"Handler": "x" * 129}, "longer than 128"),
        ({"Runtime": "java21"}, "Value java21 at 'runtime'"),
        ({"Runtime": "python3.12\n"}, "at 'runtime'"),
        ({"Layers": [f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:x:1"] * 6}, "up to 5 layers"),
        ({"Layers": ["arn:aws:lambda:us-east-1:222222222222:layer:x:1"]}, "does not exist"),
        ({"Environment": {"Variables": {"_HANDLER": "x"}}}, "reserved keys"),
        ({"Environment": {"Variables": {"A": "x" * 4_096}}}, "exceeded the 4KB limit"),
        ({"SnapStart": {"ApplyOn": "PublishedVersions"}}, "SnapStart is not supported"),
        ({"PackageType": "Image"}, "PackageType 'Image' is not supported"),
        ({"Architectures": ["riscv"]}, "is not supported"),
        ({"VpcConfig": {"SubnetIds": ["a"]}}, "VpcConfig is not supported"),
        ({"Role": "arn:aws:iam::222222222222:role/r"}, "cannot be assumed"),
    ],
)
def test_what_no_function_is(desk, members, told):
    before = desk.function()
    code, status, message = desk.refused(update_function_configuration, **F, **members)
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert told in message
    after = desk.do(get_function_configuration, **F)
    assert after["RevisionId"] == before["RevisionId"]


def test_what_is_not_given_stays(desk):
    desk.function(Environment={"Variables": {"A": "1"}}, Timeout=7)
    changed = desk.do(update_function_configuration, **F, Description="d", VpcConfig={})
    assert changed["Environment"] == {"Variables": {"A": "1"}}
    assert (changed["Timeout"], changed["Description"]) == (7, "d")
    emptied = desk.do(update_function_configuration, **F, Environment={"Variables": {}})
    assert "Environment" not in emptied


def test_a_role_is_passed(desk):
    desk.function()
    [check] = desk.required
    assert (check.action, check.resource) == ("iam:PassRole", ROLE)
    desk.do(update_function_configuration, **F, Timeout=4)
    assert len(desk.required) == 1
