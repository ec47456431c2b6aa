"""Actions."""

import pytest
from tests.files.lint.looked import messages

from gatelodge.iam import PolicyKind


@pytest.mark.parametrize(
    ("action", "resource", "identity"),
    [
        ("execute-api:Invoke", "", ""),
        ("*", "", ""),
        ("execute-api:*", "", ""),
        ("EXECUTE-API:invoke", "", ""),
        ("*:Invoke", "", ""),
        ("execute-api:ManageConnections", "WebSocket APIs", ""),
        ("execute-api:Call", "no action of execute-api", "no action of execute-api"),
        ("execute-api:invokes", "no action of execute-api", "no action of execute-api"),
        ("lambda:InvokeFunction", "never asked for by an API", ""),
        ("apigateway:Invoke", "never asked for by an API", "about configuring APIs"),
        ("apigateway:GET", "never asked for by an API", ""),
        ("Invoke", "matches no action", "matches no action"),
        ("execute-api:", "matches no action", "matches no action"),
        (":Invoke", "matches no action", "matches no action"),
        (" execute-api:Invoke", "matches no action", "matches no action"),
    ],
)
@pytest.mark.parametrize("name", ["Action", "NotAction"])
def test_actions(action, resource, identity, name):
    for kind, expected in ((PolicyKind.RESOURCE, resource), (PolicyKind.IDENTITY, identity)):
        found = messages({name: action}, kind=kind)
        assert len(found) == bool(expected)
        assert all(expected in message for message in found)
