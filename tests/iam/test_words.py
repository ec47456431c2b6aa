"""The sentences about policies, one for each way that an element can stand to a request."""

import pytest

from gatelodge.iam import PolicyKind, PolicySet, StatementRef, Step, parse, request, trials
from gatelodge.iam.words import (
    kind_words,
    silence_words,
    statement_words,
    step_words,
    trial_words,
)

A = "111111111111"
R = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{A}:user/bob"


def try_one(statement, context=None, who=BOB, kind=PolicyKind.IDENTITY):
    written = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*", **statement}
    for name in ("Action", "Resource"):
        if f"Not{name}" in written:
            del written[name]
    policy = parse({"Version": "2012-10-17", "Statement": written}, kind, name="p")
    return trials(PolicySet([policy]), request(who, "execute-api:Invoke", R, context or {}))[0]


def step(statement, element, **rest):
    kind = PolicyKind.RESOURCE if "rincipal" in element else PolicyKind.IDENTITY
    found = try_one(statement, kind=kind, **rest)
    return step_words(next(one for one in found.steps if one.element == element))


def condition(operator, values, actual=None, key="k"):
    context = {} if actual is None else {key: actual}
    return step({"Condition": {operator: {key: values}}}, "Condition", context=context)


@pytest.mark.parametrize(
    ("statement", "element", "expected"),
    [
        ({}, "Action", "action execute-api:Invoke matches execute-api:Invoke"),
        ({"Action": "s3:*"}, "Action", "action execute-api:Invoke does not match s3:*"),
        ({"Action": ["a:b", "c:d"]}, "Action",
         "action execute-api:Invoke does not match a:b or c:d"),
        ({"Action": ["a:1", "a:2", "a:3", "a:4"]}, "Action",
         "action execute-api:Invoke does not match a:1 or a:2 or a:3 or a:4"),
        ({"Action": ["a:1", "a:2", "a:3", "a:4", "a:5"]}, "Action",
         "action execute-api:Invoke does not match a:1 or a:2 or a:3 or 2 more"),
        ({"NotAction": "s3:*"}, "NotAction",
         "action execute-api:Invoke is not listed in NotAction"),
        ({"NotAction": "*"}, "NotAction", "action execute-api:Invoke is listed in NotAction"),
        ({"Resource": "x"}, "Resource", f"resource {R} does not match x"),
        ({"NotResource": "*"}, "NotResource", f"resource {R} is listed in NotResource"),
        ({"Principal": "*"}, "Principal", f"principal {BOB} matches *"),
        ({"Principal": {"AWS": "222222222222"}}, "Principal",
         f"principal {BOB} does not match 222222222222"),
        ({"NotPrincipal": {"AWS": BOB}}, "NotPrincipal",
         f"principal {BOB} is listed in NotPrincipal"),
    ],
)  # fmt: skip
def test_elements(statement, element, expected):
    assert step(statement, element) == expected


@pytest.mark.parametrize(
    ("operator", "values", "matching", "missing", "holds", "fails"),
    [
        ("StringEquals", "a", "a", "b", "k a is a", "k b is not a"),
        ("StringNotEquals", "a", "b", "a", "k b is not a", "k a is a"),
        ("StringEqualsIgnoreCase", "a", "A", "b", "k A is (ignoring case) a",
         "k b is not (ignoring case) a"),
        ("StringNotEqualsIgnoreCase", "a", "b", "A", "k b is not (ignoring case) a",
         "k A is (ignoring case) a"),
        ("StringLike", "a*", "ab", "b", "k ab is like a*", "k b is not like a*"),
        ("StringNotLike", "a*", "b", "ab", "k b is not like a*", "k ab is like a*"),
        ("ArnEquals", BOB, BOB, R, f"k {BOB} is like {BOB}", f"k {R} is not like {BOB}"),
        ("ArnLike", BOB, BOB, R, f"k {BOB} is like {BOB}", f"k {R} is not like {BOB}"),
        ("ArnNotEquals", BOB, R, BOB, f"k {R} is not like {BOB}", f"k {BOB} is like {BOB}"),
        ("ArnNotLike", BOB, R, BOB, f"k {R} is not like {BOB}", f"k {BOB} is like {BOB}"),
        ("IpAddress", ["10.0.0.9/8", "::1"], "10.1.1.1", "11.1.1.1",
         "k 10.1.1.1 is in 10.0.0.0/8 or ::1/128", "k 11.1.1.1 is not in 10.0.0.0/8 or ::1/128"),
        ("NotIpAddress", "10.0.0.9/8", "11.1.1.1", "10.1.1.1", "k 11.1.1.1 is not in 10.0.0.0/8",
         "k 10.1.1.1 is in 10.0.0.0/8"),
        ("Bool", "true", "true", "false", "k true is true", "k false is not true"),
        ("BinaryEquals", "QQ==", "QQ==", "QUI=", "k QQ== is QQ==", "k QUI= is not QQ=="),
        ("NumericEquals", "1", "1", "2", "k 1 is 1", "k 2 is not 1"),
        ("NumericNotEquals", "1", "2", "1", "k 2 is not 1", "k 1 is 1"),
        ("NumericLessThan", "5", "1", "5", "k 1 is below 5", "k 5 is not below 5"),
        ("NumericLessThanEquals", "5", "5", "6", "k 5 is at most 5", "k 6 is above 5"),
        ("NumericGreaterThan", "5", "6", "5", "k 6 is above 5", "k 5 is not above 5"),
        ("NumericGreaterThanEquals", "5", "5", "1", "k 5 is at least 5", "k 1 is below 5"),
        ("DateLessThan", "2026", "2025", "2026", "k 2025 is below 2026",
         "k 2026 is not below 2026"),
        ("ForAnyValue:StringEquals", "a", ["a", "b"], ["c"],
         "ForAnyValue:StringEquals a holds for k [a, b]",
         "ForAnyValue:StringEquals a does not hold for k [c]"),
        ("StringEqualsIfExists", "a", "a", "b", "k a is a", "k b is not a"),
    ],
)  # fmt: skip
def test_conditions(operator, values, matching, missing, holds, fails):
    assert condition(operator, values, matching) == holds
    assert condition(operator, values, missing) == fails


