"""Sets of policies, compiled and indexed."""

import pytest

from gatelodge.iam import (
    ANONYMOUS,
    PolicyKind,
    PolicySet,
    Principal,
    PrincipalKind,
    Query,
    Reach,
    Verdict,
    parse,
    request,
)
from gatelodge.iam.compile import CompiledStatement

A = "111111111111"
ARN = f"arn:aws:execute-api:us-east-1:{A}"
R = f"{ARN}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{A}:user/bob"
SESSION = f"arn:aws:sts::{A}:assumed-role/dev/s1"
ROLE = f"arn:aws:iam::{A}:role/dev"


def statement(effect="Allow", **elements):
    made = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*", **elements}
    for name in ("Action", "Resource"):
        if f"Not{name}" in made:
            del made[name]
    return made


def policy(*statements, kind=PolicyKind.IDENTITY, name="p"):
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, kind, name=name)


def judge(
    *statements, kind=PolicyKind.IDENTITY, who=BOB, action="execute-api:Invoke", arn=R, **context
):
    return PolicySet([policy(*statements, kind=kind)]).judge(request(who, action, arn, context))


def refs(ruling):
    return [ref.index for ref in ruling.determining]


def test_an_empty_set_is_silent():
    ruling = PolicySet([]).judge(request(BOB, "execute-api:Invoke", R))
    assert (ruling.verdict, ruling.determining, ruling.doubts) == (Verdict.SILENT, (), ())


def test_a_deny_beats_every_allow_in_any_order():
    for statements in ([statement(), statement("Deny")], [statement("Deny"), statement()]):
        ruling = judge(*statements)
        assert ruling.verdict is Verdict.DENIED
        assert refs(ruling) == [statements.index(statement("Deny"))]


def test_the_first_allow_that_matches_determines():
    ruling = judge(statement(Action="s3:*"), statement(Sid="yes"), statement())
    assert (ruling.verdict, refs(ruling)) == (Verdict.ALLOWED, [1])
    assert ruling.determining[0].as_tuple() == ("identity", "p", 1, "yes")


def test_every_element_must_match():
    assert judge(statement(Action="s3:*")).verdict is Verdict.SILENT
    assert judge(statement(Resource=f"{R}/x")).verdict is Verdict.SILENT
    condition = {"Bool": {"b": "true"}}
    assert judge(statement(Condition=condition), b="false").verdict is Verdict.SILENT
    assert judge(statement(Condition=condition), b="true").verdict is Verdict.ALLOWED


def test_one_of_several_patterns_is_enough():
    assert (
        judge(statement(Action=["s3:*", "execute-api:*"], Resource=["x", R])).verdict
        is Verdict.ALLOWED
    )
    assert judge(statement(NotAction=["s3:*", "execute-api:*"])).verdict is Verdict.SILENT
    assert judge(statement(NotAction=["s3:*", "sts:*"])).verdict is Verdict.ALLOWED
    assert judge(statement(NotResource=["x", R])).verdict is Verdict.SILENT
    assert judge(statement(NotResource=["x", "y"])).verdict is Verdict.ALLOWED


SEVERAL = {"StringEquals": {"k": "a"}}


def test_a_doubtful_deny_denies_and_a_doubtful_allow_does_not_count():
    denied = judge(statement(), statement("Deny", Condition=SEVERAL), k=["a", "b"])
    assert (denied.verdict, refs(denied)) == (Verdict.DENIED, [1])
    assert [doubt.ref.index for doubt in denied.doubts] == [1]
    silent = judge(statement(Condition=SEVERAL), k=["a", "b"])
    assert (silent.verdict, refs(silent)) == (Verdict.SILENT, [])
    assert [doubt.ref.index for doubt in silent.doubts] == [0]
    allowed = judge(statement(Condition=SEVERAL), statement(), k=["a", "b"])
    assert (allowed.verdict, refs(allowed)) == (Verdict.ALLOWED, [1])


