"""Sentences about policies, the same wherever a decision is explained.

Statements are numbered from 1, condition keys keep the policy's spelling, ranges are shown as the
network that they mean.
"""

from gatelodge.iam.document import PolicyKind
from gatelodge.iam.operators import OPERATORS, Family, read_network
from gatelodge.iam.ruling import StatementRef
from gatelodge.iam.trials import Step, Trial, nearest_miss
from gatelodge.iam.variables import Value

ROOT_NEEDS_NONE = "the root user needs no policy"
_KINDS = {
    PolicyKind.IDENTITY: "identity policy",
    PolicyKind.RESOURCE: "resource policy",
    PolicyKind.BOUNDARY: "permissions boundary",
    PolicyKind.SESSION: "session policy",
    PolicyKind.SERVICE_CONTROL: "service control policy",
    PolicyKind.RESOURCE_CONTROL: "resource control policy",
    PolicyKind.TRUST: "trust policy",
    PolicyKind.AUTHORIZER: "authorizer policy",
}
# How an operator reads between key and values: when it holds, and when it does not.
_RELATIONS = {
    "StringEquals": ("is", "is not"),
    "StringNotEquals": ("is not", "is"),
    "StringEqualsIgnoreCase": ("is (ignoring case)", "is not (ignoring case)"),
    "StringNotEqualsIgnoreCase": ("is not (ignoring case)", "is (ignoring case)"),
    "StringLike": ("is like", "is not like"),
    "StringNotLike": ("is not like", "is like"),
    "ArnEquals": ("is like", "is not like"),
    "ArnLike": ("is like", "is not like"),
    "ArnNotEquals": ("is not like", "is like"),
    "ArnNotLike": ("is not like", "is like"),
    "IpAddress": ("is in", "is not in"),
    "NotIpAddress": ("is not in", "is in"),
    "Bool": ("is", "is not"),
    "BinaryEquals": ("is", "is not"),
}
_ORDERED = {
    "Equals": ("is", "is not"),
    "NotEquals": ("is not", "is"),
    "LessThan": ("is below", "is not below"),
    "LessThanEquals": ("is at most", "is above"),
    "GreaterThan": ("is above", "is not above"),
    "GreaterThanEquals": ("is at least", "is below"),
}


def kind_words(kind: PolicyKind) -> str:
    """Name a kind of policy."""
    return _KINDS[kind]


def statement_words(ref: StatementRef) -> str:
    """Name a statement: `resource policy statement 2`, `identity policy readers statement 1`."""
    kind = _KINDS[ref.kind]
    named = f" {ref.policy}" if ref.policy and ref.policy != kind else ""
    sid = f" ({ref.sid})" if ref.sid else ""
    return f"{kind}{named} statement {ref.index + 1}{sid}"


def step_words(step: Step) -> str:
    """Say how one element stands to the request."""
    if step.element == "Condition":
        return _condition_words(step)
    mistaken = _mistaken_words(step)
    if step.element.startswith("Not"):
        element = step.element[3:].lower()
        verb = "is not listed in" if step.matched else "is listed in"
        return f"{element} {_value(step.actual)} {verb} {step.element}{mistaken}"
    verb = "matches" if step.matched else "does not match"
    listed = _listed(step.patterns)
    return f"{step.element.lower()} {_value(step.actual)} {verb} {listed}{mistaken}"


def trial_words(trial: Trial) -> str:
    """Say whether a statement matches, and why."""
    name = statement_words(trial.ref)
    effect = "Allow" if trial.allow else "Deny"
    if trial.matched is None:
        doubtful = next(step for step in trial.steps if step.matched is None)
        return f"{name} ({effect}) cannot be judged: {step_words(doubtful)}"
    if trial.matched:
        verb = "allows" if trial.allow else "denies"
        return f"{name} {verb}: {_because(trial)}"
    misses = " and ".join(step_words(step) for step in trial.misses)
    return f"{name} ({effect}) does not match: {misses}"


def silence_words(kind: PolicyKind, tried: tuple[Trial, ...] | None) -> str:
    """Say what a silent set of policies would have needed, and what came nearest.

    tried: None where there is no policy of the kind at all.
    """
    name = _KINDS[kind]
    if tried is None:
        return f"there is no {name} that could allow this"
    near = nearest_miss(tried)
    if near is None:
        return f"no {name} has an Allow statement"
    failing = [step for step in near.steps if step.matched is not True]
    misses = " and ".join(map(step_words, failing))
    return f"no {name} allows this; nearest is {statement_words(near.ref)}: {misses}"


def _because(trial: Trial) -> str:
    """Give the reason of a match: its conditions, or what it covers when there are none."""
    conditions = [step for step in trial.steps if step.element == "Condition"]
    if conditions:
        return " and ".join(step_words(step) for step in conditions)
    return " and ".join(step_words(step) for step in trial.steps if step.element != "Principal")


def _mistaken_words(step: Step) -> str:
    if step.mistaken is None:
        return ""
    meant, caller = step.mistaken
    return f" (another had that name when the policy was set, {meant}; the caller is {caller})"


def _condition_words(step: Step) -> str:
    name = step.operator.rpartition(":")[2].removesuffix("IfExists")
    operator = OPERATORS[name]
    if operator.family is Family.NULL:
        return f"{step.key} is {'absent' if step.actual is None else 'present'}"
    if step.matched is None:
        return f"{step.key} has several values, and {step.operator} compares one"
    values = _values(step, ip=operator.family is Family.IP)
    if step.actual is None:
        wanted = f"{step.operator} {values}"
        return f"{step.key} is absent ({wanted})"
    holds, fails = _relation(name)
    relation = holds if step.matched else fails
    if ":" in step.operator:
        verdict = "holds" if step.matched else "does not hold"
        return f"{step.operator} {values} {verdict} for {step.key} {_value(step.actual)}"
    return f"{step.key} {_value(step.actual)} {relation} {values}"


def _relation(name: str) -> tuple[str, str]:
    known = _RELATIONS.get(name)
    if known is not None:
        return known
    return _ORDERED[name.removeprefix("Numeric").removeprefix("Date")]


def _values(step: Step, *, ip: bool) -> str:
    values = step.patterns
    if ip:
        values = tuple(read_network(value) or value for value in values)
    return _listed(values)


def _listed(values: tuple[str, ...]) -> str:
    shown = values if len(values) <= 4 else (*values[:3], f"{len(values) - 3} more")
    return " or ".join(shown)


def _value(value: Value | None) -> str:
    if value is None:
        return "(absent)"
    return value if isinstance(value, str) else "[" + ", ".join(value) + "]"
