"""TestInvokeAuthorizer: one call of an authorizer as it is edited now, by its own mechanism.

Nothing is kept of the answer, and no kept answer is given. A user pool authorizer is tried as by a
method without scopes, which takes ID tokens; that is all that AWS's test takes too. What the
members of additionalContext are called is not documented: names of `$context` variables here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from gatelodge.asking import Asking
from gatelodge.authorize.authorizer_output import AuthorizerRefused
from gatelodge.authorize.decision import Decision, Deny
from gatelodge.authorize.mechanisms.cognito_user_pools import UserPools
from gatelodge.authorize.mechanisms.lambda_authorizer import LambdaAuthorizer, Source
from gatelodge.authorize.questions import (
    AskAuthorizer,
    AuthorizerSays,
    TokenRefused,
    VerifiedToken,
    VerifyToken,
)
from gatelodge.context.call import Call as Attempt
from gatelodge.context.call import arn_prefix
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.execution_log import ExecutionLog
from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.invoke import STAGE, make_fields, make_request
from gatelodge.control.apigateway.serving import publishable
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.messages import Request
from gatelodge.published import Api, Authorizer, GatewayResponseType, Method, Stage

Said = AuthorizerSays | AuthorizerRefused | VerifiedToken | TokenRefused | None
Context = Mapping[str, str]
"""Values in place of the request's own, by the name below `$context.`."""
_VARIABLE = re.compile(r"(?:\$?context\.)?([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+){0,3})", re.ASCII)
_MAX_SHOWN = 1_024  # characters of an event, as AWS was recorded to show
_VERBS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
_EVERYTHING = {
    "id": "test-invoke-resource-id",
    "path": "/{proxy+}",
    "methods": {
        "ANY": {
            "httpMethod": "ANY",
            "authorizationType": "NONE",
            "integration": {
                "type": "MOCK",
                "timeoutInMillis": 29_000,
                "passthroughBehavior": "WHEN_NO_MATCH",
                "requestParameters": {},
                "requestTemplates": {"application/json": '{"statusCode": 200}'},
                "responses": [],
            },
        }
    },
}


@operation("apigateway", "TestInvokeAuthorizer")
def invoke_edited_authorizer(
    call: Call,
    *,
    restApiId: str,
    authorizerId: str,
    headers: Mapping[str, str] | None = None,
    multiValueHeaders: Mapping[str, Sequence[str]] | None = None,
    pathWithQueryString: str | None = None,
    body: str | None = None,
    stageVariables: Mapping[str, str] | None = None,
    additionalContext: Mapping[str, str] | None = None,
) -> Output:
    """Ask an authorizer about a request, and tell what it said."""
    del body  # authorizers see none
    context = _read_context(additionalContext or {})
    with call.store.snapshot():
        documents.child(call, documents.AUTHORIZER, restApiId, authorizerId)
        form = read_form(call, restApiId) | {"policy": None, "resources": [_EVERYTHING]}
        api = publishable(call, restApiId, form, STAGE)
    stage = Stage(restApiId, STAGE, api.deployment_id, dict(stageVariables or {}))
    fields = make_fields(headers or {}, multiValueHeaders or {})
    verb = context.get("httpMethod", "GET")
    request = make_request(call, restApiId, verb, pathWithQueryString or "/", fields, b"")
    log = ExecutionLog(call)
    log.add(f"Starting authorizer: {authorizerId} for request: {log.request_id}")
    story = _begin(api.authorizers[authorizerId], api, stage, request, context)
    decision, said = _drive(call, story, context, log)
    return {
        "clientStatus": _conclude(decision, said, log),
        "latency": log.milliseconds(),
        "log": log.text(),
        **_shown(decision, said),
    }


def _read_context(given: Mapping[str, str]) -> Context:
    """Read additionalContext. Raises Fault."""
    context = {}
    for name, value in given.items():
        variable = _VARIABLE.fullmatch(name)
        if variable is None:
            raise bad_request(f"Invalid additionalContext: {name!r} is no context variable")
        context[variable[1]] = value
    if "httpMethod" in context and context["httpMethod"] not in _VERBS:
        raise bad_request("Invalid additionalContext: httpMethod is no HTTP method")
    return context


