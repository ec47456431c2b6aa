"""COGNITO_USER_POOLS: which token a method takes, and what is said of the others."""

from datetime import timedelta

import pytest
from tests.play import API, NOW, call, drive, policies, request, statement

from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.mechanisms.cognito_user_pools import (
    EXPIRED,
    MAX_METHODS,
    UserPools,
    prepare,
)
from gatelodge.authorize.questions import (
    TokenProblem,
    TokenRefused,
    VerifiedToken,
    VerifyToken,
)
from gatelodge.published import Api, Authorizer, GatewayResponseType, Method, Stage

POOL = "arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_Abc"
TIME = NOW.timestamp()
ID = {"token_use": "id", "sub": "s-1", "aud": "client", "exp": TIME + 60, "iss": "i"}
ACCESS = {"token_use": "access", "sub": "s-1", "scope": "a/read openid", "exp": TIME + 60}


def pools(scopes=(), header="Authorization", arns=(POOL,), variables=None, **members):
    authorizer = Authorizer(
        "z1",
        "pool",
        "COGNITO_USER_POOLS",
        provider_arns=tuple(arns),
        identity_source=f"method.request.header.{header}",
        **members,
    )
    api = Api("abc123", "pets", API.account, API.region, "d1", authorizers={"z1": authorizer})
    method = Method("GET", "COGNITO_USER_POOLS", "z1", tuple(scopes))
    return UserPools(method, api, variables or {})


def token(value="token", header="Authorization"):
    return request(fields=[(header, value)])


def verified(claims):
    return VerifiedToken(POOL, "i", "kid", claims)


def decide(mechanism, sent, *answers, fence=None):
    return drive(mechanism.decide(call(sent, fence)), *answers)


@pytest.mark.parametrize("value", ["token", "Bearer token", "bearer token", "BEARER token"])
def test_the_token_with_and_without_a_scheme(value):
    questions, decision = decide(pools(), token(value), verified(ID))
    assert questions == [VerifyToken("token", (POOL,))]
    assert isinstance(decision, Allow)
    assert decision.authorizer["claims"]["sub"] == "s-1"
    assert decision.evidence.found["pool"] == POOL


@pytest.mark.parametrize(
    "sent",
    [
        request(),
        request(fields=[("Authorization", "")]),
        request(fields=[("Authorization", "a"), ("authorization", "b")]),
        token(header="X-Token"),
    ],
)
def test_without_one_token_nobody_is_asked(sent):
    questions, decision = decide(pools(), sent)
    assert not questions
    assert (decision.kind, decision.message) == (GatewayResponseType.UNAUTHORIZED, "Unauthorized")


def test_another_header():
    assert isinstance(
        decide(pools(header="X-Token"), token(header="x-token"), verified(ID))[1], Allow
    )


@pytest.mark.parametrize(
    ("scopes", "claims", "detail"),
    [
        ((), ID, None),
        ((), ACCESS, "an access token"),
        (("a/read",), ACCESS, None),
        (("x", "openid"), ACCESS, None),
        (("a/read",), ID, "an ID token"),
        (("a",), ACCESS, "none of the method's scopes"),
        (("read",), ACCESS, "none of the method's scopes"),
        (("a/read openid",), ACCESS, "none of the method's scopes"),
        (("a/read",), {**ACCESS, "scope": ["a/read"]}, "none of the method's scopes"),
        (("a/read",), {**ACCESS, "scope": ""}, "none of the method's scopes"),
        ((), {**ID, "token_use": "refresh"}, "unknown use"),
        ((), {**ID, "token_use": None}, "no Cognito token"),
        ((), {**ID, "token_use": ["id"]}, "no Cognito token"),
        ((), {**ID, "nbf": TIME + 1}, "not valid yet"),
    ],
)
def test_claims(scopes, claims, detail):
    refused = pools(scopes).check(claims, TIME)
    if detail is None:
        assert refused is None
    else:
        assert detail in refused.detail
        assert refused.message == "Unauthorized"


def test_an_expired_token_has_words_of_its_own():
    assert pools().check({**ID, "exp": TIME}, TIME).message == EXPIRED
    assert pools().check({**ID, "exp": TIME + 0.5}, TIME) is None


