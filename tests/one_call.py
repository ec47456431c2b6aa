"""One call as a value, for tests of what the engine does with it."""

from datetime import UTC, datetime

from tests.gateway import OWNER, REGION

from gatelodge.authorize.decision import Allow
from gatelodge.context.call import Call, arn_prefix
from gatelodge.messages import Headers, Request
from gatelodge.published import Api, Resource, Stage

ID = "01234567-89ab-cdef-0123-456789abcdef"
NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
OPEN = Allow(None, None)


def request(
    method="GET",
    path="/prod/pets/7",
    query="",
    headers=(),
    body=b"",
    source_ip="10.1.2.3",
    peer_ip=None,
    **more,
):
    fields = Headers([("Host", "abc123.execute-api.us-east-1.amazonaws.com:8080"), *headers])
    peer_ip = peer_ip or source_ip
    return Request(ID, method, path, query, fields, body, source_ip, peer_ip, NOW, **more)


def call(asked=None, *, variables=None, parameters=None, api=None):
    api = api or Api("abc123", "pets", OWNER, REGION, "dep001")
    stage = Stage("abc123", "prod", "dep001", variables or {})
    return Call(
        asked or request(),
        api,
        stage,
        ["pets", "7"],
        Resource("res001", "/pets/{id}"),
        {"id": "7"} if parameters is None else parameters,
        None,
        arn_prefix(api, stage),
    )


def decided(asked=None, *, stage=None, parameters=None, api=None, **known):
    """A call of which this is known: principal, access_key_id, authorizer, error."""
    made = call(asked, variables=stage, parameters=parameters, api=api)
    for name, value in known.items():
        setattr(made, name, value)
    return made


def run(asking, *answers):
    """Drive a generator with answers; gives what it asked and what it returned."""
    asked, left = [], list(answers)
    try:
        question = next(asking)
        while True:
            asked.append(question)
            question = asking.send(left.pop(0))
    except StopIteration as stop:
        return asked, stop.value
