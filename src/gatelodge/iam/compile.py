"""Policies compiled into functions, and sets of them indexed by action and resource prefix.

A set is compiled once and judged for every request: statements whose action cannot match are left
out once for each action, and those whose resource begins differently are never looked at.
"""

from collections.abc import Callable, Iterable, Sequence

from gatelodge.iam.conditions import Condition
from gatelodge.iam.document import Policy, PolicyKind, Statement
from gatelodge.iam.match import ResourceTest, action_matcher, literal_prefix, resource_test
from gatelodge.iam.patterns import Matcher
from gatelodge.iam.principals import Principal, Reach
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import SILENCE, Doubt, Ruling, StatementRef, Verdict

_ACTIONS = 64
# Fewer statements than this are tried one by one faster than looked up.
_WORTH_AN_INDEX = 16
_NAMING_OPERATORS = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})
# A member of an enumeration, looked up once: that costs more than a statement.
_NOTHING, _IDENTITY, _EVERYTHING = Reach.NOTHING, Reach.IDENTITY, Reach.EVERYTHING
# Policies of these kinds are judged without their caller's name in them.
_IDENTITY_LIKE = frozenset(PolicyKind) - {PolicyKind.RESOURCE, PolicyKind.RESOURCE_CONTROL}


class CompiledStatement:
    """One statement as functions: each element's test, and all of them together."""

    __slots__ = (
        "_by_reach",
        "_names_principal_arn",
        "conditions",
        "matches_action",
        "names_principal",
        "policy",
        "ref",
        "ruling",
        "statement",
        "test",
        "tests_resource",
    )

    def __init__(self, policy: Policy, statement: Statement) -> None:
        self.policy = policy
        self.statement = statement
        self.ref = StatementRef(policy.kind, policy.name, statement.index, statement.sid)
        self.matches_action = _action_test(statement)
        self.tests_resource = _resource_test(policy, statement)
        self.names_principal = _principal_test(statement)
        self.conditions = statement.conditions
        self.test = self._compile_test()
        """All elements but the action: true, false, or None when in doubt."""
        verdict = Verdict.ALLOWED if statement.allow else Verdict.DENIED
        self.ruling = Ruling(verdict, (self.ref,))
        """What this statement alone makes of a set."""
        self._by_reach: dict[Reach, Ruling] = {}
        self._names_principal_arn = any(map(_names_a_principal_arn, self.conditions))

    def prefixes(self) -> list[str]:
        """Give texts of which every matching resource begins with one; `""` for any resource."""
        statement = self.statement
        if statement.not_resource:
            return [""]
        variables = self.policy.variables
        return [literal_prefix(text, variables=variables) for text in statement.resources]

    def ruling_with(self, reach: Reach) -> Ruling:
        """Say what this Allow of a resource policy makes of a set, with what it spares."""
        ruling = self._by_reach.get(reach)
        if ruling is None:
            ruling = self._by_reach[reach] = Ruling(Verdict.ALLOWED, (self.ref,), (), reach)
        return ruling

    def reach(self, principal: Principal) -> Reach:
        """Tell what this Allow of a resource policy spares a caller of the same account."""
        element = self.statement.principal
        if element is None:
            return _NOTHING
        if element.everyone and self._names_principal_arn:
            return _EVERYTHING
        if self.statement.not_principal:
            return _IDENTITY
        return element.reach(principal)

    def _compile_test(self) -> Callable[[Query], bool | None]:
        tests_resource, names_principal = self.tests_resource, self.names_principal
        tests = tuple(condition.test for condition in self.conditions)
        if not tests:
            if names_principal is None:
                return tests_resource
            return lambda query: tests_resource(query) and names_principal(query.principal)

        def test(query: Query) -> bool | None:
            if not tests_resource(query):
                return False
            if names_principal is not None and not names_principal(query.principal):
                return False
            verdict: bool | None = True
            for test_condition in tests:
                holds = test_condition(query.keys)
                if holds is False:
                    return False
                if holds is None:
                    verdict = None
            return verdict

        return test