class _Tried(LambdaAuthorizer):
    """A Lambda authorizer whose identity sources read the given context before the request."""

    __slots__ = ()

    def __init__(self, authorizer: Authorizer, api: Api, stage: Stage, context: Context) -> None:
        super().__init__(authorizer, api, stage)
        given = {f"context.{name}": value for name, value in context.items()}
        self._sources = [
            _constant(given[name]) if name in given else source
            for name, source in zip(self._names, self._sources, strict=True)
        ]


def _constant(value: str) -> Source:
    return lambda _: (value,)


def _begin(
    authorizer: Authorizer, api: Api, stage: Stage, request: Request, context: Context
) -> Asking[Decision]:
    """Begin to decide by an authorizer. Raises Fault for one that cannot work."""
    segments = request.raw_path.split("/")[5:]
    prefix = arn_prefix(api, stage)
    attempt = Attempt(request, api, stage, segments, api.resources[0], {}, None, prefix)
    try:
        if authorizer.type == "COGNITO_USER_POOLS":
            method = Method("ANY", authorizer.type, authorizer.id)
            return UserPools(method, api, stage.variables).decide(attempt)
        return _Tried(authorizer, api, stage, context).decide(attempt)
    except ValueError as error:
        raise bad_request(f"Invalid authorizer: {error}") from error


def _drive(
    call: Call, story: Asking[Decision], context: Context, log: ExecutionLog
) -> tuple[Decision, Said]:
    """Run the mechanism; gives its decision, and what it was answered if it asked."""
    answer: Said = None
    while True:
        try:
            question = story.send(answer)
        except StopIteration as finished:
            return finished.value, answer
        if isinstance(question, AskAuthorizer):
            event = _with_context(question.event(), context)
            log.add(f"Endpoint request body after transformations: {_text(event)}")
            log.add(f"Sending request to {question.scope.function}")
            answer = _ask_function(call, question, event)
        elif isinstance(question, VerifyToken):
            answer = call.ask(question)
        else:
            raise TypeError(f"an authorizer does not ask {question!r}")


def _ask_function(
    call: Call, question: AskAuthorizer, event: bytes
) -> AuthorizerSays | AuthorizerRefused:
    # Under no identity, nothing is kept.
    return call.ask(AskAuthorizer(question.scope, None, lambda: event))


def _with_context(event: bytes, context: Context) -> bytes:
    """Show the given context in an event of a REQUEST authorizer. Raises Fault."""
    written = json.loads(event)
    if not context or written["type"] != "REQUEST":
        return event
    for name, value in context.items():
        *groups, last = name.split(".")
        place = written["requestContext"]
        for group in groups:
            place = place.setdefault(group, {})
            if not isinstance(place, dict):
                raise bad_request(f"Invalid additionalContext: {name} is below no group")
        if isinstance(place.get(last), dict):
            raise bad_request(f"Invalid additionalContext: {name} is no single variable")
        place[last] = value
    return json.dumps(written, separators=(",", ":")).encode()


def _conclude(decision: Decision, said: Said, log: ExecutionLog) -> int:
    """Note how it ended; gives 0 for an authorizer that answered, whatever its policy says."""
    if isinstance(said, AuthorizerSays):
        log.add(f"Using valid authorizer policy for principal: {said.output.principal_id}")
    elif isinstance(decision, Deny):
        if decision.kind is GatewayResponseType.UNAUTHORIZED:
            log.add(f"Unauthorized request: {log.request_id}")
            log.add(decision.detail)
        else:
            log.add(f"Execution failed due to configuration error: {decision.detail}")
            log.add(decision.error_type)
        return decision.kind.default_status
    log.add("Successfully completed authorizer execution")
    return 0


def _shown(decision: Decision, said: Said) -> dict[str, Any]:
    """Give what an authorizer said of the caller."""
    match said:
        case AuthorizerSays():
            output = said.output
            return {
                "principalId": output.principal_id,
                "policy": json.dumps(output.policy_document),
                "authorization": {name: [value] for name, value in output.context.items()},
            }
        case VerifiedToken():
            return {} if isinstance(decision, Deny) else dict(said.authorizer)
        case AuthorizerRefused() | TokenRefused() | None:
            return {}
        case _:
            assert_never(said)


def _text(octets: bytes) -> str:
    text = octets.decode("utf-8", "replace")
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]} [TRUNCATED]"
