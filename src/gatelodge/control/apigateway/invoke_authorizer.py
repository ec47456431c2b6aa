"""TestInvokeAuthorizer: one call of a Lambda authorizer as it is edited now, by its own mechanism.

Nothing is kept of the answer, and no kept answer is given.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.authorize.authorizer_output import AuthorizerRefused
from gatelodge.authorize.decision import Decision, Deny
from gatelodge.authorize.mechanisms.lambda_authorizer import LambdaAuthorizer
from gatelodge.authorize.questions import AskAuthorizer, AuthorizerSays
from gatelodge.context.call import Call as Attempt
from gatelodge.context.call import arn_prefix
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.invoke import STAGE, make_fields, make_request
from gatelodge.control.apigateway.serving import publishable
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.messages import Request
from gatelodge.published import Api, Stage

Said = AuthorizerSays | AuthorizerRefused | None
_EVERYTHING = {
    "id": "testing",
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
    if additionalContext:
        raise bad_request("additionalContext is not supported")
    with call.store.snapshot():
        documents.child(call, documents.AUTHORIZER, restApiId, authorizerId)
        form = read_form(call, restApiId) | {"policy": None, "resources": [_EVERYTHING]}
        api = publishable(call, restApiId, form, STAGE)
    stage = Stage(restApiId, STAGE, api.deployment_id, dict(stageVariables or {}))
    mechanism = _prepare(api, stage, authorizerId)
    fields = make_fields(headers or {}, multiValueHeaders or {})
    request = make_request(call, restApiId, "GET", pathWithQueryString or "/", fields, b"")
    began = time.monotonic()
    decision, said = _drive(call, mechanism, _attempt(api, stage, request))
    latency = int((time.monotonic() - began) * 1000)
    return {
        "clientStatus": _status(decision, said),
        "latency": latency,
        "log": _log(call, decision, said, latency),
        **(_shown(said) if isinstance(said, AuthorizerSays) else {}),
    }


def _prepare(api: Api, stage: Stage, authorizer_id: str) -> LambdaAuthorizer:
    authorizer = api.authorizers[authorizer_id]
    if authorizer.type not in {"TOKEN", "REQUEST"}:
        raise bad_request(f"Testing authorizers of type {authorizer.type} is not supported")
    try:
        return LambdaAuthorizer(authorizer, api, stage)
    except ValueError as error:
        raise bad_request(f"Invalid authorizer: {error}") from error


def _attempt(api: Api, stage: Stage, request: Request) -> Attempt:
    segments = request.raw_path.split("/")[5:]
    prefix = arn_prefix(api, stage)
    return Attempt(request, api, stage, segments, api.resources[0], {}, None, prefix)


def _drive(call: Call, mechanism: LambdaAuthorizer, attempt: Attempt) -> tuple[Decision, Said]:
    """Run the mechanism; gives its decision, and what the function said if it was asked."""
    story, answer = mechanism.decide(attempt), None
    while True:
        try:
            question = story.send(answer)
        except StopIteration as finished:
            return finished.value, answer
        if not isinstance(question, AskAuthorizer):
            raise TypeError(f"an authorizer does not ask {question!r}")
        # Under no identity, nothing is kept.
        answer = call.ask(AskAuthorizer(question.scope, None, question.event))


def _status(decision: Decision, said: Said) -> int:
    """Give 0 for a policy, whatever it says, and the status of the answer else."""
    if isinstance(said, AuthorizerSays):
        return 0
    return decision.kind.default_status if isinstance(decision, Deny) else 500


def _shown(said: AuthorizerSays) -> dict[str, Any]:
    output = said.output
    return {
        "principalId": output.principal_id,
        "policy": json.dumps(output.policy_document),
        "authorization": {name: [value] for name, value in output.context.items()},
    }


def _log(call: Call, decision: Decision, said: Said, latency: int) -> str:
    lines = [f"Execution log for request {call.request_id}"]
    if said is None:
        lines.append("The authorizer was not asked")
    else:
        lines.append(f"The authorizer was asked, and took {latency} ms")
    if isinstance(decision, Deny):
        lines.append(decision.detail or str(decision.message))
    return "\n".join(lines) + "\n"
