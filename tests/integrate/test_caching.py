"""What tells kept replies apart, which are kept, and when the integration is called."""

from dataclasses import replace

import pytest
from tests.play import API, STAGE, drive, request

from gatelodge.authorize.cache_control import KeepingAllow
from gatelodge.authorize.decision import Allow
from gatelodge.context.call import Call, arn_prefix
from gatelodge.context.expressions import ExpressionError
from gatelodge.integrate.caching import MAX_REPLY, WARNING, CacheKeyError, is_kept, keep_replies
from gatelodge.integrate.failure import configuration_error
from gatelodge.integrate.questions import KeepReply, KeptReply, LookUpReply, Missing
from gatelodge.messages import Response
from gatelodge.published import Integration, MethodSetting

SETTING = MethodSetting(caching_enabled=True, cache_ttl_in_seconds=60)
CACHED = replace(STAGE, cache_cluster_size=0.5)
HEADER, QUERY = "method.request.header.A", "method.request.querystring.a"


class Backend:
    """An integration that counts its calls."""

    def __init__(self, reply=None):
        self.reply, self.calls = reply, 0

    def __call__(self, *_):
        self.calls += 1
        yield from ()
        return self.reply or Response(200, [("X", "1")], b"fresh")


def allowed(**members):
    return KeepingAllow(Allow(None, None), None, **members)


def keeping(*parameters, backend=None, stage=CACHED, resource="r1", **members):
    integration = Integration("HTTP_PROXY", cache_key_parameters=parameters, **members)
    return keep_replies(backend or Backend(), integration, resource, stage, SETTING)


def asked(integrate, *answers, fields=(), query="", verb="GET", parameters=None, allow=None):
    sent = request(verb, fields=fields, query=query)
    made = Call(sent, API, CACHED, ["pets"], None, parameters or {}, None, arn_prefix(API, STAGE))
    made.authorizer = {"principalId": "p"}
    return drive(integrate(made, allow or allowed()), *answers)


def digest(integrate, **call):
    (question,), _ = asked(integrate, KeptReply(Response(200), 1.0), **call)
    return question.key.digest


def test_a_kept_reply_is_served_without_the_integration():
    backend, kept = Backend(), Response(200, [("X", "0")], b"kept")
    allow = allowed()
    (question,), reply = asked(keeping(backend=backend), KeptReply(kept, 7.0), allow=allow)
    assert isinstance(question, LookUpReply)
    assert (question.key.stage, question.key.deployment) == (("abc123", "prod"), "d1")
    assert (question.ttl, question.renew) == (60, False)
    assert reply is kept
    assert backend.calls == 0
    assert allow.since == 7.0


def test_a_fresh_reply_is_kept_as_it_was():
    backend = Backend()
    (look_up, keep), reply = asked(keeping(backend=backend), Missing(5), None)
    assert isinstance(keep, KeepReply)
    assert (keep.key, keep.ticket, keep.ttl, keep.cluster_size) == (look_up.key, 5, 60, 0.5)
    assert (keep.response.status, keep.response.body) == (200, b"fresh")
    assert (reply.body, backend.calls) == (b"fresh", 1)
    reply.lines += ("x-amzn-RequestId: 1",)
    assert keep.response.lines == ["X: 1"]


def test_where_nobody_keeps_anything_the_integration_answers():
    (question,), reply = asked(keeping(), None)
    assert isinstance(question, LookUpReply)
    assert reply.body == b"fresh"


def test_a_renewal_asks_for_nothing_kept():
    allow = allowed()
    allow.renews = True
    (question, keep), _ = asked(keeping(), Missing(1), None, allow=allow)
    assert question.renew
    assert isinstance(keep, KeepReply)


@pytest.mark.parametrize("answers", [(KeptReply(Response(200), 1.0),), (Missing(1), None), (None,)])
def test_a_warning_goes_to_the_caller_and_is_not_kept(answers):
    questions, reply = asked(keeping(), *answers, allow=allowed(warns=True))
    assert ("Warning", WARNING) in reply.headers
    for question in questions[1:]:
        assert "Warning" not in dict(question.response.headers)


def test_failures_are_not_kept():
    failure = configuration_error("broken")
    (question,), reply = asked(keeping(backend=Backend(failure)), Missing(1))
    assert isinstance(question, LookUpReply)
    assert reply is failure


def test_an_admission_that_says_nothing_of_renewals_keeps_nothing():
    questions, reply = asked(keeping(), allow=Allow(None, None))
    assert (questions, reply.body) == ([], b"fresh")


@pytest.mark.parametrize(
    ("response", "kept"),
    [
        (Response(200), True),
        (Response(204), True),
        (Response(199), False),
        (Response(206), False),
        (Response(301), False),
        (Response(304), False),
        (Response(404), False),
        (Response(500), False),
        (Response(200, [("SET-Cookie", "a=1")]), False),
        (Response(200, [("X-Set-Cookie", "a=1")]), True),
        (Response(200, [], b"x" * MAX_REPLY), True),
        (Response(200, [], b"x" * (MAX_REPLY + 1)), False),
        (Response(200, [("A", "b" * 94)], b"x" * (MAX_REPLY - 99)), True),
        (Response(200, [("A", "b" * 94)], b"x" * (MAX_REPLY - 98)), False),
    ],
)
def test_which_replies_are_kept(response, kept):
    assert is_kept(response) is kept
    questions, _ = asked(keeping(backend=Backend(response)), Missing(1), *[None] * kept)
    assert len(questions) == 1 + kept


