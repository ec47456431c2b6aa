"""Lambda authorizers: who is refused unasked, under what answers are kept, what is made of them."""

import json

import pytest
from tests.play import API, NOW, drive, identity, policies, request, statement

from gatelodge.authorize.authorizer_output import AuthorizerProblem, AuthorizerRefused, read_output
from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.mechanisms.lambda_authorizer import LambdaAuthorizer, prepare
from gatelodge.authorize.questions import AuthorizerSays
from gatelodge.context.call import Call, arn_prefix
from gatelodge.published import Api, Authorizer, GatewayResponseType, Method, Stage

FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:judge"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
TOKEN = "method.request.header.Authorization"
TTL = "authorizer_result_ttl_in_seconds"
STAGE = Stage("abc123", "prod", "d1", {"level": "gold"})


def authorizer(kind="TOKEN", source=TOKEN, **members):
    made = Authorizer("z1", "judge", kind, authorizer_uri=URI, identity_source=source, **members)
    return LambdaAuthorizer(made, API, STAGE)


def said(*statements, fresh=True, **members):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    value = {"principalId": "me", "policyDocument": document, **members}
    output = read_output(json.dumps(value).encode(), failed=False)
    return AuthorizerSays(output, NOW.timestamp(), "exhibit", fresh=fresh, latency_ms=7)


def decide(mechanism, sent, *answers, fence=None):
    called = Call(
        sent, API, STAGE, sent.raw_path.split("/")[2:], None, {}, fence, arn_prefix(API, STAGE)
    )
    return drive(mechanism.decide(called), *answers)


def with_token(*values, name="Authorization", **more):
    return request(fields=[(name, value) for value in values], **more)


@pytest.mark.parametrize(
    ("members", "sent", "told"),
    [
        ({}, request(), "the request has no method.request.header.Authorization"),
        ({}, with_token(""), "the request has no"),
        ({}, with_token("a", "b"), "stands there more than once"),
        ({TTL: 0}, request(), "the request has no"),
        ({"identity_validation_expression": "^Bearer .+"}, with_token("Basic x"), "does not match"),
        ({"identity_validation_expression": "^x$"}, with_token("xy"), "does not match"),
        (
            {"kind": "REQUEST", "source": f"{TOKEN}, method.request.querystring.q"},
            with_token("a", query="q="),
            "the request has no method.request.querystring.q",
        ),
        (
            {"kind": "REQUEST", "source": "stageVariables.none"},
            with_token("a"),
            "the request has no stageVariables.none",
        ),
    ],
)
def test_refused_unasked(members, sent, told):
    questions, decision = decide(authorizer(**members), sent)
    assert questions == []
    assert isinstance(decision, Deny)
    assert decision.kind is GatewayResponseType.UNAUTHORIZED
    assert told in decision.detail


@pytest.mark.parametrize(
    ("members", "sent", "kept_under"),
    [
        ({}, with_token("a"), (("a",),)),
        ({}, with_token("a", name="authorization"), (("a",),)),
        ({TTL: 0}, with_token("a"), None),
        ({"identity_validation_expression": "x-[a-z]+"}, with_token("x-ab1"), (("x-ab1",),)),
        ({"kind": "REQUEST", "source": "", TTL: 0}, request(), None),
        ({"kind": "REQUEST", TTL: 0}, request(), None),
        (
            {"kind": "REQUEST", "source": f"{TOKEN},method.request.querystring.q,context.path"},
            with_token("a", "b", query="q=1&q=2&r=3"),
            (("a", "b"), ("1", "2"), ("/prod/pets",)),
        ),
        ({"kind": "REQUEST", "source": "stageVariables.level"}, request(), (("gold",),)),
    ],
)
def test_what_an_answer_is_kept_under(members, sent, kept_under):
    questions, decision = decide(authorizer(**members), sent, said(identity()))
    assert [question.identity for question in questions] == [kept_under]
    assert isinstance(decision, Allow)


