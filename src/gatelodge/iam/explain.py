"""Why a request was decided as it was: every policy type's verdict, and every statement tried.

Runs the very evaluation that decides, and beside it the exhaustive one; a law proves that they
agree.
"""

from collections.abc import Sequence

from gatelodge.iam.compile import PolicySet
from gatelodge.iam.document import PolicyKind
from gatelodge.iam.evaluate import Outcome, Policies, applying, evaluate
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import Ruling, Verdict
from gatelodge.iam.trials import Trial, trials, trials_of
from gatelodge.iam.words import ROOT_NEEDS_NONE, silence_words, trial_words


class Part:
    """What one set of policies said: a policy type's, or one level's of control policies."""

    __slots__ = ("kind", "ruling", "trials")

    def __init__(self, kind: PolicyKind, ruling: Ruling, tried: tuple[Trial, ...]) -> None:
        self.kind = kind
        self.ruling = ruling
        self.trials = tried
        """Every statement, in order, and why it matches or does not."""

    @property
    def sentences(self) -> list[str]:
        """One for each statement."""
        return [trial_words(trial) for trial in self.trials]


class Explanation:
    """A decision, explained."""

    __slots__ = ("because", "outcome", "parts")

    def __init__(self, outcome: Outcome, because_of: list[str], parts: tuple[Part, ...]) -> None:
        self.outcome = outcome
        self.because = because_of
        """Sentences: what determined the decision, or what was missing and the nearest miss."""
        self.parts = parts
        """Every set that applies to the caller, also those that a Deny left unasked."""

    def __str__(self) -> str:
        return f"{self.outcome.verdict.value}: {'; '.join(self.because)}"


def explain(query: Query, policies: Policies) -> Explanation:
    """Decide a request and say why, trying every statement."""
    outcome = evaluate(query, policies)
    parts = tuple(
        Part(kind, policy_set.judge(query), trials(policy_set, query))
        for kind, policy_set in applying(query, policies)
    )
    return Explanation(outcome, because(query, policies, outcome), parts)


def because(query: Query, policies: Policies, outcome: Outcome) -> list[str]:
    """Say what determined a decision, or what was missing, trying no more than that takes."""
    asked = [
        (kind, policy_set, ruling)
        for (kind, policy_set), (_, ruling) in zip(
            applying(query, policies), outcome.rulings, strict=False
        )
    ]
    if outcome.verdict is Verdict.DENIED:
        return _determining(asked[-1:], query)
    if outcome.verdict is Verdict.ALLOWED:
        return _determining(asked, query) or [ROOT_NEEDS_NONE]
    return [
        silence_words(kind, trials(policy_set, query))
        for kind, policy_set, ruling in asked
        if kind is outcome.decisive and ruling.verdict is not Verdict.ALLOWED
    ][:1] or [silence_words(outcome.decisive or PolicyKind.RESOURCE, None)]


def _determining(asked: Sequence[tuple[PolicyKind, PolicySet, Ruling]], query: Query) -> list[str]:
    return [
        trial_words(trial)
        for _, policy_set, ruling in asked
        for trial in trials_of(ruling.determining, policy_set, query)
    ]
