"""Open methods: everyone without a fence, and with one whom it allows (N1 to N8)."""

import pytest
from tests.play import call, policies, request, statement

from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.mechanisms.open import decide


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    ("fence", "admitted"),
    [
        (None, True),
        (policies(statement()), True),
        (policies(), False),
        (policies(statement(Resource="arn:aws:execute-api:*:*:*/dev/*")), False),
        (policies(statement(), statement("Deny")), False),
    ],
)
def test_who_is_admitted(method, fence, admitted):
    sent = request(method)
    decision = decide(call(sent, fence))
    assert isinstance(decision, Allow if admitted else Deny)
    assert decision.caller is None
