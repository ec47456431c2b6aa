"""Ids as AWS writes them (IAM User Guide, "IAM identifiers")."""

import re

import pytest

from gatelodge.world.unique_ids import unique_id


@pytest.mark.parametrize(
    ("prefix", "length"),
    [("AKIA", 20), ("ASIA", 20), ("AIDA", 21), ("AROA", 21), ("AGPA", 21), ("ANPA", 21)],
)
def test_length_and_alphabet(prefix, length):
    ids = {unique_id(prefix) for _ in range(500)}
    assert len(ids) == 500
    for text in ids:
        assert len(text) == length
        assert re.fullmatch(prefix + "[A-Z2-7]+", text)
