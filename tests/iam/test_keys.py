"""Which operators can compare which condition keys."""

import pytest

from gatelodge.iam.keys import operator_families
from gatelodge.iam.operators import Family

TEXT = {Family.STRING, Family.NULL}


@pytest.mark.parametrize(
    ("key", "families"),
    [
        ("aws:sourceip", {Family.IP}),
        ("aws:vpcsourceip", {Family.IP}),
        ("aws:currenttime", {Family.DATE}),
        ("aws:epochtime", {Family.DATE, Family.NUMERIC}),
        ("aws:securetransport", {Family.BOOL}),
        ("aws:multifactorauthpresent", {Family.BOOL}),
        ("aws:multifactorauthage", {Family.NUMERIC}),
        ("aws:principalarn", {Family.ARN}),
        ("aws:sourcearn", {Family.ARN}),
        ("aws:principalaccount", {Family.NUMERIC}),
        ("aws:username", set()),
        ("aws:referer", set()),
        ("aws:sourcevpce", set()),
        ("execute-api:viadomainarn", {Family.ARN}),
    ],
)
def test_known_keys(key, families):
    assert operator_families(key) == TEXT | families


@pytest.mark.parametrize("key", ["aws:principaltag/team", "execute-api:something", "k"])
def test_any_operator_for_keys_that_are_not_known(key):
    assert operator_families(key) == set(Family)
