"""Tokens of a pool: issued to users and clients, and read back where they are shown (C1, B9)."""

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelodge import jwt
from gatelodge.store import PoolUser, SignIn
from gatelodge.userpools import attributes as attr
from gatelodge.userpools import signing
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.pool import GROUP_KIND, Client, Pool, find_pool
from gatelodge.userpools.refusal import Refused, no_pool, not_authorized
from gatelodge.world.token_keys import KEYS_KIND

SELF_SCOPE = "aws.cognito.signin.user.admin"
_REFRESH_BYTES = 48
_LOWEST = 1 << 31
"""Where a group without precedence stands."""


def keys_of(pools: UserPools, pool: Pool) -> Mapping[str, Any]:
    """Read a pool's signing keys. Raises Refused."""
    document = pools.store.document(pool.account, pool.region, KEYS_KIND, pool.id)
    if document is None:
        raise no_pool(pool.id)
    return document.body


def new_refresh_token() -> str:
    """Draw a refresh token; none begins with a dash, which command lines take for an option."""
    return f"r{secrets.token_urlsafe(_REFRESH_BYTES)}"


def hash_token(token: str) -> bytes:
    """Hash a refresh token as the store keeps it."""
    return hashlib.sha256(token.encode()).digest()


def begin(
    pools: UserPools, client: Client, user: PoolUser, now: float, scope: str = SELF_SCOPE
) -> tuple[SignIn, str]:
    """Note a new sign-in, inside a transaction; gives its refresh token, which is kept hashed."""
    refresh = new_refresh_token()
    sign_in = SignIn(
        origin_jti=str(uuid.uuid4()),
        pool=user.pool,
        sub=user.sub,
        client=client.id,
        token=hash_token(refresh),
        scope=scope,
        created=now,
        expires=now + client.validity("RefreshToken"),
    )
    pools.store.add_sign_in(sign_in)
    return sign_in, refresh


def issue(
    pools: UserPools, pool: Pool, client: Client, user: PoolUser, sign_in: SignIn, now: float
) -> dict[str, Any]:
    """Issue ID and access token of a sign-in: AWS's AuthenticationResult, no refresh token."""
    keys = keys_of(pools, pool)
    groups = groups_claims(pools, pool, user)
    shared: dict[str, Any] = {
        "sub": user.sub,
        "iss": pools.issuer(pool.id),
        "event_id": str(uuid.uuid4()),
        "auth_time": int(sign_in.created),
        "iat": int(now),
    }
    if client.revocable:
        shared["origin_jti"] = sign_in.origin_jti
    if "cognito:groups" in groups:
        shared["cognito:groups"] = groups["cognito:groups"]
    lifetime = client.validity("AccessToken")
    access = {
        **shared,
        "client_id": client.id,
        "token_use": "access",
        "scope": sign_in.scope,
        "exp": int(now) + lifetime,
        "jti": str(uuid.uuid4()),
        "username": user.username,
    }
    id_token = {
        **shared,
        **groups,
        **_user_claims(client, user),
        "cognito:username": user.username,
        "aud": client.id,
        "token_use": "id",
        "exp": int(now) + client.validity("IdToken"),
        "jti": str(uuid.uuid4()),
    }
    return {
        "AccessToken": signing.sign(keys, pool.id, "access", access, pools.master),
        "IdToken": signing.sign(keys, pool.id, "id", id_token, pools.master),
        "ExpiresIn": lifetime,
        "TokenType": "Bearer",
    }


