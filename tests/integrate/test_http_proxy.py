"""HTTP proxies: what is sent, with what the API maps, and what a failed backend means."""

import pytest
from tests.one_call import OPEN, decided, request, run

from gatelodge.authorize.decision import Allow
from gatelodge.context.expressions import ExpressionError
from gatelodge.integrate.failure import Failure
from gatelodge.integrate.http_proxy import prepare
from gatelodge.integrate.questions import Unreachable, Unreached
from gatelodge.integrate.uri import UriError
from gatelodge.messages import Response
from gatelodge.published import GatewayResponseType, Integration

PATH = {"integration.request.path.id": "method.request.path.id"}


def integrate(asked=None, *, uri="http://h/p", reply=None, allow=OPEN, stage=None, **members):
    integration = Integration("HTTP_PROXY", uri=uri, **members)
    asking = prepare(integration, stage or {}, None)(decided(asked or request()), allow)
    (sent, *_), result = run(asking, reply or Response(200))
    return sent, result


def fields(sent):
    return {
        line.partition(":")[0].lower(): line.partition(": ")[2] for line in sent.fields.splitlines()
    }


def test_the_request_goes_on_as_it_is():
    asked = request("POST", query="a=1&a=2", headers=[("X-A", "1"), ("X-A", "2")], body=b"b")
    sent, result = integrate(asked)
    assert (sent.method, sent.target, sent.body) == ("POST", "/p?a=1&a=2", b"b")
    assert [line for line in sent.fields.splitlines() if line.startswith("X-A")] == [
        "X-A: 1",
        "X-A: 2",
    ]
    assert fields(sent)["host"] == "h"
    assert result.status == 200


def test_mappings():
    sent, _ = integrate(
        request("GET", query="old=1&name=2", headers=[("X-Old", "1")]),
        uri="http://h/x/{id}?fixed=1",
        http_method="PUT",
        timeout_in_millis=50,
        request_parameters={
            **PATH,
            "integration.request.querystring.name": "'mapped value'",
            "integration.request.querystring.gone": "method.request.header.Nothing",
            "integration.request.header.x-old": "context.stage",
            "integration.request.header.X-New": "stageVariables.v",
        },
    )
    assert (sent.method, sent.timeout_ms) == ("PUT", 50)
    assert sent.target == "/x/7?fixed=1&old=1&name=mapped%20value"
    assert fields(sent)["x-old"] == "prod"
    assert "x-new" not in fields(sent)  # the stage has no such variable


def test_stage_variables_name_the_backend():
    sent, _ = integrate(uri="https://${stageVariables.h}:1/", stage={"h": "back"})
    assert (sent.origin.host, sent.origin.port, sent.origin.verify_tls) == ("back", 1, True)
    sent, _ = integrate(uri="https://h/", tls_insecure_skip_verification=True)
    assert sent.origin.verify_tls is False


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"uri": "http://${stageVariables.gone}/"}, UriError),
        ({"uri": "http://h/{id}"}, UriError),
        ({"uri": "http://h/?a={id}", "request_parameters": PATH}, UriError),
        ({"request_parameters": {"integration.request.header.A": "nonsense"}}, ExpressionError),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_loaded(members, error):
    with pytest.raises(error):
        prepare(Integration("HTTP_PROXY", **{"uri": "http://h/", **members}), {}, None)


def test_credentials_that_were_used_go_no_further():
    signed = [("Authorization", "AWS4-HMAC-SHA256 …"), ("X-Amz-Security-Token", "t")]
    asked = request(query="a=1&X-Amz-Signature=s&X-Amz%2DCredential=c", headers=signed)
    sent, _ = integrate(asked, allow=Allow(object(), None))
    assert sent.target == "/p?a=1"
    assert not {"authorization", "x-amz-security-token"} & set(fields(sent))
    sent, _ = integrate(asked)
    assert "authorization" in fields(sent)


def test_a_body_that_nobody_saw_is_not_empty():
    integration = Integration("HTTP_PROXY", uri="http://h/")
    asked, result = run(prepare(integration, {}, None)(decided(request(body=None)), OPEN))
    assert asked == []
    assert result.kind is GatewayResponseType.API_CONFIGURATION_ERROR


@pytest.mark.parametrize("reason", list(Unreached))
def test_unreachable_backends(reason):
    _, result = integrate(reply=Unreachable(reason, "why"))
    assert isinstance(result, Failure)
    expected = {
        Unreached.TIMED_OUT: GatewayResponseType.INTEGRATION_TIMEOUT,
        Unreached.CERTIFICATE: GatewayResponseType.API_CONFIGURATION_ERROR,
        Unreached.DNS: GatewayResponseType.API_CONFIGURATION_ERROR,
        Unreached.CERTIFICATE: GatewayResponseType.API_CONFIGURATION_ERROR,
    }
    assert result.kind is expected.get(reason, GatewayResponseType.INTEGRATION_FAILURE)
    assert result.detail == "why"


@pytest.mark.parametrize(
    ("method", "status", "kept"),
    [("GET", 200, False), ("HEAD", 200, True), ("GET", 304, True)],
)
def test_content_length_of_replies_without_a_body(method, status, kept):
    reply = Response(status, [("Content-Length", "5"), ("X", "y")])
    _, result = integrate(request(method), reply=reply)
    names = [name.lower() for name, _ in result.headers]
    assert ("content-length" in names) == kept
    assert "x" in names
