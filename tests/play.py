"""The language of engine tests: requests, accesses and callers as values; questions answered."""

from datetime import UTC, datetime

from gatelodge import iam
from gatelodge.authorize.caller import Caller, CallerPolicies
from gatelodge.context.call import Call, arn_prefix
from gatelodge.messages import Headers, Request
from gatelodge.published import Api, Stage

OWNER, OTHER, REGION = "111111111111", "222222222222", "us-east-1"
API = Api("abc123", "pets", OWNER, REGION, "d1")
STAGE = Stage("abc123", "prod", "d1")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def request(method="GET", path="/prod/pets", fields=(), *, body=b"", source="192.0.2.7", **more):
    host = ("Host", "abc123.execute-api.us-east-1.amazonaws.com")
    return Request(
        id="01234567-89ab-4cde-8f01-23456789abcd",
        method=method,
        raw_path=path,
        raw_query=more.pop("query", ""),
        headers=Headers([host, *fields]),
        body=body,
        source_ip=source,
        peer_ip=more.pop("peer_ip", source),
        received_at=NOW,
        **more,
    )


def statement(effect="Allow", **elements):
    """A statement of a resource policy, or with Principal=None of any other policy."""
    written = {
        "Effect": effect,
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "*",
        **elements,
    }
    return {name: value for name, value in written.items() if value is not None}


def policies(*statements, kind=iam.PolicyKind.RESOURCE):
    if not statements:
        return iam.PolicySet([])
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return iam.PolicySet([iam.parse(document, kind, name="policy")])


def call(sent, fence=None, api=API):
    """A call of `/{stage}/{path}` of an API; fence: its resource policy."""
    segments = sent.raw_path.split("/")[2:]
    return Call(sent, api, STAGE, segments, None, {}, fence, arn_prefix(api, STAGE))


def user(*statements, name="alice", account=OWNER):
    """A caller with an identity policy of these statements."""
    principal = iam.Principal(
        iam.PrincipalKind.USER,
        f"arn:aws:iam::{account}:user/{name}",
        account,
        user_id=f"AIDA{name.upper()}",
        username=name,
    )
    own = policies(*statements, kind=iam.PolicyKind.IDENTITY)
    return Caller(principal, CallerPolicies(own), "AKIAEXAMPLE", "digest")


def identity(effect="Allow", **elements):
    return statement(effect, Principal=None, **elements)


def drive(asking, *answers):
    """Run a computation; gives its questions and its result. Answers: functions or values."""
    questions, waiting, answer = [], list(answers), None
    if not hasattr(asking, "send"):
        return questions, asking
    while True:
        try:
            question = asking.send(answer)
        except StopIteration as stop:
            assert not waiting, "a question was expected that was not asked"
            return questions, stop.value
        questions.append(question)
        answer = waiting.pop(0)
        if callable(answer):
            answer = answer(question)
