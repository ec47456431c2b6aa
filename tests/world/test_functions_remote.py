"""Functions that run elsewhere: the call as Lambda takes it, and whatever comes back."""

import asyncio
import json
from datetime import datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.gateway import Backend

from gatelodge.functions.function import Event, Function, Remote, Result, Throttled
from gatelodge.integrate.questions import Uninvoked, UninvokedReason
from gatelodge.world.functions_remote import RemoteFunctions
from gatelodge.world.http import Upstream
from gatelodge.world.outbox import Outbox

NAME = "arn:aws:lambda:eu-west-1:222222222222:function:there:LIVE"
PATH = (
    "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A222222222222%3Afunction%3Athere%3ALIVE"
)
PATH += "/invocations"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture(scope="module")
def backend():
    made = Backend()
    yield made
    made.close()


@pytest.fixture
def elsewhere(backend):
    backend.replies.clear()
    return backend


def call(endpoint, payload=b'{"a": 1}', *, environ=(), seconds=10.0, **members):
    remote = Remote(endpoint, NAME, **members)
    function = Function(
        account="111111111111", region="us-east-1", name="f", arn="arn:f", code="",
        runtime="", handler="", remote=remote,
    )  # fmt: skip

    async def run():
        loop = asyncio.get_running_loop()
        upstream = Upstream(loop, Outbox(loop))
        functions = RemoteFunctions(loop, upstream, dict(environ))
        try:
            return await functions.run(function, Event("r1", payload, "arn:f"), seconds)
        finally:
            upstream.close()

    return asyncio.run(run())


def reply(status, body=b"{}", **headers):
    def write(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return write


def test_the_call_is_lambdas_own(elsewhere):
    got = call(elsewhere.url)
    assert isinstance(got, Result)
    assert not got.failed
    told = json.loads(got.payload)
    assert (told["method"], told["target"], told["body"]) == ("POST", PATH, '{"a": 1}')
    headers = {name.lower(): value for name, value in told["headers"]}
    assert headers["x-amz-invocation-type"] == "RequestResponse"
    assert "authorization" not in headers


@pytest.mark.parametrize("token", [None, "a-session-token"])
def test_a_function_of_aws_is_called_with_a_signature_that_holds(elsewhere, token):
    """botocore, given the same request, signs it alike."""
    environ = KEYS | ({"AWS_SESSION_TOKEN": token} if token else {})
    got = call(elsewhere.url, environ=environ, sign=True, region="eu-west-1")
    sent = dict(json.loads(got.payload)["headers"])
    signed = sent["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    again = AWSRequest(
        method="POST",
        url=elsewhere.url + PATH,
        data=b'{"a": 1}',
        headers={name: value for name, value in sent.items() if name.lower() in signed},
    )
    again.context["timestamp"] = sent["X-Amz-Date"]
    keys = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], token)
    auth = SigV4Auth(keys, "lambda", "eu-west-1")
    signature = auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)
    assert sent["Authorization"].endswith(f"Signature={signature}")
    assert sent.get("X-Amz-Security-Token") == token
    assert datetime.strptime(sent["X-Amz-Date"], "%Y%m%dT%H%M%S%z")


@pytest.mark.parametrize("missing", sorted(KEYS))
def test_without_credentials_nothing_is_sent(elsewhere, missing):
    environ = {name: value for name, value in KEYS.items() if name != missing}
    got = call(elsewhere.url, environ=environ, sign=True)
    assert isinstance(got, Uninvoked)
    assert "are not set where gatelodge runs" in got.detail


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (reply(200, b'{"errorMessage": "x"}', X_Amz_Function_Error="Unhandled"), Result, None),
        (reply(429), Throttled, None),
        (reply(404), Uninvoked, UninvokedReason.NOT_FOUND),
        (reply(403), Uninvoked, UninvokedReason.NOT_PERMITTED),
        (reply(413), Uninvoked, UninvokedReason.TOO_LARGE),
        (reply(500, b"\xff secret" * 100), Uninvoked, UninvokedReason.UNAVAILABLE),
        (reply(301, Location="http://elsewhere/"), Uninvoked, UninvokedReason.UNAVAILABLE),
        (reply(202), Uninvoked, UninvokedReason.UNAVAILABLE),
        (lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"), Uninvoked,
         UninvokedReason.UNAVAILABLE),
        (reply(200, b"x" * (11 << 20)), Uninvoked, UninvokedReason.UNAVAILABLE),
    ],
)  # fmt: skip
def test_whatever_comes_back(elsewhere, answer, kind, reason):
    elsewhere.replies[PATH] = answer
    got = call(elsewhere.url)
    assert isinstance(got, kind), got
    if kind is Result:
        assert got.failed
    if reason is not None:
        assert got.reason is reason
        assert len(got.detail) < 300


def test_nobody_there():
    got = call("http://127.0.0.1:1")
    assert (type(got), got.reason) == (Uninvoked, UninvokedReason.UNAVAILABLE)


def test_who_takes_too_long(elsewhere):
    elsewhere.replies[PATH] = lambda handler: handler.rfile.read(1)
    got = call(elsewhere.url, seconds=0.2)
    assert (type(got), got.reason) == (Uninvoked, UninvokedReason.TIMED_OUT)