def issue_to_client(
    pools: UserPools, pool: Pool, client: Client, scope: str, now: float
) -> dict[str, Any]:
    """Issue an access token to a client for itself (client_credentials)."""
    lifetime = client.validity("AccessToken")
    claims = {
        "sub": client.id,
        "token_use": "access",
        "scope": scope,
        "auth_time": int(now),
        "iss": pools.issuer(pool.id),
        "exp": int(now) + lifetime,
        "iat": int(now),
        "version": 2,
        "jti": str(uuid.uuid4()),
        "client_id": client.id,
    }
    token = signing.sign(keys_of(pools, pool), pool.id, "access", claims, pools.master)
    return {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An access token that was shown and is good: whose it is, and of which sign-in."""

    pool: Pool
    user: PoolUser
    claims: Mapping[str, Any]


def read_access(pools: UserPools, text: str, now: float, scope: str = SELF_SCOPE) -> Shown:
    """Read an access token of one of our pools for Cognito's own operations. Raises Refused."""
    pool, claims = _verified(pools, text, now)
    if claims.get("token_use") != "access" or not isinstance(claims.get("username"), str):
        raise not_authorized("Invalid Access Token")
    if scope not in str(claims.get("scope", "")).split(" "):
        raise not_authorized("Access Token does not have required scopes")
    origin = claims.get("origin_jti")
    if isinstance(origin, str):
        sign_in = pools.store.sign_in(origin)
        if sign_in is None or sign_in.revoked or sign_in.pool != pool.id:
            raise not_authorized("Access Token has been revoked")
    user = pools.store.pool_user_by_sub(pool.id, str(claims.get("sub")))
    if user is None:
        raise Refused("UserNotFoundException", "User does not exist.")
    if not user.enabled:
        raise not_authorized("User is disabled.")
    # A token that names no sign-in: whole seconds are all that tells old from new.
    if origin is None and claims.get("auth_time", 0) <= user.state.get("signed_out", 0):
        raise not_authorized("Access Token has been revoked")
    return Shown(pool, user, claims)


def _verified(pools: UserPools, text: str, now: float) -> tuple[Pool, jwt.Claims]:
    token = jwt.parse(text)
    claims = token if isinstance(token, jwt.Refusal) else jwt.read_claims(token)
    if isinstance(token, jwt.Refusal) or isinstance(claims, jwt.Refusal):
        raise not_authorized("Invalid Access Token")
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or not issuer.startswith(f"{pools.url}/"):
        raise not_authorized("Invalid Access Token")
    try:
        pool = find_pool(pools.store, issuer.removeprefix(f"{pools.url}/"))
        published = signing.published(keys_of(pools, pool), now)
    except Refused:
        raise not_authorized("Invalid Access Token") from None
    key = jwt.read_keys(published).get(token.kid or "")
    if key is None or jwt.verify(token, key) is not None:
        raise not_authorized("Invalid Access Token")
    untimely = jwt.check_times(claims, now)
    if untimely is not None:
        raise not_authorized("Access Token has expired")
    return pool, claims


def groups_claims(pools: UserPools, pool: Pool, user: PoolUser) -> dict[str, Any]:
    """Make the claims about groups and their roles (cognito.md section B8)."""
    names = pools.store.groups_of(user)
    if not names:
        return {}
    bodies = {
        str(document.body["GroupName"]): document.body
        for document in pools.store.children(pool.account, pool.region, GROUP_KIND, pool.id)
    }
    claims: dict[str, Any] = {"cognito:groups": names}
    ranked = [
        (bodies[name].get("Precedence", _LOWEST), bodies[name]["RoleArn"])
        for name in names
        if bodies.get(name, {}).get("RoleArn")
    ]
    if ranked:
        claims["cognito:roles"] = list(dict.fromkeys(role for _, role in ranked))
        best = min(precedence for precedence, _ in ranked)
        preferred = {role for precedence, role in ranked if precedence == best}
        if len(preferred) == 1:
            claims["cognito:preferred_role"] = preferred.pop()
    return claims


def _user_claims(client: Client, user: PoolUser) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for name, value in attr.readable(client, user.attributes).items():
        if name in attr.VERIFIED.values():
            claims[name] = value.lower() == "true"
        elif name == "address":
            claims[name] = {"formatted": value}
        else:
            claims[name] = value
    return claims
