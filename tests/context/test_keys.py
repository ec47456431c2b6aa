"""Condition keys of a request."""

import pytest
from tests.one_call import NOW, request

from gatelodge.context.keys import NAMES, RequestKeys, anonymous_keys

PRINCIPAL = {"aws:username": "alice", "aws:sourceip": "forged"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:sourceip", "10.1.2.3"),
        ("aws:currenttime", "2026-01-02T03:04:05Z"),
        ("aws:epochtime", str(int(NOW.timestamp()))),
        ("aws:securetransport", "false"),
        ("aws:useragent", "curl"),
        ("aws:referer", None),
        ("aws:username", "alice"),
        ("aws:sourcevpc", None),
        ("aws:sourcevpce", None),
        ("aws:vpcsourceip", None),
        ("aws:nothing", None),
    ],
)
def test_keys(key, value):
    asked = request(headers=[("User-Agent", "curl")])
    assert RequestKeys(asked, PRINCIPAL).get(key) == value


def test_the_callers_keys_never_stand_for_the_requests():
    assert RequestKeys(request(), PRINCIPAL).get("aws:sourceip") == "10.1.2.3"


def test_secure_transport_is_how_the_client_came():
    assert RequestKeys(request(scheme="https"), {}).get("aws:securetransport") == "true"


def test_nobody_has_the_requests_keys_only():
    keys = anonymous_keys(request(headers=[("Referer", "r")]))
    assert keys.get("aws:referer") == "r"
    assert keys.get("aws:principaltype") is None
    assert all(name.startswith("aws:") and name.islower() for name in NAMES)
