"""Users: found by name or alias, made, changed. Whoever changes one is inside a transaction."""

import dataclasses
import hmac
import uuid
from collections.abc import Mapping
from typing import Any

from gatelodge.store import ConflictError, PoolUser, Store
from gatelodge.userpools import attributes as attr
from gatelodge.userpools.pool import Pool
from gatelodge.userpools.refusal import Refused, invalid, no_user

CONFIRMED, UNCONFIRMED = "CONFIRMED", "UNCONFIRMED"
FORCE_CHANGE, RESET = "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"


def find(store: Store, pool: Pool, name: str) -> PoolUser | None:
    """Find a user by username, sub, or an address that stands for it and was verified.

    Every name costs the same look-ups: their time does not tell which of them found somebody.
    """
    key = pool.key(name)
    found = [store.pool_user(pool.id, key), store.pool_user_by_sub(pool.id, name)]
    for attribute in pool.sign_in_attributes:
        having = store.pool_users_with(pool.id, attribute, key, after="", limit=_MOST_ALIASES)
        found += [user for user in having if may_sign_in_by(pool, user, attribute)]
    return next((user for user in found if user is not None), None)


_MOST_ALIASES = 10


def may_sign_in_by(pool: Pool, user: PoolUser, attribute: str) -> bool:
    """Tell whether an attribute of a user stands for its name.

    Where addresses are the usernames they do from the start; aliases once they are verified.
    """
    if attribute in pool.username_attributes or attribute == "preferred_username":
        return True
    return attr.is_verified(user.attributes, attribute)


def get(store: Store, pool: Pool, name: str) -> PoolUser:
    """Find a user as `find` does. Raises Refused."""
    user = find(store, pool, name)
    if user is None:
        raise no_user()
    return user


def draft(
    store: Store,
    pool: Pool,
    name: str,
    attributes: Mapping[str, str],
    status: str,
    now: float,
    *,
    taken: str = "User already exists",
) -> PoolUser:
    """Prepare a new user, not kept yet; checks names and attributes. Raises Refused."""
    given = dict(attributes)
    sub = str(uuid.uuid4())
    username = name
    if pool.username_attributes:
        kind = _kind_of(pool, name)
        if given.setdefault(kind, name) != name:
            raise invalid(f"User's {kind} is not their username.")
        username = sub
    elif "@" in name and "email" in pool.sign_in_attributes:
        raise invalid(
            "Username cannot be of email format, since user pool is configured for email alias."
        )
    attr.check(pool, given, new=True)
    key = pool.key(username)
    if store.pool_user(pool.id, key) is not None:
        raise Refused("UsernameExistsException", taken)
    user = PoolUser(
        pool=pool.id,
        sub=sub,
        username=username,
        key=key,
        status=status,
        attributes=given,
        state={},
        created=now,
        modified=now,
    )
    check_names_free(store, pool, user)
    return user


def check_names_free(store: Store, pool: Pool, user: PoolUser) -> None:
    """Refuse a new user whose address is somebody's username already. Raises Refused."""
    for attribute in pool.username_attributes:
        value = user.attributes.get(attribute)
        if value is not None and find(store, pool, value) is not None:
            what = attribute.replace("_", " ")
            raise Refused(
                "UsernameExistsException", f"An account with the given {what} already exists."
            )


def add(store: Store, pool: Pool, user: PoolUser) -> None:
    """Keep a new user. Raises Refused."""
    try:
        store.add_pool_user(user, pool.indexed(user.attributes))
    except ConflictError as error:
        raise Refused("UsernameExistsException", "User already exists") from error


def change(store: Store, pool: Pool, user: PoolUser, now: float, **members: Any) -> PoolUser:  # noqa: ANN401 - as PoolUser has them
    """Write changed members of a user; gives the user as it is now."""
    changed = dataclasses.replace(user, modified=now, **members)
    indexed = pool.indexed(changed.attributes) if "attributes" in members else None
    store.change_pool_user(changed, indexed)
    return changed


def again(store: Store, user: PoolUser) -> PoolUser:
    """Read a user again, inside the transaction that will change it. Raises Refused."""
    found = store.pool_user_by_sub(user.pool, user.sub)
    if found is None:
        raise no_user()
    return found


def check_alias_free(store: Store, pool: Pool, user: PoolUser, attribute: str) -> None:
    """Refuse an alias that somebody else signs in by already. Raises Refused."""
    value = user.attributes.get(attribute)
    if value is None or attribute not in pool.sign_in_attributes:
        return
    other = find(store, pool, value)
    if other is not None and other.sub != user.sub:
        what = attribute.replace("_", " ")
        raise Refused("AliasExistsException", f"An account with the given {what} already exists.")


def made_up_id(secret: bytes, name: str) -> str:
    """Make up the sub of somebody who does not exist, always the same for a name."""
    digest = hmac.digest(secret, name.encode(), "sha256")
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _kind_of(pool: Pool, name: str) -> str:
    """Tell which attribute a username is, where attributes are the usernames."""
    kinds = pool.username_attributes
    if "email" in kinds and "@" in name:
        return "email"
    if "phone_number" in kinds and name.startswith("+"):
        return "phone_number"
    if len(kinds) > 1:
        raise invalid("Username should be either an email or a phone number.")
    what = "an email" if kinds[0] == "email" else "a phone number"
    raise invalid(f"Username should be {what}.")
