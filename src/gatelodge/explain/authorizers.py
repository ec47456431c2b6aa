"""Decisions by Lambda authorizers in words: who was asked, how old its policy was, what it said.

The policy is judged again by the function that decided.
"""

from gatelodge import iam
from gatelodge.authorize.combine import judge_with_fence
from gatelodge.explain.part import Part
from gatelodge.explain.record import Record
from gatelodge.iam.words import silence_words, trial_words

TYPE = "CUSTOM"


def principal_of(record: Record) -> str:
    """Name whom the authorizer spoke of."""
    evidence = record["evidence"]
    if evidence is None:
        return "anonymous"
    return str(evidence["principalId"]) or "(no principalId)"


def asked_part(record: Record) -> Part:
    """Tell whether the function was asked, and what came of it."""
    evidence = record["evidence"]
    if evidence is None:
        return Part("authorizer", "refused", [str(record["detail"])])
    lines = [
        f"authorizer {evidence['authorizer']}, function {evidence['function']}",
        source_words(record),
        f"principalId {evidence['principalId']!r}",
    ]
    return Part("authorizer", "answered", lines)


def source_words(record: Record) -> str:
    """Say where the policy came from."""
    evidence = record["evidence"]
    if evidence["fresh"]:
        asked = f"the function was asked for this call, and took {evidence['latency']} ms"
        invocation = evidence.get("requestId")  # older records have none
        return f"{asked} (RequestId {invocation})" if invocation else asked
    age = max(0, int(record["time"]) - evidence["since"])
    return f"served from the cached policy, {age} s old"


def policy_part(policies: iam.PolicySet, query: iam.Query) -> Part:
    """Tell what each statement of the authorizer's policy says of this call."""
    tried = iam.trials(policies, query)
    return Part(
        "authorizer's policy",
        policies.judge(query).verdict.value,
        [trial_words(trial) for trial in tried],
    )


def outcome_words(
    outcome: iam.Outcome, policies: iam.PolicySet, fence: iam.PolicySet | None, query: iam.Query
) -> str:
    """Say in a sentence what decided."""
    tried = iam.trials(policies, query)
    if outcome.verdict is iam.Verdict.SILENT:
        return silence_words(iam.PolicyKind.AUTHORIZER, tried)
    if fence is not None:
        tried += iam.trials(fence, query)
    determining = set(outcome.determining)
    return "; ".join(trial_words(trial) for trial in tried if trial.ref in determining)


def judge_again(
    policies: iam.PolicySet, fence: iam.PolicySet | None, query: iam.Query
) -> iam.Outcome:
    """Judge as it was judged when the call came."""
    return judge_with_fence(policies, None if fence is None else fence.judge(query), query)
