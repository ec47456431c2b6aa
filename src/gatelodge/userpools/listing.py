"""ListUsers: filters and pages, by indexes where there is one (cognito.md B4)."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from gatelodge.store import PoolUser, Store
from gatelodge.userpools.pool import INDEXED, Pool
from gatelodge.userpools.refusal import invalid

MAX_PAGE = 60
_FILTER = re.compile(r'\s*"?([A-Za-z_:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*', re.ASCII)
_MAX_FILTER = 256
_STATUSES = "cognito:user_status"


def list_users(
    store: Store, pool: Pool, filter_: str | None, token: str | None, limit: int | None
) -> tuple[list[PoolUser], str | None]:
    """List a page of users and the token of the next page. Raises Refused."""
    size = MAX_PAGE if limit is None else limit
    after = "" if token is None else read_token(token)
    name, prefix, value = _read_filter(filter_) if filter_ else ("", False, "")
    if name in INDEXED:
        key = pool.key(value)
        found = store.pool_users_with(
            pool.id, name, key, prefix=prefix, after=after, limit=size + 1
        )
        last = [f"{pool.key(user.attributes[name])}\0{user.sub}" for user in found]
    else:
        found = _by_name(store, pool, name, value, after, size + 1, prefix=prefix)
        last = [user.key for user in found]
    if len(found) <= size:
        return found, None
    return found[:size], write_token(last[size - 1])


def write_token(last: str) -> str:
    """Write where a page ended."""
    return urlsafe_b64encode(json.dumps({"after": last}).encode()).decode()


def read_token(token: str) -> str:
    """Read where the page before ended. Raises Refused."""
    try:
        after = json.loads(urlsafe_b64decode(token))["after"]
    except (ValueError, KeyError, TypeError, Base64Error):
        raise invalid("Invalid pagination token.") from None
    if not isinstance(after, str):
        raise invalid("Invalid pagination token.")
    return after


def _by_name(
    store: Store, pool: Pool, name: str, value: str, after: str, limit: int, *, prefix: bool
) -> list[PoolUser]:
    """List in the order of names: everybody, or by what has no index of its own."""
    match name:
        case "":
            return store.pool_users(pool.id, after=after, limit=limit)
        case "username" | "cognito:username" if prefix:
            return store.pool_users(pool.id, after=after, limit=limit, prefix=pool.key(value))
        case "username" | "cognito:username":
            user = store.pool_user(pool.id, pool.key(value))
        case "sub":
            user = store.pool_user_by_sub(pool.id, value)
            if user is not None and prefix:
                raise invalid("sub is compared as a whole")
        case "cognito:user_status":
            return store.pool_users(pool.id, after=after, limit=limit, status=value.upper())
        case "status":
            wanted = {"enabled": True, "disabled": False}.get(value.lower())
            if wanted is None:
                return []
            return store.pool_users(pool.id, after=after, limit=limit, enabled=wanted)
        case _:
            raise invalid(f"Cannot filter by {name}")
    return [user] if user is not None and user.key > after else []


def _read_filter(text: str) -> tuple[str, bool, str]:
    match = _FILTER.fullmatch(text) if len(text) <= _MAX_FILTER else None
    if match is None:
        raise invalid("Error while parsing filter.")
    return match[1], match[2] == "^=", re.sub(r"\\(.)", r"\1", match[3])
