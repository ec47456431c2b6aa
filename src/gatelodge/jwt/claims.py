"""The claims of a token (RFC 7519 section 4). Whether they are true is the signature's matter."""

from collections.abc import Mapping
from typing import Any

from gatelodge.jwt.json_object import read_object
from gatelodge.jwt.parse import Token
from gatelodge.jwt.refusal import Fault, Refusal

Claims = Mapping[str, Any]
_MAX_TIME = 10**15


def read_claims(token: Token) -> dict[str, Any] | Refusal:
    """Read a token's payload as claims: a JSON object with a time of expiry."""
    claims = read_object(token.payload)
    if isinstance(claims, str):
        return Refusal(Fault.CLAIMS, f"the payload is {claims}")
    for name in ("exp", "nbf", "iat"):
        if name in claims and not _is_time(claims[name]):
            return Refusal(Fault.CLAIMS, f"{name} is not a number of seconds")
    if "exp" not in claims:
        return Refusal(Fault.CLAIMS, "exp is missing")
    return claims


def check_times(claims: Claims, now: float) -> Refusal | None:
    """Check claims that were read against a time in seconds, without leeway."""
    if claims["exp"] <= now:
        return Refusal(Fault.EXPIRED, f"{now - claims['exp']:.0f} seconds ago")
    if claims.get("nbf", now) > now:
        return Refusal(Fault.NOT_YET_VALID, f"for another {claims['nbf'] - now:.0f} seconds")
    return None


def _is_time(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < _MAX_TIME  # what is not finite is not smaller either
