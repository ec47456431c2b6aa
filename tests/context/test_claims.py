"""Claims as text (cognito.md section A5)."""

import pytest

from gatelodge.context.claims import render_claims


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("exp", 1574915051, "Thu Nov 28 04:24:11 UTC 2019"),
        ("iat", 1767322805, "Fri Jan 02 03:00:05 UTC 2026"),
        ("exp", 1574915051.9, "Thu Nov 28 04:24:11 UTC 2019"),
        ("exp", -1, "Wed Dec 31 23:59:59 UTC 1969"),
        ("exp", 10**14, "100000000000000"),
        ("auth_time", 1574911451, "1574911451"),
        ("email_verified", True, "true"),
        ("email_verified", False, "false"),
        ("cognito:groups", ["anotherGroup", "admin"], "anotherGroup,admin"),
        ("cognito:groups", [], ""),
        ("identities", [{"userId": "1"}], '{"userId":"1"}'),
        ("address", {"formatted": "Straße 1"}, '{"formatted":"Straße 1"}'),
        ("custom:n", "5", "5"),
        ("nothing", None, "null"),
    ],
)
def test_claims_are_texts(name, value, text):
    assert render_claims({name: value}) == {name: text}