def test_every_doubt_on_the_way_is_kept():
    doubtful = statement(Condition=SEVERAL)
    ruling = judge(doubtful, doubtful, k=["a", "b"])
    assert [doubt.ref.index for doubt in ruling.doubts] == [0, 1]


def test_a_doubt_ends_where_another_condition_fails():
    condition = {**SEVERAL, "Bool": {"b": "true"}}
    ruling = judge(statement("Deny", Condition=condition), statement(), k=["a", "b"], b="false")
    assert (ruling.verdict, ruling.doubts) == (Verdict.ALLOWED, ())


def resource_policy(*statements, who=SESSION, **context):
    return judge(*statements, kind=PolicyKind.RESOURCE, who=who, **context)


@pytest.mark.parametrize(
    ("statements", "who", "index", "reach"),
    [
        ([statement(Principal="*")], BOB, 0, Reach.BOUNDARY),
        ([statement(Principal="*")], SESSION, 0, Reach.IDENTITY),
        ([statement(Principal={"AWS": A})], BOB, 0, Reach.NOTHING),
        ([statement(Principal={"AWS": A}), statement(Principal={"AWS": BOB})], BOB, 1,
         Reach.BOUNDARY),
        ([statement(Principal={"AWS": BOB}), statement(Principal={"AWS": A})], BOB, 0,
         Reach.BOUNDARY),
        ([statement(Principal={"AWS": ROLE}), statement(Principal={"AWS": SESSION})], SESSION, 1,
         Reach.EVERYTHING),
        ([statement(Principal={"AWS": SESSION}), statement(Principal={"AWS": SESSION})], SESSION, 0,
         Reach.EVERYTHING),
        ([statement(NotPrincipal={"AWS": BOB})], SESSION, 0, Reach.IDENTITY),
        ([statement(Principal={"AWS": ROLE}), statement(Principal={"AWS": ROLE})], SESSION, 0,
         Reach.IDENTITY),
    ],
)  # fmt: skip
def test_the_allow_that_spares_most_determines(statements, who, index, reach):
    ruling = resource_policy(*statements, who=who)
    assert (ruling.verdict, refs(ruling), ruling.reach) == (Verdict.ALLOWED, [index], reach)
    assert ruling.doubts == ()


