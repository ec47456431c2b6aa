"""Methods with COGNITO_USER_POOLS: the token first, then the resource policy as anonymous.

Reference: cognito.md part A, authorization-workflow.md section 3.4. Without scopes a method takes
an ID token, with scopes an access token that has one of them. What was revoked since is not asked:
a token is good until it expires.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge import jwt
from gatelodge.asking import Asking
from gatelodge.authorize.combine import by_resource_policy_alone
from gatelodge.authorize.decision import Allow, Decision, Deny, Mechanism
from gatelodge.authorize.evidence import Evidence
from gatelodge.authorize.questions import (
    TokenProblem,
    TokenRefused,
    VerifiedToken,
    VerifyToken,
)
from gatelodge.authorize.resource_policy import judge_anonymous
from gatelodge.context.call import Call
from gatelodge.messages import Request
from gatelodge.openapi import compile_validation
from gatelodge.published import Api, GatewayResponseType, Method, Stage

_HEADER = "method.request.header."
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}", re.ASCII)
_BEARER = "bearer "
MAX_METHODS = 64
"""Methods of which one token remembers that they take it."""
UNAUTHORIZED = "Unauthorized"
EXPIRED = "The incoming token has expired"


class ClaimsRefused:
    """Claims that a method does not take: the answer's text, and the reason for the operator."""

    __slots__ = ("detail", "message")

    def __init__(self, detail: str, message: str = UNAUTHORIZED) -> None:
        self.detail = detail
        self.message = message


class UserPools:
    """The user pools that one method trusts, and what it demands of their tokens."""

    __slots__ = ("_scopes", "_validates", "arns", "header")

    def __init__(self, method: Method, api: Api, stage_variables: Mapping[str, str]) -> None:
        """Prepare. Raises ValueError when the method has no such authorizer."""
        authorizer = api.authorizers.get(method.authorizer_id or "")
        if authorizer is None or authorizer.type != "COGNITO_USER_POOLS":
            raise ValueError(f"the method has no user pools: authorizer {method.authorizer_id!r}")
        if not authorizer.identity_source.startswith(_HEADER) or not authorizer.provider_arns:
            raise ValueError(f"authorizer {authorizer.name!r} has no header or no user pools")
        self.header = authorizer.identity_source[len(_HEADER) :].lower()
        """The header field that holds the token, in lower case."""
        # A variable that the stage lacks leaves an ARN that no pool has.
        self.arns = tuple(
            _STAGE_VARIABLE.sub(lambda match: stage_variables.get(match[1], ""), arn)
            for arn in authorizer.provider_arns
        )
        """Of the pools."""
        self._scopes = frozenset(method.authorization_scopes)
        expression = authorizer.identity_validation_expression
        self._validates = None if expression is None else compile_validation(expression)

    def decide(self, call: Call) -> Asking[Decision]:
        """Decide one call."""
        request = call.request
        token = self._token(request)
        if isinstance(token, ClaimsRefused):
            return _unauthorized(token)
        answer: VerifiedToken | TokenRefused = yield VerifyToken(token, self.arns)
        if isinstance(answer, TokenRefused):
            return _refused(answer)
        now = request.received_at.timestamp()
        allowed = answer.allowed.get(self)
        if allowed is None or not answer.begins <= now < answer.expires:
            refused = self.check(answer.claims, now)
            if refused is not None:
                return _unauthorized(refused, answer.evidence)
            if len(answer.allowed) >= MAX_METHODS:
                answer.allowed.clear()
            allowed = Allow(None, None, authorizer=answer.authorizer, evidence=answer.evidence)
            answer.allowed[self] = allowed
        policy = call.resource_policy
        if policy is None:
            return allowed
        ruling = judge_anonymous(call, policy)
        return by_resource_policy_alone(call, ruling, answer.authorizer, answer.evidence)

    def check(self, claims: Mapping[str, Any], now: float) -> ClaimsRefused | None:
        """Check the claims of a verified token, in the order of cognito.md section A3."""
        untimely = jwt.check_times(claims, now)
        if untimely is not None:
            expired = untimely.fault is jwt.Fault.EXPIRED
            return ClaimsRefused(str(untimely), EXPIRED if expired else UNAUTHORIZED)
        use, wanted = claims.get("token_use"), "access" if self._scopes else "id"
        if use != wanted:
            return ClaimsRefused(
                f"this is {_token_words(use)}; the method takes {_token_words(wanted)}, because it "
                f"has {'scopes' if self._scopes else 'no scopes'}"
            )
        if self._validates is not None:
            audience = claims.get("aud")
            if not isinstance(audience, str):
                return ClaimsRefused(
                    "the authorizer's identityValidationExpression needs the claim aud, which "
                    "access tokens do not have"
                )
            if not self._validates(audience):
                return ClaimsRefused(
                    f"aud {audience[:100]!r} does not match the authorizer's "
                    "identityValidationExpression"
                )
        if self._scopes:
            scope = claims.get("scope")
            granted = scope.split(" ") if isinstance(scope, str) else []
            if self._scopes.isdisjoint(granted):
                return ClaimsRefused(
                    f"the token has none of the method's scopes {', '.join(sorted(self._scopes))}"
                )
        return None

    def _token(self, request: Request) -> str | ClaimsRefused:
        headers = request.headers
        value = headers.index.get(self.header)
        if not value:
            return ClaimsRefused(f"there is no header field {self.header}")
        if headers.repeated and len(headers.all(self.header)) != 1:
            # Which of them a backend would look at is anybody's guess.
            return ClaimsRefused(f"the header field {self.header} stands there more than once")
        return value[len(_BEARER) :] if value[: len(_BEARER)].lower() == _BEARER else value


def prepare(method: Method, api: Api, stage: Stage) -> Mechanism:
    """Prepare a method's mechanism. Raises ValueError when it has no such authorizer."""
    return UserPools(method, api, stage.variables).decide


def _token_words(use: object) -> str:
    known = {"id": "an ID token", "access": "an access token"}
    return known.get(use, "a token of unknown use") if isinstance(use, str) else "no Cognito token"


def _unauthorized(refused: ClaimsRefused, evidence: Evidence | None = None) -> Deny:
    return Deny(
        GatewayResponseType.UNAUTHORIZED,
        "UnauthorizedException",
        refused.message,
        detail=refused.detail,
        evidence=evidence,
    )


def _refused(answer: TokenRefused) -> Deny:
    detail = f"{answer.reason.value}: {answer.detail}" if answer.detail else answer.reason.value
    if answer.reason is TokenProblem.UNAVAILABLE:
        return Deny(
            GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR,
            "AuthorizerConfigurationException",
            None,
            detail=detail,
        )
    return _unauthorized(ClaimsRefused(detail))
