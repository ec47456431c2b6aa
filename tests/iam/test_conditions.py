"""Conditions: operator, key and values together; absent keys, sets, negation, doubt."""

import itertools

import pytest

from gatelodge.iam.conditions import read_conditions
from gatelodge.iam.operators import OPERATORS, Family
from gatelodge.iam.problems import PolicyError, Problems


def read(written, *, variables=True):
    problems = Problems()
    conditions = read_conditions(written, problems, variables=variables)
    problems.raise_if_any()
    return conditions


def holds(operator, values, actual, *, key="k", variables=True, **keys):
    [condition] = read({operator: {key: values}}, variables=variables)
    if actual is not None:
        keys[key.lower()] = actual
    return condition.test(keys)


# A value of each family, with one that matches it, one that does not, and one of no such type.
EXAMPLES = {
    Family.STRING: ("a", "a", "b", None),
    Family.NUMERIC: ("10", "10", "11", "x"),
    Family.DATE: ("2026", "2026-01-01", "2027", "soon"),
    Family.BOOL: ("true", "TRUE", "false", "maybe"),
    Family.BINARY: ("QQ==", "QQ==", "QUI=", "?"),
    Family.IP: ("10.0.0.0/8", "10.1.1.1", "11.1.1.1", "home"),
    Family.ARN: ("arn:a:b:c:d:e", "arn:a:b:c:d:e", "arn:a:b:c:d:f", None),
}
EQUALITIES = [
    row for row in OPERATORS.values()
    if row.family is not Family.NULL and "Less" not in row.name and "Greater" not in row.name
]  # fmt: skip


@pytest.mark.parametrize("row", EQUALITIES, ids=lambda row: row.name)
@pytest.mark.parametrize(
    ("prefix", "if_exists"),
    list(itertools.product(("", "ForAllValues:", "ForAnyValue:"), (False, True))),
)
def test_the_table_of_absent_keys_and_sets(row, prefix, if_exists):
    """iam-evaluation.md section 6.3, for every operator."""
    policy, match, miss, mistyped = EXAMPLES[row.family]
    name = f"{prefix}{row.name}{'IfExists' if if_exists else ''}"
    positive = not row.negated
    when_absent = if_exists or prefix == "ForAllValues:" or (row.negated and not prefix)
    assert holds(name, policy, None) is when_absent
    assert holds(name, policy, match) is positive
    assert holds(name, policy, miss) is not positive
    assert holds(name, policy, (match,)) is positive
    assert holds(name, policy, (miss,)) is not positive
    assert holds(name, policy, ()) is when_absent
    if mistyped is not None:
        assert holds(name, policy, mistyped) is False
        assert holds(name, [policy, policy], mistyped) is False
    both = holds(name, policy, (match, miss))
    if not prefix:
        assert both is None
    else:
        assert both is (prefix == "ForAnyValue:")
    if prefix:
        assert holds(name, policy, ("", "")) is when_absent


