"""The types of gateway responses: as many as botocore knows, with the statuses of AWS."""

import pytest

from gatelodge.control.models import service_model
from gatelodge.published import GatewayResponseType


def test_they_are_those_of_aws():
    known = service_model("apigateway").shape_for("GatewayResponseType").enum
    assert sorted(GatewayResponseType) == sorted(known)


# Reference: gateway-responses.md section 1.
@pytest.mark.parametrize(
    ("status", "names"),
    [
        (400, "BAD_REQUEST_BODY BAD_REQUEST_PARAMETERS"),
        (401, "UNAUTHORIZED"),
        (
            403,
            "ACCESS_DENIED EXPIRED_TOKEN INVALID_API_KEY INVALID_SIGNATURE "
            "MISSING_AUTHENTICATION_TOKEN WAF_FILTERED",
        ),
        (404, "RESOURCE_NOT_FOUND"),
        (413, "REQUEST_TOO_LARGE"),
        (415, "UNSUPPORTED_MEDIA_TYPE"),
        (429, "QUOTA_EXCEEDED THROTTLED"),
        (500, "API_CONFIGURATION_ERROR AUTHORIZER_CONFIGURATION_ERROR AUTHORIZER_FAILURE"),
        (504, "INTEGRATION_FAILURE INTEGRATION_TIMEOUT"),
    ],
)
def test_built_in_statuses(status, names):
    for name in names.split():
        assert GatewayResponseType(name).default_status == status


@pytest.mark.parametrize("kind", list(GatewayResponseType))
def test_each_has_a_status_of_its_class(kind):
    assert 400 <= kind.default_status < 600
