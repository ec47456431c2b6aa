"""What must hold of every evaluation, whatever the policies."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.generator import case, random_case
from tests.laws.oracle import decide as interpret

from gatelodge import iam
from gatelodge.iam.case import answer, read_case

cases = st.integers(0, 10**9).map(case)
# Drawn choice by choice, so that a case that breaks a law is made as small as it can be.
shrinking = st.randoms(use_true_random=False).map(random_case)
laws = settings(max_examples=400, deadline=None)

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NOTHING_LEFT = {**EVERYTHING, "Effect": "Deny"}


def decide(made):
    return answer(made)["decision"]


def with_identity(made, *statements):
    """The case with one more identity policy."""
    more = {"Version": "2012-10-17", "Statement": list(statements)}
    return {**made, "identityPolicies": [*made["identityPolicies"], more]}


def documents(made):
    """All documents of a case, to be changed in place."""
    yield from made["identityPolicies"]
    yield from made.get("sessionPolicies") or []
    for name in ("resourcePolicy", "permissionsBoundary"):
        if name in made:
            yield made[name]


def sets_of(policies):
    named = (policies.identity, policies.boundary, policies.session, policies.resource)
    levels = (*policies.service_control, *policies.resource_control)
    return [one for one in (*named, *levels) if one is not None]


@settings(laws, max_examples=300)
@given(shrinking)
def test_compiled_equals_interpreted(made):
    """Closures, indexes and what is remembered against a reader that does none of that."""
    assert decide(made) == interpret(made)


@laws
@given(cases)
def test_default_deny(made):
    """Without a statement there is no permission, but for root in its own account."""
    bare = {k: made[k] for k in ("principal", "action", "resource", "context")}
    own_root = made["principal"] == "arn:aws:iam::111111111111:root"
    assert decide(bare) == ("allowed" if own_root else "implicitDeny")


@laws
@given(cases)
def test_an_explicit_deny_trumps_all(made):
    if made["principal"] != "*":
        assert decide(with_identity(made, NOTHING_LEFT)) == "explicitDeny"
    fenced = {**made, "resourcePolicy": {"Statement": {**NOTHING_LEFT, "Principal": "*"}}}
    assert decide(fenced) == "explicitDeny"


@laws
@given(cases)
def test_adding_an_allow_never_denies(made):
    if decide(made) == "allowed":
        assert decide(with_identity(made, EVERYTHING)) == "allowed"


@laws
@given(cases)
def test_adding_a_deny_never_allows(made):
    if decide(made) != "allowed":
        assert decide(with_identity(made, {**NOTHING_LEFT, "Action": "s3:*"})) != "allowed"
        assert decide(with_identity(made, NOTHING_LEFT)) != "allowed"


@laws
@given(cases)
def test_order_and_repetition_do_not_matter(made):
    turned = copy.deepcopy(made)
    turned["identityPolicies"] = turned["identityPolicies"][::-1] * 2
    for document in documents(turned):
        if isinstance(document["Statement"], list):
            document["Statement"] = document["Statement"][::-1] * 2
    assert decide(turned) == decide(made)


@laws
@given(cases)
def test_not_elements_are_complements(made):
    """Of one statement and its negation in one element, exactly one matches that element."""
    query, policies = read_case(made)
    for policy_set in sets_of(policies):
        for policy in policy_set.policies:
            statement = policy.document["Statement"]
            for one in statement if isinstance(statement, list) else [statement]:
                for name in ("Action", "Resource"):
                    if name not in one:
                        continue
                    negated = {f"Not{name}" if k == name else k: v for k, v in one.items()}
                    document = {**policy.document, "Statement": [one, negated]}
                    pair = iam.trials(iam.PolicySet([iam.parse(document, policy.kind)]), query)
                    steps = [
                        next(s for s in trial.steps if s.element in (name, f"Not{name}"))
                        for trial in pair
                    ]
                    assert steps[0].matched is not steps[1].matched


@laws
@given(cases)
def test_the_fast_and_the_exhaustive_run_agree(made):
    query, policies = read_case(made)
    for policy_set in sets_of(policies):
        tried = iam.trials(policy_set, query)
        denied = any(not t.allow and t.matched is not False for t in tried)
        allowed = any(t.allow and t.matched is True for t in tried)
        expected = (
            iam.Verdict.DENIED
            if denied
            else iam.Verdict.ALLOWED if allowed else iam.Verdict.SILENT
        )  # fmt: skip
        ruling = policy_set.judge(query)
        assert ruling.verdict is expected
        matched = {t.ref for t in tried if t.matched is not False}
        assert set(ruling.determining) <= matched


@laws
@given(cases)
def test_the_determining_statements_alone_give_the_same_verdict(made):
    query, policies = read_case(made)
    for policy_set in sets_of(policies):
        ruling = policy_set.judge(query)
        kept = set(ruling.determining)
        alone = iam.PolicySet(
            [
                iam.parse(
                    {
                        **policy.document,
                        "Statement": [
                            written
                            for index, written in enumerate(
                                policy.document["Statement"]
                                if isinstance(policy.document["Statement"], list)
                                else [policy.document["Statement"]]
                            )
                            if any((r.policy, r.index) == (policy.name, index) for r in kept)
                        ],
                    },
                    policy.kind,
                    name=policy.name,
                )
                for policy in policy_set.policies
                if any(r.policy == policy.name for r in kept)
            ]
        )
        assert alone.judge(query).verdict is ruling.verdict


@laws
@given(cases, st.integers(0, 200))
def test_the_index_changes_nothing(made, count):
    """Statements that cannot match, enough for an index, leave the verdict as it is."""
    query, policies = read_case(made)
    elsewhere = [
        {"Effect": effect, "Action": "execute-api:Invoke",
         "Resource": f"arn:aws:execute-api:us-east-1:333333333333:{number}/*"}
        for number in range(count) for effect in ("Allow", "Deny")
    ]  # fmt: skip
    more = [
        iam.parse(
            {"Version": "2012-10-17", "Statement": elsewhere[start : start + 20]},
            iam.PolicyKind.IDENTITY,
            name=str(start),
        )
        for start in range(0, len(elsewhere), 20)
    ]
    bigger = iam.PolicySet([*policies.identity.policies, *more])
    assert bigger.judge(query).verdict is policies.identity.judge(query).verdict


@laws
@given(cases)
def test_the_determining_statements_alone_decide_the_same(made):
    """Of all types together: what the explanation names is enough, and all else is not needed."""
    query, policies = read_case(made)
    outcome = iam.evaluate(query, policies)
    denied = outcome.verdict is iam.Verdict.DENIED

    def alone(policy_set):
        """The same set with its determining statements only: of a denial, those that deny."""
        if policy_set is None:
            return None
        ruling = policy_set.judge(query)
        counts = not denied or ruling.verdict is iam.Verdict.DENIED
        return only(policy_set, ruling.determining if counts else ())

    kept = iam.Policies(
        alone(policies.identity),
        alone(policies.boundary),
        alone(policies.session),
        service_control=[alone(one) for one in policies.service_control],
        resource=alone(policies.resource),
        resource_control=[alone(one) for one in policies.resource_control],
    )
    assert iam.evaluate(query, kept).verdict is outcome.verdict


def only(policy_set, refs):
    """A set with some of its statements."""
    kept = []
    for policy in policy_set.policies:
        written = policy.document["Statement"]
        listed = written if isinstance(written, list) else [written]
        statements = [
            one for index, one in enumerate(listed)
            if any((ref.policy, ref.index) == (policy.name, index) for ref in refs)
        ]  # fmt: skip
        if statements:
            document = {**policy.document, "Statement": statements}
            kept.append(iam.parse(document, policy.kind, name=policy.name))
    return iam.PolicySet(kept)


@laws
@given(cases)
def test_the_explanation_is_the_decision(made):
    """Every type's verdict in an explanation adds up to the outcome, and something is said."""
    query, policies = read_case(made)
    explained = iam.explain(query, policies)
    outcome = iam.evaluate(query, policies)
    assert (explained.outcome.verdict, explained.outcome.decisive) == (
        outcome.verdict, outcome.decisive)  # fmt: skip
    denied = any(part.ruling.verdict is iam.Verdict.DENIED for part in explained.parts)
    assert denied is (outcome.verdict is iam.Verdict.DENIED)
    assert explained.because
    named = {(ref.kind, ref.policy, ref.index) for ref in outcome.determining}
    tried = {
        (trial.ref.kind, trial.ref.policy, trial.ref.index)
        for part in explained.parts for trial in part.trials
    }  # fmt: skip
    assert named <= tried


