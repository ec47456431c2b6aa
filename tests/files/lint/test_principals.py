"""Principals."""

import pytest
from tests.files.lint.looked import A, look

USER = f"arn:aws:iam::{A}:user/bob"
ROLE = f"arn:aws:iam::{A}:role/dev"
SESSION = f"arn:aws:sts::{A}:assumed-role/dev/s"


def found(effect, element, value):
    return look({"Effect": effect, element: value}, {})


@pytest.mark.parametrize(
    ("effect", "element", "value", "message"),
    [
        ("Allow", "Principal", {"AWS": SESSION.replace("/s", "/*")}, "matches nobody: a session's"),
        ("Allow", "Principal", {"CanonicalUser": "79a5"}, "known to S3 only"),
        ("Allow", "NotPrincipal", {"AWS": A}, "admits everyone else"),
        ("Deny", "NotPrincipal", {"AWS": ROLE}, f"{ROLE} is denied too"),
        ("Deny", "NotPrincipal", {"AWS": SESSION}, f"{SESSION} is denied too"),
    ],
)
def test_findings(effect, element, value, message):
    [(pointer, text)] = found(effect, element, value)
    assert pointer == f"/Statement/0/{element}"
    assert message in text


@pytest.mark.parametrize(
    ("effect", "element", "value"),
    [
        ("Allow", "Principal", {"AWS": [USER, ROLE, SESSION, A]}),
        ("Allow", "Principal", {"Service": "events.amazonaws.com"}),
        ("Deny", "NotPrincipal", {"AWS": USER}),
        ("Deny", "NotPrincipal", {"AWS": [A, ROLE, SESSION]}),
    ],
)
def test_no_findings(effect, element, value):
    assert found(effect, element, value) == []
