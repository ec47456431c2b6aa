"""Decisions about user pools' tokens in words: whose token, what it is, which check it failed.

What was noted of the claims is checked again, by the mechanism's own function.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gatelodge.authorize.mechanisms.cognito_user_pools import UserPools
from gatelodge.explain.part import Part
from gatelodge.explain.record import Record
from gatelodge.published import Api, Method, Stage

TYPE = "COGNITO_USER_POOLS"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def token_owner(record: Record) -> str | None:
    """Name whom a verified token is about: a user, or a client that signed in for itself."""
    claims = record["evidence"] or {}
    for name in ("cognito:username", "username", "client_id"):
        if isinstance(claims.get(name), str):
            return str(claims[name])
    return None


def token_part(record: Record) -> Part:
    """Tell what was found out about the token, and what was wrong with it."""
    claims = record["evidence"]
    refused = record["kind"] in {"UNAUTHORIZED", "AUTHORIZER_CONFIGURATION_ERROR"}
    lines = [] if claims is None else _claims_lines(claims)
    if refused:
        lines.append(str(record["detail"]))
    return Part("token", "refused" if refused else "verified", lines)


def token_reason(record: Record) -> str:
    """Say in a sentence why the token was refused, or that it admits."""
    if record["kind"] is not None:
        return str(record["detail"])
    use = {"id": "ID", "access": "access"}.get(record["evidence"]["token_use"], "")
    return f"the {use} token is good, and the API has no resource policy"


def check_again(record: Record, api: Api, stage: Stage, method: Method) -> bool | None:
    """Check the noted claims again: whether they pass; None when nothing was verified."""
    claims = record["evidence"]
    if claims is None:
        return None
    pools = UserPools(method, api, stage.variables)
    return pools.check(claims, record["time"]) is None


def _claims_lines(claims: Mapping[str, Any]) -> list[str]:
    lines = [f"signed by {claims['iss']} with key {claims['kid']}, as {claims['pool']}"]
    shown = {
        "token_use": "token_use",
        "cognito:username": "user",
        "username": "user",
        "sub": "sub",
        "aud": "client (aud)",
        "client_id": "client",
        "scope": "scope",
    }
    lines += [f"{words} {claims[name]}" for name, words in shown.items() if name in claims]
    try:
        lines.append(f"expires {_EPOCH + timedelta(seconds=claims['exp']):%Y-%m-%dT%H:%M:%SZ}")
    except OverflowError:
        lines.append(f"expires {claims['exp']}")
    return lines
