"""What is said of a request that is not believed."""

import pytest

from gatelodge.sigv4.claim import ALGORITHM, TERMINATOR, Refusal, SignatureError


def test_the_names_are_those_of_the_protocol():
    assert (ALGORITHM, TERMINATOR) == ("AWS4-HMAC-SHA256", "aws4_request")


@pytest.mark.parametrize("error", list(SignatureError))
def test_a_refusal_says_what_it_is(error):
    """On the wire the names end in Exception (reference: sigv4.md section 10)."""
    assert f"{error.value}Exception" in {
        "MissingAuthenticationTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MalformedQueryStringException",
    }
    assert repr(Refusal(error, "words")) == f"Refusal({error.value}, 'words')"
