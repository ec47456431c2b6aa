"""Questions are values: what is left out of their equality is a rule, and no secret is shown."""

from gatelodge.authorize.questions import (
    AskAuthorizer,
    AuthorizerScope,
    FindKey,
    VerifiedToken,
    VerifyToken,
)

SCOPE = {"name": "judge", "function": "f", "credentials": None, "source_arn": "s", "ttl": 300}


def scope(*parts, **more):
    return AuthorizerScope(*(parts or ("a", "prod", "d1", "z1")), **{**SCOPE, **more})


def test_keys():
    one = FindKey("AKIA", None, "20260102", "us-east-1", "execute-api")
    assert one == FindKey("AKIA", None, "20260102", "us-east-1", "execute-api")
    for other in (
        FindKey("AKIB", None, "20260102", "us-east-1", "execute-api"),
        FindKey("AKIA", "token", "20260102", "us-east-1", "execute-api"),
        FindKey("AKIA", None, "20260103", "us-east-1", "execute-api"),
        FindKey("AKIA", None, "20260102", "eu-west-1", "execute-api"),
        FindKey("AKIA", None, "20260102", "us-east-1", "sts"),
    ):
        assert one != other
    assert one != "AKIA"
    assert len({one, FindKey("AKIA", None, "20260102", "us-east-1", "execute-api")}) == 1


def test_tokens():
    one = VerifyToken("token", ("pool",))
    assert one == VerifyToken("token", ("pool",))
    assert hash(one) == hash(VerifyToken("token", ("pool",)))
    assert one != VerifyToken("token", ("pool", "another"))
    assert one != VerifyToken("other", ("pool",))


def test_one_answer_of_an_authorizer_serves_all_methods():
    def event():
        raise AssertionError("the event is written only when the function is asked")

    one = AskAuthorizer(scope(), (("t",),), event)
    # Neither the method nor how the function is invoked makes it another question.
    assert one == AskAuthorizer(scope(ttl=5, credentials="r"), (("t",),), lambda: b"{}")
    assert one != AskAuthorizer(scope(function="g"), (("t",),), event)
    assert one != AskAuthorizer(scope(), (("u",),), event)
    assert one != AskAuthorizer(scope(), None, event)
    for parts in (
        ("b", "prod", "d1", "z1"),
        ("a", "dev", "d1", "z1"),
        ("a", "prod", "d2", "z1"),
        ("a", "prod", "d1", "z2"),
    ):
        assert one != AskAuthorizer(scope(*parts), (("t",),), event)


def test_secrets_are_not_shown():
    shown = [
        repr(FindKey("AKIA", "SECRET", "20260102", "us-east-1", "sts")),
        repr(VerifyToken("SECRET", ("pool",))),
        repr(AskAuthorizer(scope(), (("SECRET",),), lambda: b"SECRET")),
    ]
    assert "SECRET" not in "".join(shown)


def test_evidence_of_a_token_is_bounded_and_of_what_is_judged():
    claims = {"sub": "s", "scope": "x" * 5000, "exp": 1, "secret": "no", "aud": ["a", "b"]}
    evidence = VerifiedToken("pool", "issuer", "kid", claims).evidence.found
    assert evidence["sub"] == "s"
    assert len(evidence["scope"]) == 2048
    assert evidence.keys() == {"pool", "iss", "kid", "sub", "scope", "exp"}
