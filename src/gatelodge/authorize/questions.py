"""What authorization may ask of the outside: the complete list."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from gatelodge.asking import Question
from gatelodge.authorize.authorizer_output import AuthorizerOutput, AuthorizerRefused
from gatelodge.authorize.evidence import Evidence
from gatelodge.context.claims import render_claims

if TYPE_CHECKING:
    from gatelodge.authorize.caller import Caller
    from gatelodge.authorize.decision import Allow, Decision
    from gatelodge.sigv4 import SigningKey


class KeyProblem(StrEnum):
    """Why an access key cannot be used (reference: sigv4.md section 8)."""

    UNKNOWN = "no such access key"
    INACTIVE = "the access key is inactive"
    TOKEN_MISSING = "a temporary access key needs its session token"  # noqa: S105 - a reason
    TOKEN_INVALID = "the session token is damaged or belongs to another key"  # noqa: S105 - a reason
    TOKEN_UNEXPECTED = "a long-term access key takes no session token"  # noqa: S105 - a reason
    EXPIRED = "the session token has expired"
    UNAVAILABLE = "the identity could not be read"


class KeyHolder:
    """The answer for a usable key: its caller and the signing key, never the secret."""

    __slots__ = ("caller", "signing_key")

    def __init__(self, signing_key: "SigningKey", caller: "Caller") -> None:
        self.signing_key = signing_key
        """Derived for the day, region and service that were asked for."""
        self.caller = caller


class KeyRefused:
    """The answer for a key that cannot be used; `detail` is for the operator, not the caller."""

    __slots__ = ("detail", "reason")

    def __init__(self, reason: KeyProblem, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail


class FindKey(Question[KeyHolder | KeyRefused]):
    """Asks whose access key this is, and for its signing key in this scope."""

    __slots__ = ("access_key_id", "date", "key", "region", "service", "session_token")

    def __init__(
        self, access_key_id: str, session_token: str | None, date: str, region: str, service: str
    ) -> None:
        self.access_key_id = access_key_id
        self.session_token = session_token
        self.date = date
        self.region = region
        self.service = service
        self.key = (access_key_id, session_token, date, region, service)
        """Everything that the answer depends on; equal keys are equal questions."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FindKey) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        # The session token is a secret.
        return f"FindKey({self.access_key_id!r}, {self.date}, {self.region}, {self.service})"


class TokenProblem(StrEnum):
    """Why a token names no caller."""

    UNTRUSTED = "the token cannot be trusted"
    ISSUER = "the token was issued by none of the authorizer's user pools"
    KEY = "the user pool has no such key"
    UNAVAILABLE = "the user pool's keys cannot be had"


class VerifiedToken:
    """The answer for a token that one of the pools signed. Its times and use are not judged."""

    __slots__ = ("allowed", "authorizer", "begins", "claims", "evidence", "expires", "pool")

    def __init__(self, pool: str, issuer: str, kid: str, claims: Mapping[str, Any]) -> None:
        self.pool = pool
        """The pool's ARN, as the authorizer names it."""
        self.claims = claims
        self.begins: float = claims.get("nbf", 0)
        self.expires: float = claims["exp"]
        self.allowed: dict[object, Allow] = {}
        """What methods decided that take these claims; not whether their time is now."""
        self.authorizer = {"claims": render_claims(claims)}
        """Made once for all calls with this token."""
        self.evidence = _evidence({"pool": pool, "iss": issuer, "kid": kid}, claims)


_EVIDENCE = (
    "token_use", "sub", "cognito:username", "username", "aud", "client_id", "scope", "exp", "nbf",
)  # fmt: skip
"""What is judged, and who it is about: the claims that a decision keeps."""
_MAX_EVIDENCE = 2_048


def _evidence(found: dict[str, Any], claims: Mapping[str, Any]) -> Evidence:
    """Add the claims that a decision keeps to what is known of their token."""
    for name in _EVIDENCE:
        value = claims.get(name)
        if isinstance(value, str):
            found[name] = value[:_MAX_EVIDENCE]
        elif isinstance(value, int | float):
            found[name] = value
    return Evidence(found)