# Two calls that a parameter tells apart.
APART = [
    ((QUERY,), {"query": "a=1"}, {"query": "a=2"}),
    ((QUERY,), {"query": "a=1"}, {}),
    ((QUERY,), {"query": "a="}, {}),
    ((QUERY,), {"query": "a=1&a=2"}, {"query": "a=2"}),
    ((QUERY,), {"query": "a=1&a=2"}, {"query": "a=2&a=1"}),
    ((QUERY,), {"query": "a=1&a=2"}, {"query": "a=1%2C2"}),
    ((QUERY,), {"query": "a=1&b=2"}, {"query": "a=1%26b%3D2"}),
    ((QUERY,), {"query": "a=%ff"}, {"query": "a=%fe"}),
    ((QUERY,), {"query": "a=%ff"}, {"query": "a=%ef%bf%bd"}),
    ((QUERY, "method.request.querystring.b"), {"query": "a=1&b=2"}, {"query": "a=2&b=1"}),
    ((QUERY, "method.request.querystring.b"), {"query": "a=1"}, {"query": "b=1"}),
    (("method.request.querystring.é",), {"query": "%C3%A9=1"}, {"query": "%C3%A9=2"}),
    (("method.request.multivaluequerystring.a",), {"query": "a=1&a=2"}, {"query": "a=1"}),
    ((HEADER,), {"fields": [("A", "1")]}, {"fields": [("A", "2")]}),
    ((HEADER,), {"fields": [("A", "1"), ("A", "2")]}, {"fields": [("A", "1")]}),
    ((HEADER,), {"fields": [("A", "1"), ("A", "2")]}, {"fields": [("A", "1, 2")]}),
    ((HEADER,), {"fields": [("A", "")]}, {}),
    (("method.request.multivalueheader.A",), {"fields": [("a", "1")]}, {"fields": [("a", "2")]}),
    (("method.request.path.id",), {"parameters": {"id": "1"}}, {"parameters": {"id": "2"}}),
    (("method.request.path.id",), {"parameters": {"id": "a/b"}}, {"parameters": {"id": "a%2Fb"}}),
    ((), {"verb": "GET"}, {"verb": "POST"}),
]


@pytest.mark.parametrize(("parameters", "one", "other"), APART)
def test_calls_that_are_told_apart(parameters, one, other):
    integrate = keeping(*parameters)
    assert digest(integrate, **one) != digest(integrate, **other)
    assert digest(integrate, **one) == digest(integrate, **one)


@pytest.mark.parametrize(
    ("parameters", "one", "other"),
    [
        ((), {"query": "a=1"}, {"query": "a=2"}),
        ((), {"parameters": {"id": "1"}}, {"parameters": {"id": "2"}}),
        ((), {"fields": [("Authorization", "a")]}, {"fields": [("Authorization", "b")]}),
        ((QUERY,), {"query": "a=1&b=1"}, {"query": "b=2&a=1"}),
        ((QUERY,), {"query": "a=x%20y"}, {"query": "a=x+y"}),
        ((QUERY,), {"query": "a=%31"}, {"query": "%61=1"}),
        ((HEADER,), {"fields": [("a", "1")]}, {"fields": [("A", "1")]}),
    ],
)
def test_calls_that_share_a_reply(parameters, one, other):
    integrate = keeping(*parameters)
    assert digest(integrate, **one) == digest(integrate, **other)


def test_a_namespace_is_shared_and_by_itself_the_resources():
    assert digest(keeping()) != digest(keeping(resource="r2"))
    shared = digest(keeping(cache_namespace="n"))
    assert shared == digest(keeping(resource="r2", cache_namespace="n"))
    assert digest(keeping()) == digest(keeping(resource="r2", cache_namespace="r1"))


def test_a_parameter_of_the_integration_counts_with_what_is_mapped_to_it():
    name = "integration.request.header.X"

    def mapped(source):
        return keeping(name, request_parameters={name: source})

    query = mapped(QUERY)
    assert digest(query, query="a=1") != digest(query, query="a=2")
    assert digest(query, query="a=1&a=2") != digest(query, query="a=2")
    path = mapped("method.request.path.id")
    assert digest(path, parameters={"id": "1"}) != digest(path, parameters={"id": "2"})
    static = mapped("'x'")
    assert digest(static, query="a=1") == digest(static, query="a=2")
    assert digest(mapped("context.authorizer.principalId")) != digest(mapped("context.stage"))


@pytest.mark.parametrize(
    ("parameter", "error"),
    [
        ("integration.request.header.X", CacheKeyError),
        ("method.request.body", CacheKeyError),
        ("method.request.header.", CacheKeyError),
        ("'static'", CacheKeyError),
        ("context.authorizer.sub", CacheKeyError),
        ("id", CacheKeyError),
        ("", CacheKeyError),
        ("method.request.path.", ExpressionError),
    ],
)
def test_what_is_no_parameter(parameter, error):
    with pytest.raises(error):
        keeping(parameter)


def test_a_deployment_of_before_there_were_caches_keeps_nothing():
    with pytest.raises(CacheKeyError, match="deploy the API again"):
        keep_replies(Backend(), Integration("HTTP_PROXY"), "r1", CACHED, SETTING)


def test_what_is_not_compiled_is_a_value_error():
    assert issubclass(CacheKeyError, ValueError)
    assert issubclass(ExpressionError, ValueError)
