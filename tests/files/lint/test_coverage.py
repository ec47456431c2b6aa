"""Statements without effect."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files.lint.looked import API, A, look

from gatelodge.files.lint.coverage import pattern_covers
from gatelodge.iam import PolicyKind
from gatelodge.iam.patterns import compile_pattern, encode

PETS = f"{API}/prod/GET/pets"
BOB = {"AWS": f"arn:aws:iam::{A}:user/bob"}
IP = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


@pytest.mark.parametrize(
    ("deny", "allow", "covered"),
    [
        ({"Resource": "*"}, {}, True),
        ({"Resource": "*", "Action": "*"}, {"Action": "execute-api:*"}, True),
        ({"Resource": f"{API}/*"}, {"Resource": [PETS, f"{API}/dev/*"]}, True),
        ({"Resource": f"{API}/prod/*/pets"}, {"Resource": PETS}, True),
        ({"Resource": PETS}, {"Resource": f"{API}/prod/GET/*"}, False),
        ({"Resource": PETS}, {"Resource": PETS}, True),
        ({"Resource": [PETS, f"{API}/dev/*"]}, {"Resource": [PETS, f"{API}/dev/*"]}, True),
        ({"Resource": "*", "Action": "execute-api:Invoke"}, {"Action": "execute-api:*"}, False),
        ({"Resource": "*", "Action": "EXECUTE-API:*"}, {"Action": "execute-api:invoke"}, True),
        ({"Resource": "*"}, {"NotResource": PETS}, True),
        ({"Resource": f"{API}/*"}, {"NotResource": PETS}, False),
        ({"NotResource": PETS}, {}, False),
        ({"Resource": "*", "NotAction": "s3:*"}, {}, False),
        ({"Resource": "*"}, {"NotAction": "s3:*"}, False),
        ({"Resource": "*", "Action": "*"}, {"NotAction": "s3:*"}, True),
        ({"Resource": "*", "Condition": IP}, {}, False),
        ({"Resource": "*", "Condition": IP}, {"Condition": IP}, True),
        ({"Resource": "*"}, {"Condition": IP}, True),
        ({"Resource": "*", "Principal": BOB}, {}, False),
        ({"Resource": "*", "Principal": BOB}, {"Principal": BOB}, True),
        ({"Resource": "*"}, {"Principal": BOB}, True),
        ({"Resource": "*", "Principal": BOB}, {"NotPrincipal": BOB}, False),
        ({"Resource": "*", "NotPrincipal": BOB}, {}, False),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_an_allow_that_a_deny_covers(deny, allow, covered, order):
    statements = [{"Effect": "Deny", **deny}, {"Effect": "Allow", **allow}][::order]
    found = [one for one in look(*statements) if "denies everything" in one[1]]
    number = statements.index({"Effect": "Deny", **deny})
    expected = f"statement {number + 1} denies everything that this allows"
    assert found == ([(f"/Statement/{1 - number}", expected)] if covered else [])


def test_a_fence_without_a_gate():
    assert look({"Effect": "Deny", "Condition": IP}) == [
        ("/Statement", "nothing is allowed here: callers without IAM credentials are denied every "
                       "method but those of a Lambda authorizer")]  # fmt: skip
    assert look({"Effect": "Deny", "Condition": IP}, kind=PolicyKind.IDENTITY) == []


patterns = st.text(alphabet="ab*?", max_size=5)
TEXTS = ["".join(text) for size in range(6) for text in itertools.product("ab", repeat=size)]


@settings(max_examples=300, deadline=None)
@given(patterns, patterns)
def test_a_pattern_that_covers_another_matches_all_of_it(wide, narrow):
    if pattern_covers(wide, narrow):
        one, other = compile_pattern(encode(wide)), compile_pattern(encode(narrow))
        assert all(one(text) for text in TEXTS if other(text))
