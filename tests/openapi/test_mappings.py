"""Targets of mappings: nothing that frames a message or belongs to one connection."""

import pytest

from gatelodge.openapi.mappings import (
    gateway_response_targets,
    method_response_targets,
    request_targets,
)
from gatelodge.openapi.problems import Problems

KINDS = [
    (request_targets, "integration.request"),
    (gateway_response_targets, "gatewayresponse"),
    (method_response_targets, "method.response"),
]


@pytest.mark.parametrize(("check", "prefix"), KINDS)
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("header.X-A", None),
        ("header.", "the target is"),
        ("header.A B", "not the name of a header field"),
        ("header.A\r\nB", "not the name of a header field"),
        ("header.Content-Length", "the gateway sets Content-Length itself"),
        ("header.transfer-ENCODING", "the gateway sets transfer-ENCODING itself"),
        ("header.Connection", "the gateway sets"),
        ("cookie.A", "the target is"),
        ("", "the target is"),
    ],
)
def test_targets(check, prefix, name, message):
    problems = Problems()
    check([f"{prefix}.{name}"], problems)
    if message is None:
        assert problems.found == []
    else:
        assert message in problems.found[0].message


def test_path_parameters_that_are_mapped():
    problems = Problems()
    targets = ["integration.request.path.id", "integration.request.querystring.q"]
    assert request_targets(targets, problems) == {"id"}
    assert problems.found == []