class PolicySet:
    """Policies of one kind that are judged together, compiled."""

    __slots__ = ("_by_action", "policies", "statements")

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.policies = tuple(policies)
        self.statements = tuple(
            CompiledStatement(policy, statement)
            for policy in policies
            for statement in policy.statements
        )
        self._by_action: dict[str, tuple[_Index, _Index]] = {}

    def judge(self, query: Query) -> Ruling:
        """Say what these policies, and no others, say of a request. A Deny beats every Allow."""
        indexes = self._by_action.get(query.action)
        if indexes is None:
            indexes = self._index(query.action)
        denies, allows = indexes
        for compiled in denies.candidates(query.resource):
            verdict = compiled.test(query)
            if verdict is not False:
                return compiled.ruling if verdict else _doubtful_denial(compiled)
        return _first_allow(allows.candidates(query.resource), query)

    def _index(self, action: str) -> "tuple[_Index, _Index]":
        """Leave out the statements that this action cannot match; kept for the next request."""
        if len(self._by_action) >= _ACTIONS:
            self._by_action.clear()
        lower = action.lower()
        matching = [compiled for compiled in self.statements if compiled.matches_action(lower)]
        indexes = (
            _Index([compiled for compiled in matching if not compiled.statement.allow]),
            _Index([compiled for compiled in matching if compiled.statement.allow]),
        )
        self._by_action[action] = indexes
        return indexes


class _Index:
    """Statements by the text that their resources begin with."""

    __slots__ = ("_by_prefix", "_everywhere", "_lengths")

    def __init__(self, statements: list[CompiledStatement]) -> None:
        self._everywhere: Sequence[CompiledStatement] = statements
        self._lengths: tuple[int, ...] = ()
        if len(statements) < _WORTH_AN_INDEX:
            return
        self._by_prefix: dict[str, list[CompiledStatement]] = {}
        everywhere = []
        for compiled in statements:
            prefixes = set(compiled.prefixes())
            if "" in prefixes:
                everywhere.append(compiled)
                continue
            for prefix in prefixes:
                self._by_prefix.setdefault(prefix, []).append(compiled)
        self._everywhere = everywhere
        self._lengths = tuple(sorted({len(prefix) for prefix in self._by_prefix}))

    def candidates(self, resource: str) -> Iterable[CompiledStatement]:
        """Give the statements that can match a resource."""
        if not self._lengths:
            return self._everywhere
        found = list(self._everywhere)
        for length in self._lengths:
            if length > len(resource):
                break
            begun = self._by_prefix.get(resource[:length])
            if begun is not None:
                found += begun
        return found


def _first_allow(candidates: Iterable[CompiledStatement], query: Query) -> Ruling:
    """Find the Allow that spares the caller most; outside resource policies the first will do."""
    best: CompiledStatement | None = None
    best_reach = _NOTHING
    doubts: tuple[Doubt, ...] = ()
    for compiled in candidates:
        verdict = compiled.test(query)
        if verdict is None:
            doubts += (Doubt(compiled.ref),)
        elif verdict:
            if compiled.statement.principal is None:
                return compiled.ruling
            reach = compiled.reach(query.principal)
            if best is None or reach > best_reach:
                best, best_reach = compiled, reach
            if reach is _EVERYTHING:
                break
    if doubts:
        if best is None:
            return Ruling(Verdict.SILENT, (), doubts)
        return Ruling(Verdict.ALLOWED, (best.ref,), doubts, best_reach)
    return SILENCE if best is None else best.ruling_with(best_reach)


def _doubtful_denial(compiled: CompiledStatement) -> Ruling:
    return Ruling(Verdict.DENIED, (compiled.ref,), (Doubt(compiled.ref),))


def _action_test(statement: Statement) -> Matcher:
    matchers = [action_matcher(text) for text in statement.actions]
    if statement.not_action:
        return lambda action: not any(match(action) for match in matchers)
    if len(matchers) == 1:
        return matchers[0]
    return lambda action: any(match(action) for match in matchers)


def _resource_test(policy: Policy, statement: Statement) -> ResourceTest:
    identity = policy.kind in _IDENTITY_LIKE
    tests = [resource_test(text, policy.variables, identity) for text in statement.resources]
    if statement.not_resource:
        return lambda query: not any(test(query) for test in tests)
    if len(tests) == 1:
        return tests[0]
    return lambda query: any(test(query) for test in tests)


def _principal_test(statement: Statement) -> Callable[[Principal], bool] | None:
    """Compile the principal's test; None when every principal passes."""
    element = statement.principal
    if element is None:
        return None
    if statement.not_principal:
        if statement.allow:
            return lambda principal: not element.names(principal)
        return lambda principal: not element.spares(principal)
    return None if element.everyone else element.names


def _names_a_principal_arn(condition: Condition) -> bool:
    """Tell whether a condition names principals by their whole ARN."""
    return (
        condition.key == "aws:principalarn"
        and condition.name in _NAMING_OPERATORS
        and not any("*" in value or "?" in value for value in condition.values)
    )
