"""TestInvokeMethod: the edited method, by the engine that serves, without deployment."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.control.apigateway.calls import Api, refused

from gatelodge.store import Store

LINE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : (.*)"
)


def lines(answer):
    first, *others = answer["log"].splitlines()
    return [first, *(LINE.fullmatch(line)[2] for line in others)]


def test_a_mock_without_deployment_and_without_signature(client):
    api = Api(client)
    at = api.method(api.resource("foo"), authorization="AWS_IAM")
    answer = client.test_invoke_method(**at, pathWithQueryString="/foo?a=1")
    assert (answer["status"], answer["body"]) == (200, '{"mock": true}')
    assert answer["headers"] == {"Content-Type": "application/json"}
    assert answer["multiValueHeaders"] == {"Content-Type": ["application/json"]}
    assert isinstance(answer["latency"], int)
    told = lines(answer)
    request_id = told[0].removeprefix("Execution log for request ")
    assert told[1:] == [
        f"Starting execution for request: {request_id}",
        "HTTP Method: GET, Resource Path: /foo",
        "Method request path: {}",
        "Method request query string: {a=1}",
        "Method request headers: {Host=testPrefix.testDomainName}",
        "Method request body before transformations: ",
        'Method response body after transformations: {"mock": true}',
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ]


def test_a_backend_is_called_with_what_was_given(client, backend):
    api = Api(client)
    pets = api.resource("pets")
    uri = backend.url + "/${stageVariables.v}/{id}"
    mapped = {"integration.request.path.id": "method.request.path.id"}
    at = api.method(api.resource("{id}", pets), uri, "POST", requestParameters=mapped)
    answer = client.test_invoke_method(
        **at,
        pathWithQueryString="/pets/5?q=x",
        headers={"X-One": "1"},
        multiValueHeaders={"X-Two": ["a", "b"]},
        body="hello",
        stageVariables={"v": "v1"},
    )
    assert answer["status"] == 200
    assert '"target": "/v1/5?q=x"' in answer["body"]
    assert '"body": "hello"' in answer["body"]
    assert '["X-Two", "a"], ["X-Two", "b"]' in answer["body"]
    told = lines(answer)
    assert "Method request path: {id=5}" in told
    assert f"Endpoint request URI: {backend.url}/v1/5?q=x" in told
    assert any(line.startswith("Received response. Status: 200, Integration") for line in told)


def test_a_backend_that_is_away_is_told(client):
    api = Api(client)
    answer = client.test_invoke_method(**api.method(api.root, "http://127.0.0.1:9/"))
    assert answer["status"] == 504
    assert any(line.startswith("Execution failed: ") for line in lines(answer))
    assert lines(answer)[-1] == "Method completed with status: 504"


@pytest.mark.parametrize(
    "members",
    [
        {"headers": {"X": "a\r\nY: b"}},
        {"headers": {"X Y": "a"}},
        {"pathWithQueryString": "foo"},
        {"pathWithQueryString": "/a b"},
        {"pathWithQueryString": "/a\r\nX: y"},
    ],
)
def test_what_would_be_no_request_is_refused(client, members):
    api = Api(client)
    at = api.method(api.root)
    assert refused(client.test_invoke_method, **at, **members)[0] == "BadRequestException"


def test_what_is_not_there_is_not_found(client):
    api = Api(client)
    at = {"restApiId": api.id, "resourceId": api.root}
    assert refused(client.test_invoke_method, **at, httpMethod="GET") == (
        "NotFoundException",
        "Invalid Method identifier specified",
    )
    client.put_method(**at, httpMethod="GET", authorizationType="NONE")
    assert refused(client.test_invoke_method, **at, httpMethod="GET") == (
        "BadRequestException",
        "No integration defined for method",
    )


def test_waiting_for_a_backend_holds_nothing_up(gateway, client, backend):
    asked, go_on = threading.Event(), threading.Event()

    def slow(handler):
        asked.set()
        assert go_on.wait(60)
        handler.send_response(204)
        handler.end_headers()

    backend.replies["/slow"] = slow
    api = Api(client)
    at = api.method(api.root, backend.url + "/slow")
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(gateway.client("apigateway").test_invoke_method, **at)
        assert asked.wait(60)
        client.update_rest_api(
            restApiId=api.id, patchOperations=[{"op": "replace", "path": "/name", "value": "x"}]
        )
        store = Store(gateway.state / "store.db")
        end = time.monotonic() + 30
        # Workers read for a moment now and then; what is read for as long as the backend is
        # waited for would never let go.
        while store.rows("PRAGMA wal_checkpoint(TRUNCATE)", ())[0][0]:
            assert time.monotonic() < end
        assert not waiting.done()
        go_on.set()
        assert waiting.result(60)["status"] == 204
    store.close()
