"""Each run of these tests begins as in a new process: with nothing remembered.

Mutation testing runs them again and again in forks of one process, where what was remembered
before would hide a mutant.
"""

import sys

import pytest

from gatelodge.iam import case


@pytest.fixture(scope="session", autouse=True)
def _nothing_remembered():
    for name in [name for name in sys.modules if name.startswith("gatelodge.iam.")]:
        for value in vars(sys.modules[name]).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    case._sets.clear()
