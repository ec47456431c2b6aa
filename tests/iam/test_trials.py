"""Trials: each element of each statement against the request."""

from gatelodge.iam import (
    PolicyKind,
    PolicySet,
    Principal,
    PrincipalKind,
    Query,
    nearest_miss,
    parse,
    request,
    trials,
)
from gatelodge.iam.trials import trials_of

A = "111111111111"
R = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{A}:user/bob"


def policy_set(*statements, kind=PolicyKind.IDENTITY):
    return PolicySet(
        [parse({"Version": "2012-10-17", "Statement": list(statements)}, kind, name="p")]
    )


def statement(effect="Allow", **elements):
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*", **elements}


def steps(trial):
    return [(step.element, step.patterns, step.actual, step.matched) for step in trial.steps]


def test_every_element_is_tried_even_after_a_miss():
    tried = policy_set(
        statement(
            Action="s3:*", Resource=["x", "y"], Principal={"AWS": [BOB, A]},
            Condition={"StringEquals": {"K": ["a", "b"], "none": "c"}, "Bool": {"b": "true"}},
        ),
        kind=PolicyKind.RESOURCE,
    )  # fmt: skip
    [trial] = trials(tried, request(BOB, "execute-api:Invoke", R, {"k": "b", "b": "false"}))
    assert steps(trial) == [
        ("Action", ("s3:*",), "execute-api:Invoke", False),
        ("Resource", ("x", "y"), R, False),
        ("Principal", (BOB, A), BOB, True),
        ("Condition", ("a", "b"), "b", True),
        ("Condition", ("c",), None, False),
        ("Condition", ("true",), "false", False),
    ]
    assert [(step.operator, step.key) for step in trial.steps[3:]] == [
        ("StringEquals", "K"), ("StringEquals", "none"), ("Bool", "b")]  # fmt: skip
    assert {(step.operator, step.key) for step in trial.steps[:3]} == {("", "")}
    assert (trial.allow, trial.matched, len(trial.misses)) == (True, False, 4)
    assert trial.ref.as_tuple() == ("resource", "p", 0, None)


def test_negated_elements():
    element = {
        "Effect": "Deny",
        "NotAction": "s3:*",
        "NotResource": "x",
        "NotPrincipal": {"AWS": BOB},
    }
    [trial] = trials(
        policy_set(element, kind=PolicyKind.RESOURCE), request("*", "EXECUTE-API:Invoke", R)
    )
    assert steps(trial) == [
        ("NotAction", ("s3:*",), "EXECUTE-API:Invoke", True),
        ("NotResource", ("x",), R, True),
        ("NotPrincipal", (BOB,), "anonymous", True),
    ]
    assert (trial.allow, trial.matched, trial.misses) == (False, True, ())


def test_everyone_is_a_match():
    [trial] = trials(
        policy_set(statement(Principal="*"), kind=PolicyKind.RESOURCE), request("*", "a:b", R)
    )
    assert trial.steps[2].matched is True
    assert len(trials(policy_set(statement()), request("*", "a:b", R))[0].steps) == 2


def test_another_with_the_same_name():
    written = {"Version": "2012-10-17", "Statement": statement(Principal={"AWS": BOB})}
    held = PolicySet([parse(written, PolicyKind.RESOURCE, unique_ids={BOB: "AIDA1111"})])
    anew = Principal(PrincipalKind.USER, BOB, A, user_id="AIDA2222", username="bob")
    [trial] = trials(held, Query("execute-api:Invoke", R, anew, {}, A))
    assert [step.mistaken for step in trial.steps] == [None, None, ("AIDA1111", "AIDA2222")]


def test_a_doubt_is_neither():
    doubtful = statement(Condition={"StringEquals": {"k": "a"}})
    both = statement(Condition={"StringEquals": {"k": "a"}, "Bool": {"b": "true"}})
    query = request(BOB, "execute-api:Invoke", R, {"k": ["a", "b"]})
    one, two = trials(policy_set(doubtful, both), query)
    assert (one.matched, one.misses, two.matched) == (None, (), False)


def test_the_nearest_miss_is_the_allow_that_lacks_least():
    query = request(BOB, "execute-api:Invoke", R)
    tried = trials(
        policy_set(
            statement(Action="s3:*", Resource="x"),
            statement("Deny", Resource="x"),
            statement(Resource="x"),
            statement(Resource="y"),
        ),
        query,
    )
    assert nearest_miss(tried).ref.index == 2
    assert nearest_miss(tried[:2]).ref.index == 0
    assert nearest_miss(tried[1:2]) is None
    assert nearest_miss(()) is None
    assert nearest_miss(trials(policy_set(statement()), query)) is None


def test_named_statements_only():
    tried = policy_set(statement(), statement("Deny"), statement())
    query = request(BOB, "execute-api:Invoke", R)
    refs = [compiled.ref for compiled in tried.statements]
    assert [trial.ref.index for trial in trials_of(refs[1:], tried, query)] == [1, 2]
    assert trials_of([], tried, query) == ()