@pytest.mark.parametrize(
    ("condition", "reach"),
    [
        ({"ArnEquals": {"aws:PrincipalArn": ROLE}}, Reach.EVERYTHING),
        ({"ArnLike": {"AWS:principalarn": ROLE}}, Reach.EVERYTHING),
        ({"StringEquals": {"aws:PrincipalArn": ROLE}}, Reach.EVERYTHING),
        ({"StringLike": {"aws:PrincipalArn": [ROLE, BOB]}}, Reach.EVERYTHING),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{A}:role/*"}}, Reach.IDENTITY),
        ({"StringLike": {"aws:PrincipalArn": ROLE.replace("dev", "d?v")}}, Reach.IDENTITY),
        ({"StringLike": {"aws:PrincipalArn": [ROLE, "x*"]}}, Reach.IDENTITY),
        ({"StringEqualsIfExists": {"aws:PrincipalArn": ROLE}}, Reach.IDENTITY),
        ({"ForAnyValue:StringEquals": {"aws:PrincipalArn": ROLE}}, Reach.IDENTITY),
        ({"ArnNotEquals": {"aws:PrincipalArn": BOB}}, Reach.IDENTITY),
        ({"StringEquals": {"aws:PrincipalAccount": A}}, Reach.IDENTITY),
    ],
)
def test_everyone_with_a_principal_arn_is_that_principal(condition, reach):
    assert resource_policy(statement(Principal="*", Condition=condition)).reach is reach


def test_a_named_role_is_not_more_for_a_principal_arn():
    condition = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    ruling = resource_policy(statement(Principal={"AWS": ROLE}, Condition=condition))
    assert ruling.reach is Reach.IDENTITY


def test_doubts_of_resource_policies_keep_the_reach():
    ruling = resource_policy(
        statement(Principal="*", Condition=SEVERAL),
        statement(Principal={"AWS": SESSION}),
        k=["a", "b"],
    )
    assert (ruling.verdict, ruling.reach, refs(ruling)) == (Verdict.ALLOWED, Reach.EVERYTHING, [1])
    assert [doubt.ref.index for doubt in ruling.doubts] == [0]


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("who", [ROLE, BOB])
@pytest.mark.parametrize("resource", [R, f"{R}/x"])
@pytest.mark.parametrize("flags", [("true", "true"), ("true", "false"), ("false", "true")])
def test_principal_resource_and_every_condition_must_match(effect, who, resource, flags):
    condition = {"Bool": {"a": "true", "b": "true"}}
    element = statement(effect, Principal={"AWS": who}, Resource=resource, Condition=condition)
    ruling = resource_policy(element, a=flags[0], b=flags[1])
    matches = (who, resource, flags) == (ROLE, R, ("true", "true"))
    verdict = {"Allow": Verdict.ALLOWED, "Deny": Verdict.DENIED}[effect]
    assert ruling.verdict is (verdict if matches else Verdict.SILENT)
    assert ruling.doubts == ()


def test_denies_of_resource_policies_by_principal():
    assert resource_policy(statement("Deny", Principal={"AWS": ROLE})).verdict is Verdict.DENIED
    assert resource_policy(statement("Deny", Principal={"AWS": BOB})).verdict is Verdict.SILENT
    spared = statement("Deny", NotPrincipal={"AWS": [A, ROLE, SESSION]})
    assert resource_policy(spared).verdict is Verdict.SILENT
    assert (
        resource_policy(statement("Deny", NotPrincipal={"AWS": SESSION})).verdict is Verdict.DENIED
    )
    assert resource_policy(statement(NotPrincipal={"AWS": ROLE})).verdict is Verdict.SILENT


def test_missing_pieces_count_as_wildcards_by_kind():
    short = "arn:aws:execute-api"
    assert judge(statement(Resource=short)).verdict is Verdict.ALLOWED
    ruling = judge(statement(Resource=short, Principal="*"), kind=PolicyKind.RESOURCE)
    assert ruling.verdict is Verdict.SILENT


def many(count, effect="Allow"):
    """Policies whose statements are about other APIs, enough for an index."""
    return [
        policy(*(statement(effect, Resource=f"{ARN}:api{n}/*") for n in range(start, start + 8)),
               name=str(start))
        for start in range(0, count, 8)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [8, 16, 24, 200])
@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"Resource": R}, True),
        ({"Resource": f"{ARN}:abc/*"}, True),
        ({"Resource": f"{ARN}:*/pets"}, True),
        ({"Resource": [f"{ARN}:x/*", R]}, True),
        ({"Resource": f"{R}/and/further/than/the/request"}, False),
        ({"Resource": "*"}, True),
        ({"Resource": "arn:aws:execute-api"}, True),
        ({"NotResource": f"{ARN}:x/*"}, True),
        ({"NotResource": R}, False),
        ({"Resource": f"{ARN}:abc/prod/GET/${{aws:username}}"}, False),
    ],
)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_an_index_finds_what_matches(count, elements, expected, effect):
    wanted = policy(statement(effect, **elements), name="wanted")
    ruling = PolicySet([*many(count, effect), wanted]).judge(request(BOB, "execute-api:Invoke", R))
    verdict = {"Allow": Verdict.ALLOWED, "Deny": Verdict.DENIED}[effect]
    assert ruling.verdict is (verdict if expected else Verdict.SILENT)
    assert [ref.policy for ref in ruling.determining] == (["wanted"] if expected else [])


