"""OAuth 2 without pages: client_credentials, refresh, revocation (cognito.md section C2)."""

import hmac
from collections.abc import Mapping
from typing import Any

from gatelodge.userpools import sign_in, tokens
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.pool import SERVER_KIND, Client, Pool, find_client
from gatelodge.userpools.refusal import Refused

_CLAIMS = {
    "email": {"email", "email_verified"},
    "phone": {"phone_number", "phone_number_verified"},
}
_ALL = {"openid", "profile"}


class OAuthError(Exception):
    """An error of RFC 6749 section 5.2."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


def issue(
    pools: UserPools,
    fields: Mapping[str, str],
    credentials: tuple[str, str] | None,
    now: float,
) -> dict[str, Any]:
    """Answer the token endpoint. Raises OAuthError."""
    grant = fields.get("grant_type")
    if not grant:
        raise OAuthError("invalid_request")
    pool, client = _authenticate(pools, fields, credentials)
    match grant:
        case "client_credentials":
            scope = _granted_scope(pools, pool, client, fields.get("scope"))
            return tokens.issue_to_client(pools, pool, client, scope, now)
        case "refresh_token":
            return _refresh(pools, pool, client, fields, now)
        case "authorization_code":
            # There are no pages yet, so no code was ever given out.
            raise OAuthError("invalid_grant")
        case _:
            raise OAuthError("unsupported_grant_type")


def revoke(
    pools: UserPools, fields: Mapping[str, str], credentials: tuple[str, str] | None
) -> None:
    """Revoke a refresh token and all that came of it (RFC 7009). Raises OAuthError."""
    token = fields.get("token")
    if not token:
        raise OAuthError("invalid_request")
    _, client = _authenticate(pools, fields, credentials, status=401)
    revoke_token(pools, client, token)


def revoke_token(pools: UserPools, client: Client, token: str) -> None:
    """Revoke a client's refresh token; one that is not there is revoked already."""
    if token.count(".") == 2:
        raise OAuthError("unsupported_token_type")
    if not client.revocable:
        raise OAuthError("unsupported_operation")
    with pools.store.transaction():
        found = pools.store.sign_in_by_token(tokens.hash_token(token))
        if found is not None and found.client == client.id:
            pools.store.revoke_sign_in(found.origin_jti)


def scope_shows(scopes: set[str], claim: str) -> bool:
    """Tell whether a token's scopes show an attribute: openid alone, and profile, show all."""
    narrowed = scopes & set(_CLAIMS)
    if "profile" in scopes or not narrowed:
        return bool(scopes & _ALL)
    return any(claim in _CLAIMS[scope] for scope in narrowed)


def _authenticate(
    pools: UserPools,
    fields: Mapping[str, str],
    credentials: tuple[str, str] | None,
    *,
    status: int = 400,
) -> tuple[Pool, Client]:
    """Find out which client asks; one with a secret must prove it (RFC 6749 section 2.3)."""
    client_id, secret = fields.get("client_id"), fields.get("client_secret")
    if credentials is not None:
        if secret is not None or client_id not in {None, credentials[0]}:
            raise OAuthError("invalid_request")
        client_id, secret = credentials
    if not client_id:
        raise OAuthError("invalid_request" if credentials is None else "invalid_client", status)
    try:
        pool, client = find_client(pools.store, client_id)
    except Refused:
        raise OAuthError("invalid_client", status) from None
    kept = client.secret(pools.master)
    if kept is None:
        if secret:
            raise OAuthError("invalid_client", status)
    elif secret is None or not hmac.compare_digest(kept.encode(), secret.encode()):
        raise OAuthError("invalid_client", status)
    return pool, client


def _granted_scope(pools: UserPools, pool: Pool, client: Client, asked: str | None) -> str:
    """Settle the scopes of a client's own token: its custom ones, or those of them it asks for."""
    body = client.body
    if (
        not client.has_secret
        or not body.get("AllowedOAuthFlowsUserPoolClient")
        or "client_credentials" not in body.get("AllowedOAuthFlows", ())
    ):
        raise OAuthError("unauthorized_client")
    servers = pools.store.children(pool.account, pool.region, SERVER_KIND, pool.id)
    exist = {
        f"{server.body['Identifier']}/{scope['ScopeName']}"
        for server in servers
        for scope in server.body.get("Scopes", ())
    }
    allowed = [scope for scope in body.get("AllowedOAuthScopes", ()) if scope in exist]
    wanted = allowed if not asked else list(dict.fromkeys(asked.split(" ")))
    if not wanted or not set(wanted) <= set(allowed):
        raise OAuthError("invalid_scope")
    return " ".join(wanted)


def _refresh(
    pools: UserPools, pool: Pool, client: Client, fields: Mapping[str, str], now: float
) -> dict[str, Any]:
    token = fields.get("refresh_token")
    if not token:
        raise OAuthError("invalid_request")
    if not client.allows("REFRESH_TOKEN_AUTH"):
        raise OAuthError("unauthorized_client")
    try:
        result, _ = sign_in.refresh(pools, pool, client, token, now)
    except Refused:
        raise OAuthError("invalid_grant") from None
    body = {
        "access_token": result["AccessToken"],
        "id_token": result["IdToken"],
        "expires_in": result["ExpiresIn"],
        "token_type": "Bearer",
    }
    if "RefreshToken" in result:
        body["refresh_token"] = result["RefreshToken"]
    return body