def test_the_token_event():
    mechanism = authorizer(identity_validation_expression="^Bearer .+")
    questions, _ = decide(mechanism, with_token("Bearer ä"), said(identity()))
    assert json.loads(questions[0].event()) == {
        "type": "TOKEN",
        "methodArn": "arn:aws:execute-api:us-east-1:111111111111:abc123/prod/GET/pets",
        "authorizationToken": "Bearer ä",
    }


@pytest.mark.parametrize(
    ("statements", "fence", "admitted"),
    [
        ([identity()], None, True),
        ([], None, False),
        ([identity(), identity("Deny")], None, False),
        ([identity(Resource="arn:aws:execute-api:*:*:abc123/prod/POST/*")], None, False),
        ([], statement(), True),
        ([identity("Deny")], statement(), False),
        ([identity()], statement(Resource="arn:aws:execute-api:*:*:abc123/dev/*"), True),
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_the_policy_decides(statements, fence, admitted, fresh):
    answer = said(*statements or [identity(Action="s3:GetObject")], fresh=fresh)
    # The second time from what is remembered of the first.
    for _ in range(2):
        _, decision = decide(
            authorizer(), with_token("a"), answer, fence=policies(fence) if fence else None
        )
        assert isinstance(decision, Allow if admitted else Deny)
        assert decision.authorizer["principalId"] == "me"
        assert decision.evidence.found == {
            "authorizer": "judge",
            "function": FUNCTION,
            "principalId": "me",
            "exhibit": "exhibit",
            "fresh": fresh,
            "latency": 7,
            "since": int(NOW.timestamp()),
        }
    assert bool(answer.decisions) == (fence is None)


def test_what_was_decided_without_a_fence_is_not_remembered_with_one():
    answer = said(identity(Action="s3:GetObject"))
    _, denied = decide(authorizer(), with_token("a"), answer)
    _, admitted = decide(authorizer(), with_token("a"), answer, fence=policies(statement()))
    assert isinstance(denied, Deny)
    assert isinstance(admitted, Allow)


def test_a_fence_that_denies_asks_nobody():
    questions, decision = decide(
        authorizer(), with_token("a"), fence=policies(statement("Deny"), statement())
    )
    assert (questions, decision.kind) == ([], GatewayResponseType.ACCESS_DENIED)


def test_one_kept_answer_judges_every_method_and_source_anew():
    """What is remembered of an answer belongs to one method, and to no condition."""
    inside = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    arn = "arn:aws:execute-api:us-east-1:111111111111:abc123/prod/GET/*"
    plain, conditional = said(identity(Resource=arn)), said(identity(Condition=inside))
    for _ in range(2):
        for answer, sent, admitted in [
            (plain, with_token("a"), True),
            (plain, with_token("a", method="POST"), False),
            (conditional, with_token("a"), True),
            (conditional, with_token("a", source="198.51.100.1"), False),
        ]:
            _, decision = decide(authorizer(), sent, answer)
            assert isinstance(decision, Allow if admitted else Deny)


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (AuthorizerProblem.UNAUTHORIZED, GatewayResponseType.UNAUTHORIZED),
        (AuthorizerProblem.FAILED, GatewayResponseType.AUTHORIZER_FAILURE),
        (AuthorizerProblem.MALFORMED, GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR),
        (AuthorizerProblem.UNINVOKED, GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR),
    ],
)
def test_no_policy_no_admission(problem, kind):
    _, decision = decide(authorizer(), with_token("a"), AuthorizerRefused(problem, "because"))
    assert isinstance(decision, Deny)
    assert (decision.kind, decision.authorizer) == (kind, None)
    assert "because" in decision.detail


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"source": "method.request.querystring.q"}, "does not name one header"),
        ({"source": f"{TOKEN},{TOKEN}"}, "does not name one header"),
        ({"kind": "REQUEST", "source": ""}, "keeps answers under no identity"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_loaded(members, told):
    with pytest.raises(ValueError, match=told):
        authorizer(**members)


def test_a_method_without_its_authorizer():
    bare = Api("abc123", "pets", API.account, API.region, "d1")
    with pytest.raises(ValueError, match="no Lambda authorizer"):
        prepare(Method("GET", "CUSTOM", "z1"), bare, STAGE)
