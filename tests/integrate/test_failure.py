"""What an integration gives in place of a reply."""

from gatelodge.integrate.failure import Failure, configuration_error
from gatelodge.published import GatewayResponseType


def test_a_configuration_error_tells_callers_nothing():
    failure = configuration_error("the secret host is down")
    assert failure.kind is GatewayResponseType.API_CONFIGURATION_ERROR
    assert failure.kind.default_status == 500
    assert (failure.message, failure.error_type) == (
        "Internal server error",
        "InternalServerErrorException",
    )
    assert failure.detail == "the secret host is down"


def test_a_failure_may_have_a_status_of_its_own():
    failure = Failure(GatewayResponseType.DEFAULT_5XX, "m", status=502)
    assert (failure.status, failure.detail) == (502, "")