class TokenRefused:
    """The answer for a token that names no caller; `detail` is for the operator."""

    __slots__ = ("detail", "reason")

    def __init__(self, reason: TokenProblem, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail


class VerifyToken(Question[VerifiedToken | TokenRefused]):
    """Asks whether one of these user pools signed this token."""

    __slots__ = ("pools", "token")

    def __init__(self, token: str, pools: tuple[str, ...]) -> None:
        self.token = token
        self.pools = pools
        """ARNs."""

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, VerifyToken)
            and self.token == other.token
            and self.pools == other.pools
        )

    def __hash__(self) -> int:
        return hash((self.token, self.pools))

    def __repr__(self) -> str:
        # The token is a secret.
        return f"VerifyToken(…, {self.pools})"


Identity = tuple[tuple[str, ...], ...]
"""The values of an authorizer's identity sources, in its order; a source can have several."""


class AuthorizerScope:
    """One authorizer of one stage of one deployment: what is kept of it belongs to no other."""

    __slots__ = ("api_id", "authorizer_id", "credentials", "deployment_id", "function", "name",
                 "source_arn", "stage", "ttl", "value")  # fmt: skip

    def __init__(
        self,
        api_id: str,
        stage: str,
        deployment_id: str,
        authorizer_id: str,
        *,
        name: str,
        function: str,
        credentials: str | None,
        source_arn: str,
        ttl: int,
    ) -> None:
        self.api_id = api_id
        self.stage = stage
        self.deployment_id = deployment_id
        self.authorizer_id = authorizer_id
        self.value = (api_id, stage, deployment_id, authorizer_id, function)
        """What makes it equal to another; stage variables may change the function."""
        self.name = name
        self.function = function
        """ARN of the function, qualifier included."""
        self.credentials = credentials
        """ARN of the role by which it is invoked; None where its own policy must admit."""
        self.source_arn = source_arn
        """Who invokes it, for the function's policy."""
        self.ttl = ttl
        """Seconds for which an answer is kept; 0 for not at all."""


class AuthorizerSays:
    """The answer of an authorizer's function, fresh or kept."""

    __slots__ = (
        "authorizer", "decisions", "evidence", "exhibit", "fresh", "latency_ms", "output",
        "request_id", "since",
    )  # fmt: skip

    def __init__(
        self,
        output: AuthorizerOutput,
        since: float,
        exhibit: str,
        *,
        fresh: bool,
        latency_ms: int,
        request_id: str = "",
    ) -> None:
        self.output = output
        self.since = since
        """When the function gave it, in seconds since 1970."""
        self.exhibit = exhibit
        """Names the policy, so that a decision can be replayed."""
        self.fresh = fresh
        """Whether the function was asked for this very call."""
        self.latency_ms = latency_ms
        self.request_id = request_id
        """Of the invocation that was made for this very call; empty for a kept answer."""
        self.evidence: Evidence | None = None
        """What the mechanism notes of it for every call."""
        self.decisions: dict[str, Decision] = {}
        """Method ARN → what an unconditional policy comes to, for the methods judged so far."""
        self.authorizer = {
            **output.context,
            "principalId": output.principal_id,
            "integrationLatency": latency_ms,
        }
        """As `requestContext.authorizer` shows it; made once for all calls that are served it."""


class AskAuthorizer(msgspec.Struct, Question[AuthorizerSays | AuthorizerRefused], eq=False):
    """Asks a Lambda authorizer about a caller.

    The method is not part of the question: one answer, kept, serves all methods of its stage.
    """

    scope: AuthorizerScope
    identity: Identity | None
    """What an answer is kept under; None where none is kept."""
    event: Callable[[], bytes]
    """Writes the event; called only when the function must be asked."""

    @property
    def key(self) -> tuple[tuple[str, ...], Identity | None]:
        """What makes it equal to another."""
        return self.scope.value, self.identity

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AskAuthorizer) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        # The identity is a secret.
        return f"AskAuthorizer({self.scope.value})"


class AskTurn(Question[bool]):
    """Asks whether one more call of a throttled method may come now: True counts it."""

    __slots__ = ("bucket", "burst_limit", "rate_limit")

    def __init__(
        self, method: tuple[str, str, str, str], burst_limit: int, rate_limit: float
    ) -> None:
        self.bucket = (*method, str(burst_limit), str(rate_limit))
        """What is counted together: API, stage, path, verb and limits, since others begin anew."""
        self.burst_limit = burst_limit
        self.rate_limit = rate_limit

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AskTurn) and self.bucket == other.bucket

    def __hash__(self) -> int:
        return hash(self.bucket)

    def __repr__(self) -> str:
        return f"AskTurn({', '.join(self.bucket)})"