@laws
@given(cases)
def test_a_limit_never_allows(made):
    """Boundary, session policy and control policies only ever take away."""
    whole = decide(made)
    federated = ":federated-user/" in made["principal"]
    for limit in ("permissionsBoundary", "sessionPolicies", "serviceControlPolicies"):
        if limit not in made or (limit == "sessionPolicies" and federated):
            continue
        without = {member: value for member, value in made.items() if member != limit}
        if whole == "allowed":
            assert decide(without) == "allowed"


@laws
@given(cases)
def test_a_control_policy_binds_whom_it_applies_to(made):
    levels = made.get("serviceControlPolicies", [])
    free = made["principal"] in ("*", "events.amazonaws.com")
    nothing = {"Statement": {**EVERYTHING, "Action": "s3:*"}}
    closed = {**made, "serviceControlPolicies": [*levels, [nothing]]}
    if free:
        assert decide(closed) == decide(made)
    else:
        assert decide(closed) != "allowed"
        opened = {**made, "serviceControlPolicies": [*levels, [{"Statement": EVERYTHING}]]}
        assert decide(opened) == decide(made)
    control = [{"Statement": {**NOTHING_LEFT, "Principal": "*"}}]
    more = [*made.get("resourceControlPolicies", []), control]
    assert decide({**made, "resourceControlPolicies": more}) == "explicitDeny"


@laws
@given(cases)
def test_across_accounts_both_sides_must_allow(made):
    foreign = {**made, "resourceAccount": "333333333333"}
    if decide(foreign) != "allowed":
        return
    assert "resourcePolicy" in foreign
    without = {member: value for member, value in foreign.items() if member != "resourcePolicy"}
    assert decide(without) == "implicitDeny"
    own_side_counts = made["principal"] not in ("*", "events.amazonaws.com")
    if own_side_counts and not made["principal"].endswith(":root"):
        assert decide({**foreign, "identityPolicies": []}) == "implicitDeny"
