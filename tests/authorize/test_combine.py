"""Tables A and B, row by row, with the words of each denial (authorization-workflow.md 4)."""

import pytest
from tests.play import OTHER, OWNER, call, identity, policies, request, statement, user

from gatelodge import iam
from gatelodge.authorize.authorizer_output import AuthorizerOutput
from gatelodge.authorize.combine import (
    by_resource_policy_alone,
    judge_with_fence,
    masked,
    with_authorizer,
    with_caller,
)
from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.evidence import Evidence
from gatelodge.authorize.questions import AuthorizerSays
from gatelodge.authorize.resource_policy import judge_anonymous

ALICE = f"arn:aws:iam::{OWNER}:user/alice"
IDENTITY = {"Allow": [identity()], "Neither": [], "Deny": [identity("Deny"), identity()]}
FENCE = {
    "Allow": [statement()],
    "Neither": [statement(Resource="arn:aws:execute-api:*:*:other/*")],
    "Deny": [statement("Deny"), statement()],
    "absent": None,
}
TABLE_A = [
    ("Allow", "Allow", "Allow"),
    ("Allow", "Neither", "Allow"),
    ("Allow", "Deny", "Explicit deny"),
    ("Neither", "Allow", "Allow"),
    ("Neither", "Neither", "Implicit deny"),
    ("Neither", "Deny", "Explicit deny"),
    ("Deny", "Allow", "Explicit deny"),
    ("Deny", "Neither", "Explicit deny"),
    ("Deny", "Deny", "Explicit deny"),
    ("Allow", "absent", "Allow"),
    ("Neither", "absent", "Implicit deny"),
    ("Deny", "absent", "Explicit deny"),
]
TABLE_B = [
    ("Allow", "Allow", "Allow"),
    ("Allow", "Neither", "Implicit deny"),
    ("Allow", "Deny", "Explicit deny"),
    ("Neither", "Allow", "Implicit deny"),
    ("Neither", "Neither", "Implicit deny"),
    ("Neither", "Deny", "Explicit deny"),
    ("Deny", "Allow", "Explicit deny"),
    ("Deny", "Neither", "Explicit deny"),
    ("Deny", "Deny", "Explicit deny"),
    ("Allow", "absent", "Implicit deny"),
    ("Neither", "absent", "Implicit deny"),
    ("Deny", "absent", "Explicit deny"),
]

EVIDENCE = Evidence({"e": 1})


def fence(name):
    written = FENCE[name]
    return None if written is None else policies(*written)


def result(decision):
    if isinstance(decision, Allow):
        return "Allow"
    assert decision.error_type == "AccessDeniedException"
    return "Explicit deny" if "with an explicit deny" in decision.message else "Implicit deny"


@pytest.mark.parametrize(("side", "policy", "expected"), TABLE_A)
def test_table_a_for_callers_of_the_same_account(side, policy, expected):
    sent = request()
    decision = with_caller(call(sent, fence(policy)), user(*IDENTITY[side]))
    assert result(decision) == expected
    assert decision.caller is not None


@pytest.mark.parametrize(("side", "policy", "expected"), TABLE_B)
def test_table_b_across_accounts(side, policy, expected):
    sent = request()
    caller = user(*IDENTITY[side], account=OTHER)
    assert result(with_caller(call(sent, fence(policy)), caller)) == expected


# A Deny of the fence ends it before the authorizer is asked.
@pytest.mark.parametrize(
    ("side", "policy", "expected"), [row for row in TABLE_A if row[1] != "Deny"]
)
def test_table_a_for_lambda_authorizers(side, policy, expected):
    sent = request()
    where = call(sent, fence(policy))
    ruling = None
    if where.resource_policy is not None:
        ruling = judge_anonymous(where, where.resource_policy)
    elsewhere = identity() | {"Resource": "arn:aws:execute-api:*:*:other/*"}
    document = {"Version": "2012-10-17", "Statement": IDENTITY[side] or [elsewhere]}
    said = AuthorizerSays(
        AuthorizerOutput("p", document, {}, None), 0, "", fresh=True, latency_ms=7
    )
    decision = with_authorizer(where, said, ruling, EVIDENCE)
    assert result(decision) == expected
    assert decision.authorizer == {"principalId": "p", "integrationLatency": 7}
    assert decision.evidence is EVIDENCE
    if isinstance(decision, Deny):
        assert decision.message.startswith("User is not authorized to access this resource ")


def test_an_authorizers_denial_is_its_own_and_not_the_fences():
    sent = request()
    query = iam.Query("execute-api:Invoke", call(sent).method_arn, iam.ANONYMOUS, {}, OWNER)
    silent = policies(kind=iam.PolicyKind.AUTHORIZER)
    closed = policies(statement(Resource="x")).judge(query)
    outcome = judge_with_fence(silent, closed, query)
    assert (outcome.verdict, outcome.decisive) == (
        iam.Verdict.SILENT,
        iam.PolicyKind.AUTHORIZER,
    )
    assert [kind for kind, _ in outcome.rulings] == [
        iam.PolicyKind.RESOURCE,
        iam.PolicyKind.AUTHORIZER,
    ]


RESOURCE = "arn:aws:execute-api:us-east-1:********1111:abc123/prod/GET/pets"
ACTION = "execute-api:Invoke"


@pytest.mark.parametrize(
    ("side", "policy", "ending"),
    [
        ("Neither", "absent", f"because no identity-based policy allows the {ACTION} action"),
        ("Deny", "absent", "with an explicit deny in an identity-based policy"),
        ("Allow", "Deny", "with an explicit deny in a resource-based policy"),
    ],
)
def test_the_words_of_denials(side, policy, ending):
    sent = request()
    denied = with_caller(call(sent, fence(policy)), user(*IDENTITY[side]))
    assert denied.message == (
        f"User: {ALICE} is not authorized to perform: {ACTION} on resource: {RESOURCE} {ending}"
    )


@pytest.mark.parametrize(
    ("policy", "ending"),
    [
        ("Neither", f"because no resource-based policy allows the {ACTION} action"),
        ("Deny", "with an explicit deny in a resource-based policy"),
    ],
)
def test_the_words_for_anonymous(policy, ending):
    sent = request()
    where = call(sent, fence(policy))
    ruling = judge_anonymous(where, where.resource_policy)
    denied = by_resource_policy_alone(where, ruling, {"claims": {}}, EVIDENCE)
    assert denied.message == (
        f"User: anonymous is not authorized to perform: {ACTION} on resource: {RESOURCE} {ending}"
    )
    assert (denied.authorizer, denied.evidence) == ({"claims": {}}, EVIDENCE)


def test_only_eight_digits_are_hidden():
    assert masked("arn:aws:execute-api:r:123456789012:a/s/GET/x:y") == (
        "arn:aws:execute-api:r:********9012:a/s/GET/x:y"
    )
