"""Each of these tests begins as in a new process: with nothing remembered.

Mutation testing runs them in forks of one process, where what another test or another run made the
engine remember would hide a mutant.
"""

import sys

import pytest

from gatelodge.iam import case

REMEMBERED = [
    value
    for name in sorted(sys.modules)
    if name.startswith("gatelodge.iam.")
    for value in vars(sys.modules[name]).values()
    if hasattr(value, "cache_clear")
]


@pytest.fixture(autouse=True)
def _nothing_remembered():
    for remembered in REMEMBERED:
        remembered.cache_clear()
    case._sets.clear()