@pytest.mark.parametrize(
    ("operator", "values", "actual", "expected"),
    [
        ("StringEquals", "a", None, "k is absent (StringEquals a)"),
        ("StringNotEquals", ["a", "b"], None, "k is absent (StringNotEquals a or b)"),
        ("Null", "true", None, "k is absent"),
        ("Null", "true", "x", "k is present"),
        ("Null", "false", "x", "k is present"),
        ("StringEquals", "a", ["a", "b"], "k has several values, and StringEquals compares one"),
    ],
)
def test_absent_keys_and_doubts(operator, values, actual, expected):
    assert condition(operator, values, actual) == expected


def test_statements_have_names():
    kind = PolicyKind.RESOURCE
    assert statement_words(StatementRef(kind, "", 0, None)) == "resource policy statement 1"
    assert (
        statement_words(StatementRef(kind, "resource policy", 1, None))
        == "resource policy statement 2"
    )
    ref = StatementRef(PolicyKind.IDENTITY, "readers", 0, "Sid1")
    assert statement_words(ref) == "identity policy readers statement 1 (Sid1)"


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_kinds_have_names(kind):
    words = kind_words(kind)
    assert words.endswith(("policy", "boundary"))
    assert kind.value.split(" ")[0] in words


def test_whole_statements():
    condition = {"Condition": {"StringEquals": {"k": "a"}}}
    assert (
        trial_words(try_one(condition, {"k": "a"}))
        == "identity policy p statement 1 allows: k a is a"
    )
    assert trial_words(try_one({**condition, "Effect": "Deny"}, {"k": "a"})) == (
        "identity policy p statement 1 denies: k a is a")  # fmt: skip
    assert trial_words(try_one({**condition, "Action": "s3:*"}, {"k": "b"})) == (
        "identity policy p statement 1 (Allow) does not match: "
        "action execute-api:Invoke does not match s3:* and k b is not a")  # fmt: skip
    assert trial_words(try_one({**condition, "Effect": "Deny"}, {"k": ["a", "b"]})) == (
        "identity policy p statement 1 (Deny) cannot be judged: "
        "k has several values, and StringEquals compares one")  # fmt: skip
    assert trial_words(try_one({})).startswith("identity policy p statement 1 allows: ")
    assert "action execute-api:Invoke matches execute-api:Invoke" in trial_words(try_one({}))


def test_reasons_are_joined():
    both = {"Condition": {"StringEquals": {"k": "a"}, "Bool": {"b": "true"}}}
    assert trial_words(try_one(both, {"k": "a", "b": "true"})) == (
        "identity policy p statement 1 allows: k a is a and b true is true")  # fmt: skip
    named = trial_words(try_one({"Principal": "*"}, kind=PolicyKind.RESOURCE))
    assert named == (
        "resource policy p statement 1 allows: action execute-api:Invoke matches "
        f"execute-api:Invoke and resource {R} matches *")  # fmt: skip
    assert silence_words(PolicyKind.IDENTITY, (try_one(both, {"k": "b", "b": "false"}),)) == (
        "no identity policy allows this; nearest is identity policy p statement 1: "
        "k b is not a and b false is not true")  # fmt: skip


def test_a_step_without_a_value():
    assert step_words(Step("Action", ("a:b",), None, matched=False)) == (
        "action (absent) does not match a:b")  # fmt: skip


@pytest.mark.parametrize(
    ("element", "verdict"),
    [("Principal", f"does not match {BOB}"), ("NotPrincipal", "is not listed in NotPrincipal")],
)
def test_another_with_the_same_name(element, verdict):
    matched = element == "NotPrincipal"
    same_name = Step(element, (BOB,), BOB, matched=matched, mistaken=("AIDA1111", "AIDA2222"))
    assert step_words(same_name) == (
        f"principal {BOB} {verdict} (another had that name when the policy was set, AIDA1111; "
        "the caller is AIDA2222)")  # fmt: skip


def test_silence():
    kind = PolicyKind.IDENTITY
    assert silence_words(kind, None) == "there is no identity policy that could allow this"
    assert silence_words(kind, ()) == "no identity policy has an Allow statement"
    assert silence_words(kind, (try_one({"Effect": "Deny", "Action": "s3:*"}),)) == (
        "no identity policy has an Allow statement")  # fmt: skip
    assert silence_words(kind, (try_one({"Action": "s3:*"}),)) == (
        "no identity policy allows this; nearest is identity policy p statement 1: "
        "action execute-api:Invoke does not match s3:*")  # fmt: skip
    doubtful = try_one({"Condition": {"StringEquals": {"k": "a"}}}, {"k": ["a", "b"]})
    assert silence_words(PolicyKind.BOUNDARY, (doubtful,)) == (
        "no permissions boundary allows this; nearest is identity policy p statement 1: "
        "k has several values, and StringEquals compares one")  # fmt: skip