@pytest.mark.parametrize(
    ("operator", "values", "actual", "expected"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", ["a", "b"], "c", False),
        ("StringNotEquals", ["a", "b"], "a", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("NotIpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "10.1.1.1", False),
        ("NotIpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "192.0.2.7", False),
        ("NotIpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "203.0.113.1", True),
        ("NotIpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "2001:db8::1", True),
        ("NumericNotEquals", ["1", "2"], "x", False),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "b", "a"), True),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), False),
        ("ForAllValues:StringNotEquals", ["a"], ("b", "c"), True),
        ("ForAllValues:StringNotEquals", ["a"], ("b", "a"), False),
        ("ForAnyValue:StringEquals", ["a", "b"], ("c", "b"), True),
        ("ForAnyValue:StringEquals", ["a", "b"], ("c",), False),
        ("ForAnyValue:StringNotEquals", ["a"], ("a", "b"), True),
        ("ForAnyValue:StringNotEquals", ["a"], ("a", "a"), False),
        ("ForAnyValue:StringEquals", "", ("", "x"), True),
        ("StringEquals", "", "", True),
        ("StringEquals", "a*?", "a*?", True),
        ("StringNotEquals", "a*", "a*", False),
        ("StringEqualsIgnoreCase", "A*", "a*", True),
        ("ForAnyValue:StringLike", "a*", "ab", True),
        ("ForAllValues:StringLike", "a*", "ba", False),
        ("Null", "true", None, True),
        ("Null", "true", "x", False),
        ("Null", "true", "", True),
        ("Null", "true", (), True),
        ("Null", "true", ("", ""), True),
        ("Null", "true", ("", "x"), False),
        ("Null", "false", None, False),
        ("Null", "False", "x", True),
        ("Null", False, "x", True),
        ("Null", ["true", "false"], None, True),
    ],
)
def test_values(operator, values, actual, expected):
    assert holds(operator, values, actual) is expected


@pytest.mark.parametrize(
    ("operator", "value", "actual", "keys", "expected"),
    [
        ("StringEquals", "${x}", "v", {"x": "v"}, True),
        ("StringEquals", "${x}", "w", {"x": "v"}, False),
        ("StringEquals", "${x}", ("v",), {"x": "v"}, True),
        ("ForAnyValue:StringEquals", "${x}", ("a", "v"), {"x": "v"}, True),
        ("ForAllValues:StringEquals", "${x}", ("v", "v"), {"x": "v"}, True),
        ("StringEquals", "${x}", "v", {}, False),
        ("StringNotEquals", "${x}", "v", {}, True),
        ("StringEquals", "${x, 'd'}", "d", {}, True),
        ("StringEquals", ["a", "${x}"], "a", {}, True),
        ("StringEquals", ["a", "${x}"], "v", {"x": "v"}, True),
        ("StringNotEquals", ["a", "${x}"], "v", {"x": "v"}, False),
        ("StringEquals", "${*}", "*", {}, True),
        ("StringEquals", "${*}", "a", {}, False),
        ("StringLike", "${x}", "ab", {"x": "a*"}, False),
        ("StringLike", "${x}*", "a*b", {"x": "a*"}, True),
        ("StringEqualsIgnoreCase", "${x}", "V", {"x": "v"}, True),
        ("ArnLike", "arn:aws:iam::1:user/${x}", "arn:aws:iam::1:user/bob", {"x": "bob"}, True),
        ("ArnLike", "arn:aws:iam::1:user/${x}", "arn:aws:iam::1:user/eve", {"x": "bob"}, False),
        ("ArnLike", "${x}", "arn:aws:iam::1:user/bob", {"x": "no ARN"}, False),
        ("ArnNotLike", "${x}", "arn:aws:iam::1:user/bob", {"x": "no ARN"}, True),
    ],
)
def test_variables(operator, value, actual, keys, expected):
    assert holds(operator, value, actual, **keys) is expected
    assert holds(operator, value, actual, **keys) is expected  # remembered


def test_variables_need_the_version():
    assert not holds("StringEquals", "${x}", "v", variables=False, x="v")
    assert holds("StringEquals", "${x}", "${x}", variables=False, x="v")


def test_keys_ignore_case_and_keep_their_spelling():
    [condition] = read({"StringEquals": {"AWS:UserName": "a"}})
    assert (condition.key, condition.key_written) == ("aws:username", "AWS:UserName")
    assert condition.test({"aws:username": "a"})


@pytest.mark.parametrize(
    "name",
    ["StringEquals", "StringEqualsIfExists", "ForAllValues:ArnLike", "ForAnyValue:BoolIfExists"],
)
def test_names_are_kept(name):
    values = {"ForAllValues:ArnLike": "*", "ForAnyValue:BoolIfExists": "true"}.get(name, "a")
    [condition] = read({name: {"k": values}})
    assert condition.name == name


def test_all_operators_and_keys_are_read():
    found = read(
        {
            "StringEquals": {"a": "1", "b": ["2", "3"]},
            "NumericEquals": {"c": 4},
            "Bool": {"d": True},
        }
    )
    assert [(one.operator.name, one.key, one.values) for one in found] == [
        ("StringEquals", "a", ("1",)), ("StringEquals", "b", ("2", "3")),
        ("NumericEquals", "c", ("4",)), ("Bool", "d", ("true",)),
    ]  # fmt: skip
    assert read({}) == ()


@pytest.mark.parametrize(
    ("written", "pointer", "message"),
    [
        (None, "/Condition", "Condition is an object of operators"),
        ([], "/Condition", "Condition is an object of operators"),
        ({"StringIs": {"k": "v"}}, "/Condition/StringIs", "unknown condition operator 'StringIs'"),
        ({"stringEquals": {"k": "v"}}, "/Condition/stringEquals", "unknown condition operator"),
        ({"IfExists": {"k": "v"}}, "/Condition/IfExists", "unknown condition operator"),
        ({"ForSome:Bool": {"k": "v"}}, "/Condition/ForSome:Bool", "unknown"),
        ({"forallvalues:Bool": {"k": "v"}}, "/Condition/forallvalues:Bool", "unknown"),
        ({"BoolIfExistsIfExists": {"k": "v"}}, "/Condition/BoolIfExistsIfExists", "unknown"),
        ({"NullIfExists": {"k": "true"}}, "/Condition/NullIfExists", "Null takes neither"),
        ({"ForAllValues:Null": {"k": "true"}}, "/Condition/ForAllValues:Null", "Null takes"),
        ({"StringEquals": {}}, "/Condition/StringEquals", "an operator takes an object"),
        ({"StringEquals": "x"}, "/Condition/StringEquals", "an operator takes an object"),
        ({"StringEquals": {"k": []}}, "/Condition/StringEquals/k", "at least one value"),
        ({"StringEquals": {"k": None}}, "/Condition/StringEquals/k", "expected a string"),
        ({"StringEquals": {"k": ["a", {}]}}, "/Condition/StringEquals/k/1", "expected a string"),
        ({"StringEquals": {"k": "\ue000"}}, "/Condition/StringEquals/k", "U+E000"),
        ({"StringEquals": {"a/b~c": None}}, "/Condition/StringEquals/a~1b~0c", "expected a string"),
        ({"StringEquals": {"": "v"}}, "/Condition/StringEquals/", "'' is not a condition key"),
        ({"StringEquals": {" k": "v"}}, "/Condition/StringEquals/ k", "is not a condition key"),
        ({"NumericEquals": {"k": "x"}}, "/Condition/NumericEquals/k", "'x' is not a number that"),
        ({"IpAddress": {"aws:SourceIp": "x"}}, "/Condition/IpAddress/aws:SourceIp", "an IP"),
        ({"Bool": {"k": "1"}}, "/Condition/Bool/k", "'1' is not a boolean"),
        ({"IpAddress": {"aws:UserName": "10.0.0.1"}}, "/Condition/IpAddress/aws:UserName",
         "IpAddress compares an IP address, which aws:UserName never is"),
        ({"DateEquals": {"aws:SourceIp": "2026"}}, "/Condition/DateEquals/aws:SourceIp", "never"),
    ],
)  # fmt: skip
def test_what_is_refused(written, pointer, message):
    with pytest.raises(PolicyError) as raised:
        read(written)
    assert [problem.pointer for problem in raised.value.problems] == [pointer]
    assert message in raised.value.problems[0].message


def test_every_mistake_is_told_in_these_words():
    with pytest.raises(PolicyError) as raised:
        read(
            {"Bool": [], "Null": {"a": [], "b": "x"}, "NullIfExists": {"k": "true"}, "X": {"k": 1}}
        )
    assert [(problem.pointer, problem.message) for problem in raised.value.problems] == [
        ("/Condition/Bool", "an operator takes an object of condition keys"),
        ("/Condition/Null/a", "a condition key needs at least one value"),
        ("/Condition/Null/b", "'x' is not a presence that Null can compare"),
        ("/Condition/NullIfExists", "Null takes neither a set prefix nor IfExists"),
        ("/Condition/X", "unknown condition operator 'X'"),
    ]
    with pytest.raises(PolicyError) as raised:
        read([])
    assert raised.value.problems[0].message == "Condition is an object of operators"


def test_every_wrong_value_is_told():
    with pytest.raises(PolicyError) as raised:
        read({"NumericEquals": {"k": ["x", "1", "y"]}, "Nope": {"k": [None]}})
    assert [(p.pointer, p.message.split(" ")[0]) for p in raised.value.problems] == [
        ("/Condition/NumericEquals/k", "'x'"), ("/Condition/NumericEquals/k", "'y'"),
        ("/Condition/Nope", "unknown"), ("/Condition/Nope/k/0", "expected")]  # fmt: skip
