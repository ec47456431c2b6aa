"""The integration types that run; each has its file, and openapi knows the same ones."""

import pytest

from gatelodge.integrate.table import INTEGRATIONS
from gatelodge.openapi import can_run

URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:111111111111:function:f/invocations"
)


@pytest.mark.parametrize("kind", ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK", "", "http"])
def test_what_runs_is_what_the_reader_says_runs(kind):
    integration = {"type": kind, "httpMethod": "POST", "uri": URI}
    assert (kind in INTEGRATIONS) == can_run(integration)


def test_every_type_prepares_an_integrator():
    assert all(prepare.__module__.endswith(kind.lower()) for kind, prepare in INTEGRATIONS.items())
