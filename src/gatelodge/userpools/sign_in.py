"""Signing in: by password, by SRP, with a new password, by refresh token (cognito.md section B5).

Where a client hides its users, a name that nobody has takes every step that another takes.
Powers are computed outside of transactions.
"""

import hmac
import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from gatelodge import srp
from gatelodge.store import PoolUser
from gatelodge.userpools import attempts, passwords, sessions, tokens, users
from gatelodge.userpools import attributes as attr
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.pool import Client, Pool, check_secret_hash
from gatelodge.userpools.refusal import Refused, invalid, no_user, not_authorized

Parameters = Mapping[str, str]
Result = dict[str, Any]
_VERIFIER, _NEW_PASSWORD = "PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED"
_ATTRIBUTE = "userAttributes."
_MAX_NAME = 2_048


def initiate(
    pools: UserPools, pool: Pool, client: Client, flow: str, parameters: Parameters, now: float
) -> Result:
    """Begin: AWS's answer of InitiateAuth. Raises Refused."""
    enabled = "REFRESH_TOKEN_AUTH" if flow == "REFRESH_TOKEN" else flow
    if not client.allows(enabled):
        raise invalid(f"{flow} flow not enabled for this client")
    match enabled:
        case "USER_PASSWORD_AUTH" | "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH":
            return _by_password(pools, pool, client, parameters, now)
        case "USER_SRP_AUTH":
            return _srp_challenge(pools, pool, client, parameters, now)
        case "REFRESH_TOKEN_AUTH":
            if client.rotates:
                raise invalid("Refresh token rotation is enabled: call GetTokensFromRefreshToken")
            return _refreshed(pools, pool, client, parameters, now)
        case _:
            raise invalid("Auth flow not enabled for this client")


def respond(
    pools: UserPools,
    pool: Pool,
    client: Client,
    challenge: str,
    responses: Parameters,
    session: str | None,
    now: float,
) -> Result:
    """Go on: AWS's answer of RespondToAuthChallenge. Raises Refused."""
    if challenge == _VERIFIER:
        return _prove(pools, pool, client, responses, now)
    if challenge == _NEW_PASSWORD:
        return _new_password(pools, pool, client, responses, session, now)
    raise invalid(f"{challenge} challenges are not supported by gatelodge")


def refresh(
    pools: UserPools, pool: Pool, client: Client, token: str, now: float
) -> tuple[Result, PoolUser]:
    """Issue new tokens for a refresh token, and a new one where the client rotates them."""
    with pools.store.transaction():
        sign_in = pools.store.sign_in_by_token(tokens.hash_token(token))
        if sign_in is None or sign_in.client != client.id or sign_in.pool != pool.id:
            raise not_authorized("Invalid Refresh Token")
        if sign_in.revoked:
            raise not_authorized("Refresh Token has been revoked")
        if sign_in.expires < now:
            raise not_authorized("Refresh Token has expired")
        user = pools.store.pool_user_by_sub(pool.id, sign_in.sub)
        if user is None:
            raise not_authorized("Invalid Refresh Token")
        if not user.enabled:
            raise not_authorized("User is disabled.")
        renewed = None
        if client.rotates:
            renewed = tokens.new_refresh_token()
            pools.store.change_token(sign_in.origin_jti, tokens.hash_token(renewed))
    result = tokens.issue(pools, pool, client, user, sign_in, now)
    if renewed is not None:
        result["RefreshToken"] = renewed
    return result, user


def check_password(
    pools: UserPools, pool: Pool, client_hides: bool, name: str, password: str, now: float
) -> PoolUser:
    """Find a user by name and password; counts what fails. Raises Refused."""
    user = users.find(pools.store, pool, name)
    if user is None and not client_hides:
        raise no_user()
    key = _counted(pool, user, name)
    attempts.begin(pools.store, pool, key, now)
    kept, user_id = _kept(pools, pool, user, name)
    good = passwords.matches(pool, user_id, password, kept, pools.powers)
    if not good or user is None or user.verifier is None:
        raise not_authorized()
    attempts.succeeded(pools.store, pool, key)
    return user


