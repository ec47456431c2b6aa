"""What administrators do with a pool's users (cognito.md B4): one function for each operation."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from gatelodge.store import PoolUser
from gatelodge.userpools import attributes as attr
from gatelodge.userpools import codes, passwords, users
from gatelodge.userpools.accounts import RESET, write_attributes
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.pool import Pool
from gatelodge.userpools.refusal import Refused, invalid, not_authorized

_DAY = 86_400


def create_user(
    pools: UserPools,
    pool: Pool,
    name: str,
    attributes: Mapping[str, str],
    password: str | None,
    now: float,
    *,
    action: str | None = None,
    mediums: list[str] | None = None,
) -> PoolUser:
    """AdminCreateUser. action: SUPPRESS sends nothing, RESEND invites an existing user again."""
    password = password or passwords.temporary()
    passwords.check_policy(pool, password)
    if action == "RESEND":
        user = users.get(pools.store, pool, name)
        if user.status != users.FORCE_CHANGE:
            raise Refused(
                "UnsupportedUserStateException",
                f"Resend not possible. {user.status} is not a valid state",
            )
    else:
        user = users.draft(
            pools.store, pool, name, attributes, users.FORCE_CHANGE, now,
            taken="User account already exists",
        )  # fmt: skip
    verifier = passwords.keep(pool, user.username, user.sub, password, pools.powers, pools.master)
    days = pool.password_policy["TemporaryPasswordValidityDays"] or 7
    state = {**user.state, "temporary_until": now + days * _DAY}
    user = dataclasses.replace(user, verifier=verifier, state=state)
    with pools.store.transaction():
        if action == "RESEND":
            users.again(pools.store, user)
            user = users.change(pools.store, pool, user, now, verifier=verifier, state=state)
        else:
            users.check_names_free(pools.store, pool, user)
            users.add(pools.store, pool, user)
            for attribute in attr.VERIFIED:
                if attr.is_verified(user.attributes, attribute):
                    users.check_alias_free(pools.store, pool, user, attribute)
    if action != "SUPPRESS":
        wanted = {"EMAIL": "email", "SMS": "phone_number"}
        for medium in mediums or ["SMS"]:
            if user.attributes.get(wanted[medium]):
                codes.send(pools, pool, user, wanted[medium], password, invited=True)
    return user


def set_password(
    pools: UserPools, pool: Pool, name: str, password: str, now: float, *, permanent: bool
) -> None:
    """AdminSetUserPassword."""
    user = users.get(pools.store, pool, name)
    passwords.check_policy(pool, password)
    verifier = passwords.keep(pool, user.username, user.sub, password, pools.powers, pools.master)
    with pools.store.transaction():
        user = users.again(pools.store, user)
        state = dict(user.state)
        status = users.CONFIRMED
        if not permanent:
            days = pool.password_policy["TemporaryPasswordValidityDays"] or 7
            state["temporary_until"] = now + days * _DAY
            status = users.FORCE_CHANGE
        users.change(pools.store, pool, user, now, verifier=verifier, status=status, state=state)
        pools.store.forget_failures(pool.id, user.key)


def confirm_sign_up(pools: UserPools, pool: Pool, name: str, now: float) -> None:
    """AdminConfirmSignUp."""
    with pools.store.transaction():
        user = users.get(pools.store, pool, name)
        if user.status != users.UNCONFIRMED:
            raise not_authorized(f"User cannot be confirmed. Current status is {user.status}")
        users.change(pools.store, pool, user, now, status=users.CONFIRMED)


def set_enabled(pools: UserPools, pool: Pool, name: str, now: float, *, enabled: bool) -> None:
    """AdminEnableUser and AdminDisableUser; a disabled user's refresh tokens are void."""
    with pools.store.transaction():
        user = users.get(pools.store, pool, name)
        users.change(pools.store, pool, user, now, enabled=enabled)
        if not enabled:
            pools.store.revoke_sign_ins(pool.id, user.sub)


def delete_user(pools: UserPools, pool: Pool, name: str) -> None:
    """AdminDeleteUser."""
    with pools.store.transaction():
        user = users.get(pools.store, pool, name)
        pools.store.remove_pool_user(pool.id, user.sub)


def reset_password(pools: UserPools, pool: Pool, name: str, now: float) -> None:
    """AdminResetUserPassword: the password is void, and a code is sent for a new one."""
    with pools.store.transaction():
        user = users.get(pools.store, pool, name)
        if user.status == users.UNCONFIRMED:
            raise not_authorized("User password cannot be reset in the current state.")
        attribute = codes.addressed(pool, user.attributes, verified=True)
        if attribute is None:
            raise invalid(
                "Cannot reset password for the user as there is no registered/verified email or "
                "phone_number"
            )
        state, code = codes.issue(pools, user, RESET, attribute, codes.RESET_SECONDS, now)
        user = users.change(pools.store, pool, user, now, status=users.RESET, state=state)
        pools.store.revoke_sign_ins(pool.id, user.sub)
    codes.send(pools, pool, user, attribute, code)


def update_attributes(
    pools: UserPools, pool: Pool, name: str, attributes: Mapping[str, str], now: float
) -> None:
    """AdminUpdateUserAttributes: what is verified is for the administrator to say."""
    attr.check(pool, attributes)
    with pools.store.transaction():
        user = users.get(pools.store, pool, name)
        write_attributes(pools, pool, user, attributes, now)


def shown(user: PoolUser, names: list[str] | None = None) -> dict[str, Any]:
    """Write a user as AWS's UserType."""
    attributes = attr.write_list(user.sub, user.attributes)
    if names is not None:
        attributes = [a for a in attributes if a["Name"] in names]
    return {
        "Username": user.username,
        "Attributes": attributes,
        "UserCreateDate": user.created,
        "UserLastModifiedDate": user.modified,
        "Enabled": user.enabled,
        "UserStatus": user.status,
    }
