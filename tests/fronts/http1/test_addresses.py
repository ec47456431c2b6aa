"""Whose request it is: only trusted proxies are believed, and only as far as they go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.fronts.http1.addresses import Addresses, canonical
from gatelodge.settings import read_networks

TRUSTING = Addresses(read_networks(["10.0.0.0/8", "2001:db8::/32"]))


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " ::ffff:203.0.113.9 ", "203.0.113.9"),
        ("2001:db8::1", "2001:DB9::5", "2001:db9::5"),
        ("10.0.0.1", "203.0.113.9:4711", "10.0.0.1"),
    ],
)
def test_source(peer, forwarded, source):
    assert TRUSTING.trusts(peer)
    assert TRUSTING.source(peer, forwarded) == source


def test_strangers_are_not_trusted():
    assert not TRUSTING.trusts("203.0.113.9")
    assert not TRUSTING.trusts("nonsense")
    assert not Addresses([]).trusts("127.0.0.1")


@given(st.text(max_size=60))
def test_whatever_is_forwarded_the_source_is_an_address(forwarded):
    assert canonical(TRUSTING.source("10.0.0.1", forwarded)) is not None