def _by_password(
    pools: UserPools, pool: Pool, client: Client, parameters: Parameters, now: float
) -> Result:
    name, password = _needed(parameters, "USERNAME"), _needed(parameters, "PASSWORD")
    check_secret_hash(client, pools.master, parameters.get("SECRET_HASH"), name)
    user = check_password(pools, pool, client.hides_users, name, password, now)
    return _admit(pools, pool, client, user, now)


def _srp_challenge(
    pools: UserPools, pool: Pool, client: Client, parameters: Parameters, now: float
) -> Result:
    name = _needed(parameters, "USERNAME")
    public = srp.read_public(_needed(parameters, "SRP_A"))
    if public is None:
        raise invalid("SRP_A is not a public value")
    check_secret_hash(client, pools.master, parameters.get("SECRET_HASH"), name)
    user = users.find(pools.store, pool, name)
    if user is None and not client.hides_users:
        raise no_user()
    kept, user_id = _kept(pools, pool, user, name)
    answered = pools.powers.answer_client(public, kept.verifier)
    if answered is None:
        raise not_authorized()
    server_public, key = answered
    values = {
        "client": client.id,
        "sub": user.sub if user and user.verifier else "",
        "user_id": user_id,
        "counted": _counted(pool, user, name),
        "key": key.hex(),
    }
    block = sessions.seal(pools, _VERIFIER, values, now + client.session_seconds)
    return {
        "ChallengeName": _VERIFIER,
        "ChallengeParameters": {
            "SALT": f"{kept.salt:x}",
            "SECRET_BLOCK": block,
            "SRP_B": f"{server_public:x}",
            "USERNAME": user_id,
            "USER_ID_FOR_SRP": user_id,
        },
    }


def _prove(
    pools: UserPools, pool: Pool, client: Client, responses: Parameters, now: float
) -> Result:
    block = _needed(responses, "PASSWORD_CLAIM_SECRET_BLOCK")
    proof = _needed(responses, "PASSWORD_CLAIM_SIGNATURE")
    timestamp = _needed(responses, "TIMESTAMP")
    name = _needed(responses, "USERNAME")
    values = sessions.unseal(pools, _VERIFIER, block, client.id, now)
    user_id, key = values["user_id"], bytes.fromhex(values["key"])
    check_secret_hash(client, pools.master, responses.get("SECRET_HASH"), user_id, name)
    attempts.begin(pools.store, pool, values["counted"], now)
    expected = srp.sign_proof(key, pool.name_part, user_id, b64decode(block), timestamp)
    good = hmac.compare_digest(expected.encode(), proof.encode())
    user = pools.store.pool_user_by_sub(pool.id, values["sub"])
    if not good or user is None:
        raise not_authorized()
    attempts.succeeded(pools.store, pool, values["counted"])
    return _admit(pools, pool, client, user, now, used=values)


def _admit(
    pools: UserPools,
    pool: Pool,
    client: Client,
    user: PoolUser,
    now: float,
    used: Mapping[str, Any] | None = None,
) -> Result:
    """Admit a user whose password is proven: tokens, or the next challenge. Raises Refused."""
    _check_standing(user)
    if user.status == users.FORCE_CHANGE:
        if user.state.get("temporary_until", now) < now:
            raise not_authorized(
                "Temporary password has expired and must be reset by an administrator."
            )
        if used is not None:
            sessions.use(pools, used, now)
        return _new_password_challenge(pools, pool, client, user, now)
    return _signed_in(pools, pool, client, user, now, used)


def _check_standing(user: PoolUser) -> None:
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if user.status == users.UNCONFIRMED:
        raise Refused("UserNotConfirmedException", "User is not confirmed.")
    if user.status == users.RESET:
        raise Refused("PasswordResetRequiredException", "Password reset required for the user")


