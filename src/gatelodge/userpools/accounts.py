"""What users do themselves: sign up, confirm, recover, change what is theirs (cognito.md B4).

Each function is one operation: AWS's answer, or Refused. Powers and messages are outside of
transactions; a code is kept before it is sent.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from gatelodge.store import PoolUser
from gatelodge.userpools import attributes as attr
from gatelodge.userpools import codes, passwords, tokens, users
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.pool import Client, Pool, check_secret_hash
from gatelodge.userpools.refusal import invalid, no_user, not_authorized
from gatelodge.userpools.sending import send, send_in_secret
from gatelodge.userpools.sign_in import check_password

Answer = dict[str, Any]
SIGN_UP, RESET = "sign-up", "reset"


def sign_up(
    pools: UserPools,
    pool: Pool,
    client: Client,
    name: str,
    password: str,
    attributes: Mapping[str, str],
    proof: str | None,
    now: float,
) -> Answer:
    """SignUp."""
    check_secret_hash(client, pools.master, proof, name)
    if pool.body.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        raise not_authorized("SignUp is not permitted for this user pool")
    passwords.check_policy(pool, password)
    attr.check_writable(client, attributes)
    user = users.draft(pools.store, pool, name, attributes, users.UNCONFIRMED, now)
    verifier = passwords.keep(pool, user.username, user.sub, password, pools.powers, pools.master)
    attribute = codes.addressed(pool, user.attributes, verified=False)
    code = None
    state: Mapping[str, Any] = {}
    if attribute is not None:
        seconds = codes.SIGN_UP_SECONDS
        state, code = codes.issue(pools, user, SIGN_UP, attribute, seconds, now)
    user = _with(user, verifier, state)
    with pools.store.transaction():
        users.check_names_free(pools.store, pool, user)
        users.add(pools.store, pool, user)
    answer: Answer = {"UserConfirmed": False, "UserSub": user.sub}
    if attribute is not None and code is not None:
        answer["CodeDeliveryDetails"] = codes.send(pools, pool, user, attribute, code)
    return answer


def confirm_sign_up(
    pools: UserPools,
    pool: Pool,
    client: Client,
    name: str,
    code: str,
    proof: str | None,
    now: float,
    *,
    force_alias: bool = False,
) -> Answer:
    """ConfirmSignUp."""
    check_secret_hash(client, pools.master, proof, name)
    user = _known(pools, pool, client, name, now)
    refused = None
    with pools.store.transaction():
        user = users.again(pools.store, user)
        if user.status != users.UNCONFIRMED:
            raise not_authorized(f"User cannot be confirmed. Current status is {user.status}")
        state, attribute, refused = codes.check(pools, user, SIGN_UP, code, now)
        if refused is None and attribute is not None:
            if force_alias:
                _take_alias(pools, pool, user, attribute, now)
            users.check_alias_free(pools.store, pool, user, attribute)
            verified = {**user.attributes, attr.VERIFIED[attribute]: "true"}
            users.change(
                pools.store, pool, user, now,
                state=state, status=users.CONFIRMED, attributes=verified,
            )  # fmt: skip
        elif state != user.state:
            users.change(pools.store, pool, user, now, state=state)
    if refused is not None:
        raise refused
    return {}


def resend(
    pools: UserPools, pool: Pool, client: Client, name: str, proof: str | None, now: float
) -> Answer:
    """ResendConfirmationCode."""
    check_secret_hash(client, pools.master, proof, name)
    user = users.find(pools.store, pool, name)
    attribute = _address(pool, user, verified=False)
    seconds = codes.SIGN_UP_SECONDS
    if client.hides_users:
        address = attribute if user is not None and user.status == users.UNCONFIRMED else None
        return send_in_secret(pools, pool, user, name, SIGN_UP, address, seconds, now)
    if user is None:
        raise no_user()
    if user.status != users.UNCONFIRMED:
        raise invalid("User is already confirmed.")
    if not attribute:
        raise invalid("Auto verification not turned on.")
    return send(pools, pool, user, SIGN_UP, attribute, seconds, now)


def forgot_password(
    pools: UserPools, pool: Pool, client: Client, name: str, proof: str | None, now: float
) -> Answer:
    """ForgotPassword."""
    check_secret_hash(client, pools.master, proof, name)
    user = users.find(pools.store, pool, name)
    attribute = _address(pool, user, verified=True)
    seconds = codes.RESET_SECONDS
    if client.hides_users:
        address = attribute if user is not None and _may_reset(user) else None
        return send_in_secret(pools, pool, user, name, RESET, address, seconds, now)
    if user is None:
        raise no_user()
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if not _may_reset(user):
        raise not_authorized("User password cannot be reset in the current state.")
    if not attribute:
        raise invalid(
            "Cannot reset password for the user as there is no registered/verified email or "
            "phone_number"
        )
    return send(pools, pool, user, RESET, attribute, seconds, now)


def confirm_forgot_password(
    pools: UserPools,
    pool: Pool,
    client: Client,
    name: str,
    code: str,
    password: str,
    proof: str | None,
    now: float,
) -> Answer:
    """ConfirmForgotPassword."""
    check_secret_hash(client, pools.master, proof, name)
    passwords.check_policy(pool, password)
    user = _known(pools, pool, client, name, now)
    sent = _may_reset(user) and _address(pool, user, verified=True)
    if client.hides_users and not sent:
        raise codes.refuse_unknown(pools, pool, user.key, now)
    # The code first: nobody who does not know it makes us compute powers.
    with pools.store.transaction():
        user = users.again(pools.store, user)
        state, attribute, refused = codes.check(pools, user, RESET, code, now)
        if state != user.state:
            user = users.change(pools.store, pool, user, now, state=state)
    if refused is not None:
        raise refused
    verifier = passwords.keep(pool, user.username, user.sub, password, pools.powers, pools.master)
    with pools.store.transaction():
        user = users.again(pools.store, user)
        attributes = dict(user.attributes)
        if attribute is not None:
            attributes[attr.VERIFIED[attribute]] = "true"
        status = users.CONFIRMED if user.status == users.RESET else user.status
        users.change(
            pools.store, pool, user, now, verifier=verifier, status=status, attributes=attributes
        )
        pools.store.forget_failures(pool.id, user.key)
    return {}


def change_password(
    pools: UserPools, token: str, previous: str, proposed: str, now: float
) -> Answer:
    """ChangePassword."""
    shown = tokens.read_access(pools, token, now)
    pool, user = shown.pool, shown.user
    passwords.check_policy(pool, proposed)
    check_password(pools, pool, True, user.username, previous, now)
    verifier = passwords.keep(pool, user.username, user.sub, proposed, pools.powers, pools.master)
    with pools.store.transaction():
        user = users.again(pools.store, user)
        users.change(pools.store, pool, user, now, verifier=verifier)
    return {}


def get_user(pools: UserPools, token: str, now: float) -> Answer:
    """GetUser."""
    shown = tokens.read_access(pools, token, now)
    return {
        "Username": shown.user.username,
        "UserAttributes": attr.write_list(shown.user.sub, shown.user.attributes),
    }


def update_attributes(
    pools: UserPools, token: str, client: Client, attributes: Mapping[str, str], now: float
) -> Answer:
    """UpdateUserAttributes: a changed address is unverified, and is sent a code."""
    shown = tokens.read_access(pools, token, now)
    pool = shown.pool
    attr.check_writable(client, attributes)
    attr.check(pool, attributes)
    sent = []
    with pools.store.transaction():
        user = users.again(pools.store, shown.user)
        user, changed = write_attributes(pools, pool, user, attributes, now)
        for attribute in changed:
            if attribute in pool.body.get("AutoVerifiedAttributes", ()):
                codes.count_sent(pools, pool, user.key, now)
                state, code = codes.issue(
                    pools, user, attribute, attribute, codes.VERIFY_SECONDS, now
                )
                user = users.change(pools.store, pool, user, now, state=state)
                sent.append((attribute, code))
    found = [codes.send(pools, pool, user, attribute, code) for attribute, code in sent]
    return {"CodeDeliveryDetailsList": found}


def write_attributes(
    pools: UserPools, pool: Pool, user: PoolUser, attributes: Mapping[str, str], now: float
) -> tuple[PoolUser, list[str]]:
    """Change attributes inside a transaction; gives the addresses that are others now."""
    merged = dict(user.attributes)
    changed = []
    for name, value in attributes.items():
        if name in attr.VERIFIED and value != merged.get(name):
            merged.pop(attr.VERIFIED[name], None)
            if value:
                changed.append(name)
                merged[attr.VERIFIED[name]] = "false"
        if value:
            merged[name] = value
        else:
            merged.pop(name, None)
    # What was verified with the same call counts for the new address.
    merged |= {n: attributes[n].lower() for n in attr.VERIFIED.values() if n in attributes}
    user = users.change(pools.store, pool, user, now, attributes=merged)
    for name in attributes:
        if users.may_sign_in_by(pool, user, name):
            users.check_alias_free(pools.store, pool, user, name)
    return user, changed


def delete_attributes(
    pools: UserPools, pool: Pool, user: PoolUser, names: list[str], now: float
) -> Answer:
    """DeleteUserAttributes, and AdminDeleteUserAttributes."""
    schema = pool.schema()
    for name in names:
        if name not in schema or name == "sub" or schema[name].get("Required"):
            raise invalid(f"user.{name[:200]}: Attribute cannot be deleted.\n")
    gone = {*names, *(attr.VERIFIED[name] for name in names if name in attr.VERIFIED)}
    with pools.store.transaction():
        user = users.again(pools.store, user)
        kept = {name: value for name, value in user.attributes.items() if name not in gone}
        users.change(pools.store, pool, user, now, attributes=kept)
    return {}


def send_attribute_code(pools: UserPools, token: str, attribute: str, now: float) -> Answer:
    """GetUserAttributeVerificationCode."""
    shown = tokens.read_access(pools, token, now)
    if attribute not in attr.VERIFIED or not shown.user.attributes.get(attribute):
        raise invalid(f"{attribute[:200]} cannot be verified")
    seconds = codes.VERIFY_SECONDS
    return send(pools, shown.pool, shown.user, attribute, attribute, seconds, now)


def verify_attribute(pools: UserPools, token: str, attribute: str, code: str, now: float) -> Answer:
    """VerifyUserAttribute."""
    shown = tokens.read_access(pools, token, now)
    if attribute not in attr.VERIFIED:
        raise invalid(f"{attribute[:200]} cannot be verified")
    pool = shown.pool
    with pools.store.transaction():
        user = users.again(pools.store, shown.user)
        state, proven, refused = codes.check(pools, user, attribute, code, now)
        user = users.change(pools.store, pool, user, now, state=state)
        if refused is None and proven is not None:
            users.check_alias_free(pools.store, pool, user, proven)
            verified = {**user.attributes, attr.VERIFIED[proven]: "true"}
            users.change(pools.store, pool, user, now, attributes=verified)
    if refused is not None:
        raise refused
    return {}


def delete_user(pools: UserPools, token: str, now: float) -> Answer:
    """DeleteUser."""
    shown = tokens.read_access(pools, token, now)
    pools.store.remove_pool_user(shown.pool.id, shown.user.sub)
    return {}


def sign_out_everywhere(pools: UserPools, pool: Pool, user: PoolUser, now: float) -> Answer:
    """GlobalSignOut: what was issued is void for Cognito's own operations."""
    with pools.store.transaction():
        user = users.again(pools.store, user)
        state = {**user.state, "signed_out": now}
        users.change(pools.store, pool, user, now, state=state)
        pools.store.revoke_sign_ins(pool.id, user.sub)
    return {}


