"""What authorization may ask of the outside: the complete list."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gatelodge.asking import Question
from gatelodge.context.claims import render_claims

if TYPE_CHECKING:
    from gatelodge.authorize.caller import Caller
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

    __slots__ = ("access_key_id", "date", "region", "service", "session_token")

    def __init__(
        self, access_key_id: str, session_token: str | None, date: str, region: str, service: str
    ) -> None:
        self.access_key_id = access_key_id
        self.session_token = session_token
        self.date = date
        self.region = region
        self.service = service

    def _value(self) -> tuple[str, str | None, str, str, str]:
        return (self.access_key_id, self.session_token, self.date, self.region, self.service)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FindKey) and self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

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

    __slots__ = ("authorizer", "claims", "evidence", "pool")

    def __init__(self, pool: str, issuer: str, kid: str, claims: Mapping[str, Any]) -> None:
        self.pool = pool
        """The pool's ARN, as the authorizer names it."""
        self.claims = claims
        self.authorizer = {"claims": render_claims(claims)}
        """Made once for all calls with this token."""
        self.evidence = {"pool": pool, "iss": issuer, "kid": kid} | {
            name: claims[name][:_MAX_EVIDENCE] if isinstance(claims[name], str) else claims[name]
            for name in _EVIDENCE
            if isinstance(claims.get(name), str | int | float)
        }


_EVIDENCE = (
    "token_use", "sub", "cognito:username", "username", "aud", "client_id", "scope", "exp", "nbf",
)  # fmt: skip
"""What is judged, and who it is about: the claims that a decision keeps."""
_MAX_EVIDENCE = 2_048


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