def _signed_in(
    pools: UserPools,
    pool: Pool,
    client: Client,
    user: PoolUser,
    now: float,
    used: Mapping[str, Any] | None,
) -> Result:
    with pools.store.transaction():
        if used is not None:
            sessions.use(pools, used, now)
        sign_in, refresh_token = tokens.begin(pools, client, user, now)
    result = tokens.issue(pools, pool, client, user, sign_in, now)
    return {
        "ChallengeParameters": {},
        "AuthenticationResult": {**result, "RefreshToken": refresh_token},
    }


def _new_password_challenge(
    pools: UserPools, pool: Pool, client: Client, user: PoolUser, now: float
) -> Result:
    values = {"client": client.id, "sub": user.sub}
    session = sessions.seal(pools, _NEW_PASSWORD, values, now + client.session_seconds)
    shown = attr.readable(client, user.attributes)
    return {
        "ChallengeName": _NEW_PASSWORD,
        "Session": session,
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps(
                [f"{_ATTRIBUTE}{name}" for name in _missing(pool, user.attributes)]
            ),
            "userAttributes": json.dumps(shown),
        },
    }


def _new_password(
    pools: UserPools,
    pool: Pool,
    client: Client,
    responses: Parameters,
    session: str | None,
    now: float,
) -> Result:
    name, password = _needed(responses, "USERNAME"), _needed(responses, "NEW_PASSWORD")
    values = sessions.unseal(pools, _NEW_PASSWORD, session, client.id, now)
    user = pools.store.pool_user_by_sub(pool.id, values["sub"])
    if user is None or user.status != users.FORCE_CHANGE:
        raise not_authorized("Invalid session for the user.")
    check_secret_hash(client, pools.master, responses.get("SECRET_HASH"), user.username, name)
    passwords.check_policy(pool, password)
    given = {
        key.removeprefix(_ATTRIBUTE): value
        for key, value in responses.items()
        if key.startswith(_ATTRIBUTE)
    }
    attr.check(pool, given)
    attr.check_writable(client, given)
    if _missing(pool, {**user.attributes, **given}):
        raise invalid("Invalid user attributes: a required attribute is missing")
    verifier = passwords.keep(pool, user.username, user.sub, password, pools.powers, pools.master)
    with pools.store.transaction():
        sessions.use(pools, values, now)
        user = users.again(pools.store, user)
        _check_standing(user)
        user = users.change(
            pools.store, pool, user, now,
            status=users.CONFIRMED, verifier=verifier, attributes={**user.attributes, **given},
        )  # fmt: skip
    return _signed_in(pools, pool, client, user, now, None)


def _refreshed(
    pools: UserPools, pool: Pool, client: Client, parameters: Parameters, now: float
) -> Result:
    token = _needed(parameters, "REFRESH_TOKEN")
    result, user = refresh(pools, pool, client, token, now)
    given = parameters.get("SECRET_HASH")
    names = (user.username, user.sub, *user.attributes.values())
    check_secret_hash(client, pools.master, given, *names)
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def _kept(
    pools: UserPools, pool: Pool, user: PoolUser | None, name: str
) -> tuple[passwords.Kept, str]:
    """Give what is kept of a password, or something like it, and the user's name for SRP."""
    if user is not None and user.verifier is not None:
        return passwords.open_kept(pool, user.sub, user.verifier, pools.master), user.username
    kept = passwords.made_up(pool, pool.key(name), pools.master)
    if user is not None:
        return kept, user.username
    if not pool.username_attributes:
        return kept, name
    secret = pools.master.derive(f"user pool {pool.id} subs")
    return kept, users.made_up_id(secret, pool.key(name))


def _counted(pool: Pool, user: PoolUser | None, name: str) -> str:
    """Give the name under which failed attempts are counted: one for all names of a user."""
    return pool.key(name)[:_MAX_NAME] if user is None else user.key


def _missing(pool: Pool, attributes: Mapping[str, str]) -> list[str]:
    """Name the required attributes that a user lacks."""
    return [
        name
        for name, described in pool.schema().items()
        if described.get("Required") and name != "sub" and not attributes.get(name)
    ]


def _needed(parameters: Parameters, name: str) -> str:
    value = parameters.get(name)
    if not value:
        raise invalid(f"Missing required parameter {name}")
    return value
