"""Where a stage may log: a log group of its own account and region, by a name and never a path."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION, Desk

from gatelodge.control.apigateway.access_logs import read_access_log
from gatelodge.control.fault import Fault

GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
LINE = "$context.requestId $context.status"


@pytest.fixture
def call(tmp_path):
    return Desk(tmp_path).call()


@pytest.mark.parametrize(
    "name", ["g", "API-Gateway-Execution-Logs_a/prod", "../../etc/passwd", "a#b"]
)
@pytest.mark.parametrize("ending", ["", ":*"])
def test_a_group_is_named(call, name, ending):
    log = read_access_log(call, {"destinationArn": GROUP + name + ending, "format": LINE + "\n"})
    assert (log.destination, log.format) == (GROUP + name, LINE)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "have a destinationArn and a format"),
        ({"destinationArn": GROUP + "g"}, "have a destinationArn and a format"),
        ({"format": LINE}, "have a destinationArn and a format"),
        ({"destinationArn": GROUP + "g", "format": "a\n$context.requestId"}, "single line"),
        ({"destinationArn": GROUP + "g", "format": "$context.status"}, "requestId"),
        ({"destinationArn": GROUP + "g", "format": "$context.brew $context.requestId"}, "brew"),
        ({"destinationArn": "/var/log/x", "format": LINE}, "access logs go to a log group"),
        ({"destinationArn": GROUP, "format": LINE}, "access logs go to a log group"),
        ({"destinationArn": GROUP + "a b", "format": LINE}, "access logs go to a log group"),
        (
            {"destinationArn": "arn:aws:firehose:us-east-1:1:deliverystream/d", "format": LINE},
            "access logs go to a log group",
        ),
        ({"destinationArn": GROUP + "/" * 80, "format": LINE}, "too long for a file"),
        (
            {"destinationArn": GROUP.replace(REGION, "eu-west-1") + "g", "format": LINE},
            "own account and region",
        ),
        (
            {"destinationArn": GROUP.replace(ACCOUNT, "222222222222") + "g", "format": LINE},
            "own account and region",
        ),
    ],
)
def test_what_is_refused(call, settings, told):
    with pytest.raises(Fault, match=told) as refused:
        read_access_log(call, settings)
    assert refused.value.code == "BadRequestException"