@pytest.mark.parametrize("first", [True, False])
def test_an_index_keeps_what_is_about_everything(first):
    """Beside statements that begin like the request and do not match."""
    everywhere = policy(statement("Deny", Condition={"Bool": {"b": "true"}}), name="everywhere")
    near = policy(statement("Deny", Resource=f"{R}/*"), statement("Deny", Resource=f"{R}?"))
    policies = [*many(24, "Deny"), near]
    policy_set = PolicySet([everywhere, *policies] if first else [*policies, everywhere])
    for flag, verdict in (("true", Verdict.DENIED), ("false", Verdict.SILENT)):
        asked = request(BOB, "execute-api:Invoke", R, {"b": flag})
        assert policy_set.judge(asked).verdict is verdict
    longer = request(BOB, "execute-api:Invoke", f"{R}/x", {"b": "false"})
    assert policy_set.judge(longer).verdict is Verdict.DENIED
    both = request(BOB, "execute-api:Invoke", f"{R}/x", {"b": "true"})
    assert policy_set.judge(both).verdict is Verdict.DENIED
    beside = request(BOB, "execute-api:Invoke", f"{R}/", {"b": "true"})
    assert policy_set.judge(beside).verdict is Verdict.DENIED


def test_a_set_is_judged_for_many_actions():
    policy_set = PolicySet([policy(statement(Action="a:*"), statement("Deny", Action="a:b7"))])
    for _ in range(2):
        for number in range(100):
            verdict = policy_set.judge(request(BOB, f"a:b{number}", R)).verdict
            assert verdict is (Verdict.DENIED if number == 7 else Verdict.ALLOWED)
    assert policy_set.judge(request(BOB, "A:B7", R)).verdict is Verdict.DENIED
    assert len(policy_set._by_action) <= 64


def test_prefixes_of_a_statement():
    def prefixes(**elements):
        made = policy(statement(**elements))
        return CompiledStatement(made, made.statements[0]).prefixes()

    assert prefixes(Resource=[f"{ARN}:abc/*", f"{ARN}:a?c/x"]) == [f"{ARN}:abc/", f"{ARN}:a"]
    assert prefixes(Resource="*") == [""]
    assert prefixes(NotResource=R) == [""]
    assert prefixes(Resource=f"{ARN}:a${{k}}") == [f"{ARN}:a"]


def test_a_statement_without_principal_spares_nothing():
    made = policy(statement())
    query = Query("execute-api:Invoke", R, ANONYMOUS, {}, A)
    compiled = CompiledStatement(made, made.statements[0])
    assert compiled.reach(ANONYMOUS) is Reach.NOTHING
    assert compiled.test(query) is True


def test_rulings_by_reach_are_made_once():
    made = policy(statement(Principal="*"), kind=PolicyKind.RESOURCE)
    compiled = CompiledStatement(made, made.statements[0])
    identity, everything = (
        compiled.ruling_with(Reach.IDENTITY),
        compiled.ruling_with(Reach.EVERYTHING),
    )
    assert (identity.reach, everything.reach) == (Reach.IDENTITY, Reach.EVERYTHING)
    assert compiled.ruling_with(Reach.IDENTITY) is identity


def test_a_policy_that_was_saved_means_who_had_the_name():
    """Both ways: an Allow or Deny of who is gone says nothing, NotPrincipal spares nobody else."""
    old, new = (
        Principal(PrincipalKind.USER, BOB, A, user_id=unique_id, username="bob")
        for unique_id in ("AIDAOLD", "AIDANEW")
    )
    named, others = {"Principal": {"AWS": BOB}}, {"NotPrincipal": {"AWS": BOB}}
    rows = [
        (statement(**named), Verdict.ALLOWED, Verdict.SILENT),
        (statement("Deny", **named), Verdict.DENIED, Verdict.SILENT),
        (statement("Deny", **others), Verdict.SILENT, Verdict.DENIED),
        (statement(**others), Verdict.SILENT, Verdict.ALLOWED),
        (statement(Principal="*"), Verdict.ALLOWED, Verdict.ALLOWED),
    ]
    for written, *expected in rows:
        saved = parse(
            {"Version": "2012-10-17", "Statement": written},
            PolicyKind.RESOURCE,
            unique_ids={BOB: "AIDAOLD"},
        )
        judged = [
            PolicySet([saved]).judge(request(who, "execute-api:Invoke", R)).verdict
            for who in (old, new)
        ]
        assert judged == expected, written
