"""TestInvokeMethod: one call of a method as it is edited now, by the engine that serves.

Without deployment, authorizer and resource policy: whoever may edit the API may try it.
Reference: control-plane.md section 6.4 (the lines of the log).
"""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gatelodge.control.apigateway.client_certificates import check_certificate
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.execution_log import ExecutionLog
from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.methods import method_of, resource
from gatelodge.control.apigateway.serving import check_stage, publishable
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.integrate.questions import SendHttp, Unreachable
from gatelodge.messages import Headers, Pair, Request, read_pairs
from gatelodge.published import Api, Stage
from gatelodge.serve import Gate, Served, StagePlan, serve

STAGE = "test-invoke-stage"
_HOST = "testPrefix.testDomainName"
_TARGET = re.compile(r"/[!-\"$-~]*", re.ASCII)  # no fragment: no request has one
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110, 5.6.2
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_OWN = {"x-amzn-requestid", "x-amz-apigw-id"}


@operation("apigateway", "TestInvokeMethod")
def invoke_edited_method(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    httpMethod: str,
    pathWithQueryString: str | None = None,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    multiValueHeaders: Mapping[str, Sequence[str]] | None = None,
    clientCertificateId: str | None = None,
    stageVariables: Mapping[str, str] | None = None,
) -> Output:
    """Call a method and tell what happened."""
    found = resource(call, restApiId, resourceId)
    method_of(found, httpMethod)
    api = _only(call, restApiId, resourceId, httpMethod)
    stage = Stage(
        restApiId,
        STAGE,
        api.deployment_id,
        dict(stageVariables or {}),
        client_certificate_id=check_certificate(call, clientCertificateId),
    )
    check_stage(api, stage)
    request = make_request(
        call,
        restApiId,
        "GET" if httpMethod == "ANY" else httpMethod,
        pathWithQueryString or str(found.body["path"]),
        make_fields(headers or {}, multiValueHeaders or {}),
        (body or "").encode(),
    )
    log = _Log(call)
    log.begin(request, str(found.body["path"]))
    served = _drive(call, request, Gate([StagePlan(api, stage)]), log)
    log.end(served)
    fields = [pair for pair in served.response.headers if pair[0].lower() not in _OWN]
    return {
        "status": served.response.status,
        "body": served.response.body.decode("utf-8", "replace"),
        "headers": dict(fields),
        "multiValueHeaders": _by_name(fields),
        "log": log.text(),
        "latency": log.milliseconds(),
    }


def _only(call: Call, api_id: str, resource_id: str, verb: str) -> Api:
    """Freeze one method, open to whoever tries it. Raises Fault when it cannot be served."""
    form = read_form(call, api_id) | {"policy": None, "authorizers": [], "gatewayResponses": {}}
    kept = []
    for one in form["resources"]:
        if one["id"] == resource_id:
            method = dict(one["methods"][verb], authorizationType="NONE", apiKeyRequired=False)
            for member in ("authorizerId", "authorizationScopes"):
                method.pop(member, None)
            kept.append({**one, "methods": {verb: method}})
    if kept[0]["methods"][verb].get("integration") is None:
        raise bad_request("No integration defined for method")
    return publishable(call, api_id, {**form, "resources": kept}, STAGE)


def make_fields(headers: Mapping[str, str], many: Mapping[str, Sequence[str]]) -> list[Pair]:
    """Read the header fields of a call that is to be tried. Raises Fault."""
    fields = [(name, value) for name, value in headers.items() if name not in many]
    fields += [(name, value) for name, values in many.items() for value in values]
    for name, value in fields:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise bad_request(f"Invalid header {name!r}")
    return [(name, value.encode().decode("latin-1")) for name, value in fields]


def make_request(
    call: Call, api_id: str, verb: str, target: str, fields: Sequence[Pair], body: bytes
) -> Request:
    """Make the request of a call that is to be tried. Raises Fault."""
    if not _TARGET.fullmatch(target):
        raise bad_request("Invalid path: it begins with / and is written with escapes")
    path, _, query = target.partition("?")
    given = {name.lower() for name, _ in fields}
    added = [] if "host" in given else [("Host", _HOST)]
    return Request(
        id=call.request_id,
        method=verb,
        raw_path=f"/_aws/execute-api/{api_id}/{STAGE}{path}",
        raw_query=query,
        headers=Headers([*fields, *added]),
        body=body,
        source_ip=call.source_ip,
        peer_ip=call.source_ip,
        received_at=call.now,
    )


def _drive(call: Call, request: Request, gate: Gate, log: "_Log") -> Served:
    story = serve(request, gate)
    answer: Any = None
    while True:
        try:
            question = story.send(answer)
        except StopIteration as finished:
            served: Served = finished.value
            return served
        if isinstance(question, SendHttp):
            log.ask(question)
        answer = call.ask(question)
        if isinstance(question, SendHttp):
            log.answered(answer)


class _Log(ExecutionLog):
    """What is said of a method's call."""

    __slots__ = ("_asked",)

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._asked = time.monotonic()

    def begin(self, request: Request, path: str) -> None:
        """Note what was asked for."""
        query = [pair.partition("=")[::2] for pair in request.raw_query.split("&") if pair]
        self.add(f"Starting execution for request: {self.request_id}")
        self.add(f"HTTP Method: {request.method}, Resource Path: {path}")
        self.add(f"Method request path: {_map(_path_parameters(request, path))}")
        self.add(f"Method request query string: {_map(query)}")
        self.add(f"Method request headers: {_map(request.headers.pairs)}")
        self.add(f"Method request body before transformations: {_text(request.body or b'')}")

    def ask(self, question: SendHttp) -> None:
        """Note what goes to the backend."""
        uri = question.uri
        self.add(f"Endpoint request URI: {uri}")
        lines = question.fields.split("\r\n")[:-1]
        self.add(f"Endpoint request headers: {_map(read_pairs(lines))}")
        self.add(f"Endpoint request body after transformations: {_text(question.body)}")
        self.add(f"Sending request to {uri}")
        self._asked = time.monotonic()

    def answered(self, answer: Any) -> None:
        """Note what the backend said."""
        took = int((time.monotonic() - self._asked) * 1000)
        if isinstance(answer, Unreachable):
            self.add(f"Execution failed: {answer.detail or answer.reason.value}")
            return
        self.add(f"Received response. Status: {answer.status}, Integration latency: {took} ms")
        self.add(f"Endpoint response headers: {_map(answer.headers)}")
        self.add(f"Endpoint response body before transformations: {_text(answer.body)}")

    def end(self, served: Served) -> None:
        """Note what the client would get."""
        if served.failure is not None:
            self.add(f"Execution failed due to configuration error: {served.failure.detail}")
        response = served.response
        fields = [pair for pair in response.headers if pair[0].lower() not in _OWN]
        self.add(f"Method response body after transformations: {_text(response.body)}")
        self.add(f"Method response headers: {_map(fields)}")
        if served.failure is None:
            self.add("Successfully completed execution")
        self.add(f"Method completed with status: {response.status}")


def _path_parameters(request: Request, template: str) -> Iterable[tuple[str, str]]:
    """Read the path parameters for the log; the engine reads its own."""
    segments = request.raw_path.split("/")[5:]
    for position, part in enumerate(template.split("/")[1:]):
        if part.endswith("+}"):
            yield part[1:-2], "/".join(segments[position:])
        elif part.startswith("{") and position < len(segments):
            yield part[1:-1], segments[position]


def _map(pairs: Iterable[Sequence[str]]) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, value in pairs) + "}"


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def _by_name(fields: Sequence[Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found
