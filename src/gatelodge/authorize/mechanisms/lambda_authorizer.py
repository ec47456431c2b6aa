"""Methods with CUSTOM: a Lambda function is asked who calls, and answers with an IAM policy.

Reference: lambda-authorizer.md, authorization-workflow.md section 3.2. A resource policy that
denies ends it unasked. What is kept of an answer is the policy, which is judged anew for every
method; whoever cannot show the identity that answers are kept under is refused unasked too.
"""

from collections.abc import Callable
from functools import partial
from typing import assert_never

from gatelodge import iam
from gatelodge.asking import Asking
from gatelodge.authorize.authorizer_output import AuthorizerProblem, AuthorizerRefused
from gatelodge.authorize.combine import by_resource_policy_alone, with_authorizer
from gatelodge.authorize.decision import Decision, Deny, Mechanism
from gatelodge.authorize.evidence import Evidence
from gatelodge.authorize.questions import (
    AskAuthorizer,
    AuthorizerSays,
    AuthorizerScope,
    Identity,
)
from gatelodge.authorize.resource_policy import judge_anonymous
from gatelodge.context.call import Call
from gatelodge.context.events import (
    event_headers,
    event_path,
    event_query,
    last_values,
    request_context,
    write_event,
)
from gatelodge.context.expressions import compile_expression
from gatelodge.context.function_uri import function_arn
from gatelodge.context.query import read_query
from gatelodge.openapi import compile_validation
from gatelodge.published import Api, Authorizer, GatewayResponseType, Method, Stage

_HEADER = "method.request.header."
_QUERY = "method.request.querystring."
_UNAUTHORIZED = "Unauthorized"

Source = Callable[[Call], tuple[str, ...]]
"""Gives the values of one identity source; none where the request does not have it."""


