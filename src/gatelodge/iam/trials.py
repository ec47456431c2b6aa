"""Every statement tried against one request, element by element: the exhaustive run.

Uses the very tests that judging uses, so that an explanation cannot disagree with the decision.
"""

from collections.abc import Sequence

from gatelodge.iam.compile import CompiledStatement, PolicySet
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import StatementRef
from gatelodge.iam.variables import Value


class Step:
    """One element of a statement against the request."""

    __slots__ = ("actual", "element", "key", "matched", "mistaken", "operator", "patterns")

    def __init__(
        self,
        element: str,
        patterns: tuple[str, ...],
        actual: Value | None,
        *,
        matched: bool | None,
        operator: str = "",
        key: str = "",
        mistaken: tuple[str, str] | None = None,
    ) -> None:
        self.element = element
        """The element's name as it stands in the policy: NotAction, Condition, …"""
        self.patterns = patterns
        """What the policy says."""
        self.actual = actual
        """What the request has; None for an absent condition key."""
        self.matched = matched
        """None when it could not be told."""
        self.operator = operator
        """Of conditions: the operator as written."""
        self.key = key
        """Of conditions: the key as written."""
        self.mistaken = mistaken
        """Of principals: the unique ids of who is meant by the caller's ARN and of the caller."""


class Trial:
    """One statement against the request."""

    __slots__ = ("allow", "matched", "ref", "steps")

    def __init__(
        self, ref: StatementRef, steps: tuple[Step, ...], *, allow: bool, matched: bool | None
    ) -> None:
        self.ref = ref
        self.allow = allow
        self.matched = matched
        """Whether the whole statement matches; None when in doubt."""
        self.steps = steps

    @property
    def misses(self) -> tuple[Step, ...]:
        """The elements that do not match."""
        return tuple(step for step in self.steps if step.matched is False)


def trials(policy_set: PolicySet, query: Query) -> tuple[Trial, ...]:
    """Try every statement of a set, in order, and say of each element whether it matches."""
    return tuple(_try(compiled, query) for compiled in policy_set.statements)


def trials_of(
    refs: Sequence[StatementRef], policy_set: PolicySet, query: Query
) -> tuple[Trial, ...]:
    """Try the named statements of a set only."""
    return tuple(
        _try(compiled, query) for compiled in policy_set.statements if compiled.ref in refs
    )


def nearest_miss(tried: tuple[Trial, ...]) -> Trial | None:
    """Find the Allow statement that fails in the fewest elements; None without an Allow."""
    allows = [trial for trial in tried if trial.allow and not trial.matched]
    return min(allows, key=lambda trial: len(trial.misses), default=None)


def _try(compiled: CompiledStatement, query: Query) -> Trial:
    statement = compiled.statement
    principal = query.principal
    steps = [
        Step(
            "NotAction" if statement.not_action else "Action",
            statement.actions,
            query.action,
            matched=compiled.matches_action(query.action.lower()),
        ),
        Step(
            "NotResource" if statement.not_resource else "Resource",
            statement.resources,
            query.resource,
            matched=compiled.tests_resource(query),
        ),
    ]
    if statement.principal is not None:
        names = compiled.names_principal
        steps.append(
            Step(
                "NotPrincipal" if statement.not_principal else "Principal",
                statement.principal.texts,
                principal.arn or "anonymous",
                matched=names is None or names(principal),
                mistaken=statement.principal.mistaken(principal),
            )
        )
    steps += (
        Step(
            "Condition",
            condition.values,
            query.keys.get(condition.key),
            matched=condition.test(query.keys),
            operator=condition.name,
            key=condition.key_written,
        )
        for condition in compiled.conditions
    )
    verdicts = [step.matched for step in steps]
    matched = False if False in verdicts else None if None in verdicts else True
    return Trial(compiled.ref, tuple(steps), allow=statement.allow, matched=matched)