@pytest.mark.parametrize(
    ("aud", "passes"),
    [("client", True), ("client2", False), ("x-client", False), (None, False), (["client"], False)],
)
def test_the_validation_expression_is_over_the_whole_audience(aud, passes):
    mechanism = pools(identity_validation_expression="cli.nt")
    assert (mechanism.check({**ID, "aud": aud}, TIME) is None) is passes


@pytest.mark.parametrize("problem", list(TokenProblem))
def test_tokens_that_cannot_be_verified(problem):
    _, decision = decide(pools(), token(), TokenRefused(problem, "why"))
    assert isinstance(decision, Deny)
    assert decision.detail == f"{problem.value}: why"
    if problem is TokenProblem.UNAVAILABLE:
        assert decision.kind is GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR
        assert decision.message is None
    else:
        assert decision.kind is GatewayResponseType.UNAUTHORIZED


@pytest.mark.parametrize(
    ("fence", "claims", "error"),
    [
        ([statement()], ID, None),
        ([], ID, "AccessDeniedException"),
        ([statement("Deny"), statement()], ID, "AccessDeniedException"),
        # C6: the token is looked at first.
        ([statement("Deny"), statement()], ACCESS, "UnauthorizedException"),
    ],
)
def test_the_fence_comes_after_the_token(fence, claims, error):
    _, decision = decide(pools(), token(), verified(claims), fence=policies(*fence))
    assert (None if error is None else decision.error_type) == error
    assert isinstance(decision, Allow if error is None else Deny)


def test_a_pool_named_by_a_stage_variable():
    arn = "arn:aws:cognito-idp:us-east-1:111111111111:userpool/${stageVariables.pool}"
    for variables, named in (
        ({"pool": "us-east-1_Abc"}, POOL),
        ({}, POOL[: -len("us-east-1_Abc")]),
    ):
        mechanism = pools(arns=[arn], variables=variables)
        questions, _ = decide(mechanism, token(), TokenRefused(TokenProblem.ISSUER))
        assert questions == [VerifyToken("token", (named,))]


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        Authorizer("z1", "f", "TOKEN", identity_source="method.request.header.A"),
        Authorizer("z1", "p", "COGNITO_USER_POOLS", identity_source="method.request.header.A"),
        Authorizer("z1", "p", "COGNITO_USER_POOLS", provider_arns=(POOL,)),
        Authorizer(
            "z1", "p", "COGNITO_USER_POOLS", provider_arns=(POOL,),
            identity_source="method.request.querystring.a",
        ),
    ],
)  # fmt: skip
def test_a_method_without_usable_pools_is_never_served(authorizer):
    authorizers = {} if authorizer is None else {"z1": authorizer}
    api = Api("abc123", "pets", API.account, API.region, "d1", authorizers=authorizers)
    with pytest.raises(ValueError, match="pool"):
        prepare(Method("GET", "COGNITO_USER_POOLS", "z1"), api, Stage("abc123", "prod", "d1"))


@pytest.mark.parametrize(
    ("times", "seconds", "allowed"),
    [
        ({"exp": TIME + 60}, 59.9, True),
        ({"exp": TIME + 60}, 60, False),
        ({"exp": TIME + 60, "nbf": TIME}, 0, True),
        ({"exp": TIME + 60, "nbf": TIME}, -0.1, False),
    ],
)
def test_what_is_remembered_of_a_token_is_not_its_time(times, seconds, allowed):
    mechanism, answer = pools(), verified({**ID, **times})
    assert isinstance(decide(mechanism, token(), answer)[1], Allow)
    sent = token()
    sent.received_at = NOW + timedelta(seconds=seconds)
    assert isinstance(decide(mechanism, sent, answer)[1], Allow) is allowed


def test_what_is_remembered_of_a_token_is_one_methods():
    open_to_ids, scoped, answer = pools(), pools(scopes=["a/read"]), verified(ID)
    fence = policies(statement("Deny"))
    for _ in range(2):
        assert isinstance(decide(open_to_ids, token(), answer)[1], Allow)
        assert isinstance(decide(scoped, token(), answer)[1], Deny)
        assert isinstance(decide(open_to_ids, token(), answer, fence=fence)[1], Deny)
    for _ in range(MAX_METHODS + 9):
        decide(pools(), token(), answer)
    assert len(answer.allowed) <= MAX_METHODS