def _address(pool: Pool, user: PoolUser | None, *, verified: bool) -> str | None:
    """Name the attribute to which a code for a user goes; None where there is none."""
    return None if user is None else codes.addressed(pool, user.attributes, verified=verified)


def _may_reset(user: PoolUser) -> bool:
    """Tell whether a user may get a new password by a code, if there is an address for it."""
    return user.enabled and user.status != users.FORCE_CHANGE


def _known(pools: UserPools, pool: Pool, client: Client, name: str, now: float) -> PoolUser:
    """Find a user whose code is to be checked; hidden ones are refused like others. Raises."""
    user = users.find(pools.store, pool, name)
    if user is None and client.hides_users:
        raise codes.refuse_unknown(pools, pool, pool.key(name), now)
    if user is None:
        raise no_user()
    return user


def _take_alias(pools: UserPools, pool: Pool, user: PoolUser, attribute: str, now: float) -> None:
    """Take an address from whoever had it verified (ForceAliasCreation)."""
    other = users.find(pools.store, pool, user.attributes[attribute])
    if other is not None and other.sub != user.sub and attribute in other.attributes:
        kept = {**other.attributes, attr.VERIFIED[attribute]: "false"}
        users.change(pools.store, pool, other, now, attributes=kept)


def _with(user: PoolUser, verifier: bytes, state: Mapping[str, Any]) -> PoolUser:
    return dataclasses.replace(user, verifier=verifier, state=state)
