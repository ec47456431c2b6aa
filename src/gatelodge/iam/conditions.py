"""Conditions: operator, key and values together, with absent keys, sets and negation.

Reference: iam-evaluation.md sections 6.1 to 6.3. A condition holds, does not hold, or is in doubt
(None): a key with several values under an operator for one has no documented meaning.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from gatelodge.iam.keys import operator_families
from gatelodge.iam.operators import OPERATORS, Comparison, Family, Operator
from gatelodge.iam.patterns import encode, is_reserved
from gatelodge.iam.problems import Problems, article
from gatelodge.iam.variables import Keys, Template, Value, plain, read_template

Test = Callable[[Keys], bool | None]

_NAME = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")
_REMEMBERED = 2048
_FILLED = 256


class Condition:
    """One key under one operator, as it was written, and its test."""

    __slots__ = ("if_exists", "key", "key_written", "operator", "quantifier", "test", "values")

    def __init__(
        self,
        operator: Operator,
        quantifier: str | None,
        key: str,
        values: tuple[str, ...],
        comparisons: "Sequence[Comparison | Template]",
        *,
        if_exists: bool,
    ) -> None:
        self.operator = operator
        self.quantifier = quantifier
        """ForAllValues, ForAnyValue or None."""
        self.key_written = key
        self.key = key.lower()
        self.values = values
        self.if_exists = if_exists
        self.test = _compile(self, comparisons)
        """Tells of one request whether the condition holds; None when in doubt."""

    @property
    def name(self) -> str:
        """The operator as it was written, set prefix and IfExists included."""
        prefix = f"{self.quantifier}:" if self.quantifier else ""
        return f"{prefix}{self.operator.name}{'IfExists' if self.if_exists else ''}"


def read_conditions(
    written: object, problems: Problems, *, variables: bool
) -> tuple[Condition, ...]:
    """Read a Condition element; what is wrong goes to `problems`."""
    if not isinstance(written, Mapping):
        problems.add("/Condition", "Condition is an object of operators")
        return ()
    conditions = []
    for name, block in written.items():
        pointer = "/Condition/" + _escape(str(name))
        operator = _operator(str(name))
        if isinstance(operator, str):
            problems.add(pointer, operator)
        if not isinstance(block, Mapping) or not block:
            problems.add(pointer, "an operator takes an object of condition keys")
            continue
        for key, value in block.items():
            texts = _texts(value)
            if isinstance(operator, str) or texts is None:
                _explain_values(value, problems.at(f"{pointer}/{_escape(str(key))}"))
                continue
            condition = _condition(operator, str(key), texts, variables)
            if isinstance(condition, Condition):
                conditions.append(condition)
            else:
                place = problems.at(f"{pointer}/{_escape(str(key))}")
                for message in condition:
                    place.add("", message)
    return tuple(conditions)


_Named = tuple[Operator, str | None, bool]
"""An operator's row, its set prefix, and whether it says IfExists."""


def _find_operator(name: str) -> _Named | str:
    """Read an operator's name; says what is wrong with it."""
    match = _NAME.fullmatch(name)
    row = OPERATORS.get(match[2]) if match else None
    if match is None or row is None:
        return f"unknown condition operator {name!r}"
    if row.family is Family.NULL and (match[1] or match[3]):
        return "Null takes neither a set prefix nor IfExists"
    return row, match[1], match[3] is not None


_operator = lru_cache(maxsize=_REMEMBERED)(_find_operator)


def _make_condition(
    operator: _Named, key: str, values: tuple[str, ...], variables: bool
) -> Condition | tuple[str, ...]:
    """Make a condition, or say why key and operator, or operator and value, can never match.

    Policies repeat each other: the last conditions are remembered (bounded).
    """
    row, quantifier, if_exists = operator
    if not key or key != key.strip():
        return (f"{key!r} is not a condition key",)
    if row.family not in operator_families(key.lower()):
        return (f"{row.name} compares {article(row.family.value)}, which {key} never is",)
    comparisons: list[Comparison | Template] = []
    wrong = []
    for value in values:
        template = _template(row, value, variables=variables)
        comparison = row.compile(template) if isinstance(template, str) else template
        if comparison is None:
            family = article(row.family.value)
            wrong.append(f"{value!r} is not {family} that {row.name} can compare")
        else:
            comparisons.append(comparison)
    if wrong:
        return tuple(wrong)
    return Condition(row, quantifier, key, values, comparisons, if_exists=if_exists)