class LambdaAuthorizer:
    """The authorizer of one method, prepared for one stage."""

    __slots__ = (
        "_header", "_is_token", "_names", "_scope", "_sources", "_takes_any_token", "_validates",
    )  # fmt: skip

    def __init__(self, authorizer: Authorizer, api: Api, stage: Stage) -> None:
        """Prepare. Raises ValueError when it cannot work."""
        names = [name.strip() for name in authorizer.identity_source.split(",") if name.strip()]
        ttl = authorizer.authorizer_result_ttl_in_seconds
        self._is_token = authorizer.type == "TOKEN"
        if self._is_token and (len(names) != 1 or not names[0].startswith(_HEADER)):
            raise ValueError(f"authorizer {authorizer.name!r} does not name one header")
        if not names and ttl:
            raise ValueError(f"authorizer {authorizer.name!r} keeps answers under no identity")
        self._names = names
        self._header = names[0][len(_HEADER) :].lower() if self._is_token else ""
        self._sources = [_source(name) for name in names]
        expression = authorizer.identity_validation_expression
        self._validates = (
            compile_validation(expression, whole=False)
            if self._is_token and expression is not None
            else None
        )
        self._takes_any_token = self._is_token and self._validates is None
        arn = f"arn:{api.partition}:execute-api:{api.region}:{api.account}:{api.id}"
        self._scope = AuthorizerScope(
            api.id,
            stage.name,
            api.deployment_id,
            authorizer.id,
            name=authorizer.name,
            function=function_arn(authorizer.authorizer_uri or "", stage.variables),
            credentials=authorizer.authorizer_credentials,
            source_arn=f"{arn}/authorizers/{authorizer.id}",
            ttl=ttl,
        )

    def decide(self, call: Call) -> Asking[Decision]:
        """Decide one call."""
        fence = None
        if call.resource_policy is not None:
            fence = judge_anonymous(call, call.resource_policy)
            if fence.verdict is iam.Verdict.DENIED:
                return by_resource_policy_alone(call, fence)
        headers = call.request.headers
        token = None
        if self._takes_any_token and not headers.repeated:
            token = headers.index.get(self._header)
        # The everyday case is a token that is there.
        identity = ((token,),) if token else self._identity(call)
        if isinstance(identity, Deny):
            return identity
        # Without asking.ask, whose generator costs as much as looking up what is kept.
        answer: AuthorizerSays | AuthorizerRefused = yield AskAuthorizer(
            self._scope,
            identity if self._scope.ttl else None,
            partial(self._event, call),
        )
        if isinstance(answer, AuthorizerRefused):
            return self._refused(answer)
        if fence is None:
            known = answer.decisions.get(call.method_arn)
            if known is not None:
                return known
        evidence = answer.evidence
        if evidence is None:
            evidence = answer.evidence = self._evidence(answer)
        return with_authorizer(call, answer, fence, evidence)

    def _identity(self, call: Call) -> Identity | Deny:
        """Read the identity sources; a request that lacks one is refused, where AWS asks for it."""
        identity = tuple(source(call) for source in self._sources)
        if self._is_token:
            values = identity[0]
            if len(values) > 1:
                # Which of them a backend would look at is anybody's guess.
                return self._unauthorized(f"{self._names[0]} stands there more than once")
            if not values or not values[0]:
                return self._unauthorized(f"the request has no {self._names[0]}")
            if self._validates is not None and not self._validates(values[0]):
                return self._unauthorized(
                    f"{self._names[0]} does not match the authorizer's identityValidationExpression"
                )
        elif self._scope.ttl:
            for name, values in zip(self._names, identity, strict=True):
                if not any(values):
                    return self._unauthorized(f"the request has no {name}")
        return identity

    def _event(self, call: Call) -> bytes:
        """Write what the function is given."""
        if self._is_token:
            return write_event(
                {
                    "type": "TOKEN",
                    "methodArn": call.method_arn,
                    "authorizationToken": call.request.headers.get(self._header),
                }
            )
        headers, query = event_headers(call), event_query(call.request.raw_query)
        return write_event(
            {
                "type": "REQUEST",
                "methodArn": call.method_arn,
                "resource": call.resource.path if call.resource else None,
                "path": event_path(call),
                "httpMethod": call.request.method,
                "headers": last_values(headers),
                "multiValueHeaders": headers,
                "queryStringParameters": last_values(query),
                "multiValueQueryStringParameters": query,
                "pathParameters": call.parameters,
                "stageVariables": call.stage.variables,
                "requestContext": request_context(call),
            }
        )

    def _evidence(self, answer: AuthorizerSays) -> Evidence:
        """Note what is decided by, without what the function says of the caller."""
        return Evidence(
            {
                "authorizer": self._scope.name,
                "function": self._scope.function,
                "principalId": answer.output.principal_id[:512],
                "exhibit": answer.exhibit,
                "fresh": answer.fresh,
                "latency": answer.latency_ms,
                "since": int(answer.since),
                **({"requestId": answer.request_id} if answer.request_id else {}),
            }
        )

    def _unauthorized(self, detail: str) -> Deny:
        return Deny(
            GatewayResponseType.UNAUTHORIZED,
            "UnauthorizedException",
            _UNAUTHORIZED,
            detail=f"{detail}, so authorizer {self._scope.name} was not asked",
        )

    def _refused(self, answer: AuthorizerRefused) -> Deny:
        detail = f"authorizer {self._scope.name}: {answer.reason.value}"
        if answer.detail:
            detail += f" ({answer.detail})"
        match answer.reason:
            case AuthorizerProblem.UNAUTHORIZED:
                return Deny(
                    GatewayResponseType.UNAUTHORIZED,
                    "UnauthorizedException",
                    _UNAUTHORIZED,
                    detail=detail,
                )
            case AuthorizerProblem.FAILED:
                kind = GatewayResponseType.AUTHORIZER_FAILURE
            case AuthorizerProblem.MALFORMED | AuthorizerProblem.UNINVOKED:
                kind = GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR
            case _:
                assert_never(answer.reason)
        return Deny(kind, "AuthorizerConfigurationException", None, detail=detail)


def prepare(method: Method, api: Api, stage: Stage) -> Mechanism:
    """Prepare a method's mechanism. Raises ValueError when it has no such authorizer."""
    authorizer = api.authorizers.get(method.authorizer_id or "")
    if authorizer is None or authorizer.type not in {"TOKEN", "REQUEST"}:
        raise ValueError(f"the method has no Lambda authorizer: {method.authorizer_id!r}")
    return LambdaAuthorizer(authorizer, api, stage).decide


def _source(name: str) -> Source:
    """Compile an identity source. Raises ValueError.

    Every value of a repeated field or parameter counts: the function sees them all, so an answer
    must not be kept under one of them only.
    """
    if name.startswith(_HEADER):
        header = name[len(_HEADER) :].lower()
        return lambda call: tuple(call.request.headers.all(header))
    if name.startswith(_QUERY):
        parameter = name[len(_QUERY) :]
        return lambda call: tuple(
            value for key, value in read_query(call.request.raw_query) if key == parameter
        )
    expression = compile_expression(name)

    def read(call: Call) -> tuple[str, ...]:
        value = expression(call)
        return () if value is None else (value,)

    return read
