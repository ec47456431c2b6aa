"""What applying needs of an endpoint, and the client that is one."""

from gatelodge.cli.endpoint import SignedEndpoint
from gatelodge.files.endpoint import Endpoint, EndpointError


def test_a_refusal_tells_code_message_and_status():
    refusal = EndpointError("NotFoundException", "gone", 404)
    assert str(refusal) == "NotFoundException: gone"
    assert (refusal.code, refusal.status) == ("NotFoundException", 404)
    assert EndpointError("NoAnswer", "why").status == 0


def test_the_signed_client_is_an_endpoint():
    endpoint: Endpoint = SignedEndpoint("http://h/", "eu-west-1", ("a", "b", None))
    assert endpoint.region == "eu-west-1"