_condition = lru_cache(maxsize=_REMEMBERED)(_make_condition)


def _texts(value: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - any JSON value
    """Read the values of a key; numbers and booleans need no quotes. None when one is neither."""
    listed = value if isinstance(value, list) else [value]
    texts = []
    for item in listed:
        if isinstance(item, str):
            if is_reserved(item):
                return None
            texts.append(item)
        elif isinstance(item, bool):
            texts.append(str(item).lower())
        elif isinstance(item, int | float):
            texts.append(str(item))
        else:
            return None
    return tuple(texts) or None


def _explain_values(value: Any, problems: Problems) -> None:  # noqa: ANN401 - any JSON value
    """Note which values of a key cannot be read."""
    listed = value if isinstance(value, list) else [value]
    if not listed:
        problems.add("", "a condition key needs at least one value")
    for position, item in enumerate(listed):
        if not isinstance(item, bool | int | float):
            problems.check_text(f"/{position}" if isinstance(value, list) else "", item)


def _template(row: Operator, value: str, *, variables: bool) -> str | Template:
    prepare = encode if row.wildcards else plain
    if variables and row.variables and "${" in value:
        return read_template(value, prepare)
    return prepare(value)


def _compile(condition: Condition, comparisons: Sequence[Comparison | Template]) -> Test:
    row = condition.operator
    key = condition.key
    if row.family is Family.NULL:
        wanted_absent = [value.lower() == "true" for value in condition.values]
        return lambda keys: _is_absent(keys.get(key)) in wanted_absent
    compare = _any_value(row, comparisons)
    absent = _when_absent(condition)
    holds = _holds_for_one(row, compare)
    quantifier = condition.quantifier

    def test(keys: Keys) -> bool | None:
        value = keys.get(key)
        if value is None:
            return absent
        if quantifier is None:
            if isinstance(value, str):
                return holds(keys, value)
            return _single(keys, value, holds, absent=absent)
        members = (value,) if isinstance(value, str) else value
        if not any(members):
            return absent
        if quantifier == "ForAnyValue":
            return any(holds(keys, member) for member in members)
        return all(holds(keys, member) for member in members)

    return test


def _single(
    keys: Keys,
    value: tuple[str, ...],
    holds: Callable[[Keys, str], bool],
    *,
    absent: bool,
) -> bool | None:
    """Apply an operator for one value to a set: only a set of one or none has a meaning."""
    if not value:
        return absent
    return holds(keys, value[0]) if len(value) == 1 else None


def _when_absent(condition: Condition) -> bool:
    """What a condition gives for an absent key (the table of section 6.3)."""
    if condition.if_exists or condition.quantifier == "ForAllValues":
        return True
    return condition.operator.negated and condition.quantifier is None


def _holds_for_one(
    row: Operator, compare: Callable[[Keys, str], bool | None]
) -> Callable[[Keys, str], bool]:
    """Make the test of one value: true for a match, for a negated operator of a plain miss.

    A value that is not of the operator's type matches neither way.
    """
    if row.negated:
        return lambda keys, value: compare(keys, value) is False
    return lambda keys, value: compare(keys, value) is True


def _any_value(
    row: Operator, comparisons: Sequence[Comparison | Template]
) -> Callable[[Keys, str], bool | None]:
    """Compare with each of the policy's values: one match is enough."""
    if len(comparisons) == 1 and not isinstance(only := comparisons[0], Template):
        return lambda _, value: only(value)
    compiled = [one for one in comparisons if not isinstance(one, Template)]
    filled = [_filled(row, one) for one in comparisons if isinstance(one, Template)]

    def compare(keys: Keys, value: str) -> bool | None:
        verdict: bool | None = False
        for comparison in compiled:
            found = comparison(value)
            if found:
                return True
            if found is None:
                verdict = None
        for comparison_with_keys in filled:
            if comparison_with_keys(keys, value):
                return True
        return verdict

    return compare


def _filled(row: Operator, template: Template) -> Callable[[Keys, str], bool | None]:
    """Compare with a value that holds variables; comparisons are kept by text (bounded)."""
    compiled = lru_cache(maxsize=_FILLED)(row.compile)

    def compare(keys: Keys, value: str) -> bool | None:
        text = template.fill(keys)
        comparison = None if text is None else compiled(text)
        return False if comparison is None else comparison(value)

    return compare


def _is_absent(value: Value | None) -> bool:
    """Tell whether Null sees a key as absent: there is no value, or none that is not empty."""
    return not value or not any(value)


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
