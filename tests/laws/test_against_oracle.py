"""The engine and the second evaluator agree on generated cases."""

from collections import Counter

import pytest
from tests.laws.generator import case
from tests.laws.oracle import decide

from gatelodge.iam.case import answer

CHUNKS, CHUNK = 20, 5_000


def disagreement(seed):
    """None, or what the two say."""
    made = case(seed)
    engine = answer(made)
    oracle = decide(made)
    if engine.get("decision") == oracle:
        return None
    return made, engine, oracle


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_agreement(chunk):
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        found = disagreement(seed)
        assert found is None, found


def test_the_cases_are_worth_comparing():
    """Every decision comes about often."""
    decisions = Counter(decide(case(seed)) for seed in range(2_000))
    assert min(decisions[d] for d in ("allowed", "explicitDeny", "implicitDeny")) > 200, decisions
