"""A request as people write it: a principal's ARN, an action, a resource, and condition keys.

Knows which condition keys come with each kind of principal, as far as an ARN tells; what it does
not tell (`aws:userid` of a user, the path of a session's role) is absent unless it is given.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from gatelodge.iam.principals import ANONYMOUS, Principal, PrincipalKind
from gatelodge.iam.query import Query
from gatelodge.iam.variables import Value

Scalar = str | int | float | bool
"""What stands for one value of a condition key; numbers and booleans need no quotes."""

_REMEMBERED = 256
_ROOT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root|(\d{12})", re.ASCII)
_USER = re.compile(r"arn:[a-z-]+:iam::(\d{12}):user/(?:.*/)?([^/]+)", re.ASCII | re.DOTALL)
_ROLE = re.compile(r"arn:([a-z-]+):iam::(\d{12}):role/(?:.*/)?([^/]+)", re.ASCII | re.DOTALL)
_SESSION = re.compile(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/([^/]+)", re.ASCII)
_FEDERATED = re.compile(r"arn:[a-z-]+:sts::(\d{12}):federated-user/(.+)", re.ASCII | re.DOTALL)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", re.ASCII)


class RequestError(ValueError):
    """A request that cannot be read; the message says what to write."""


def request(
    principal: str | Principal,
    action: str,
    resource: str,
    context: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    resource_account: str | None = None,
    bounded: bool = False,
) -> Query:
    """Make a request of texts. Raises RequestError.

    principal: as for `principal_of`. context: condition keys and their values, a list for a key
    with several; they go before those that the principal brings along. resource_account: the owner
    of the resource, where its ARN does not tell. bounded: the principal has a permissions boundary,
    which decides whom `NotPrincipal` spares.
    """
    if isinstance(principal, str):
        principal = principal_of(principal, tags or {}, bounded=bounded)
    pieces = resource.split(":", 5)
    owner = resource_account or (pieces[4] if len(pieces) == 6 else "")
    keys = {**principal.keys, **read_context(context or {})}
    return Query(action, resource, principal, keys, owner)


def principal_of(
    text: str, tags: Mapping[str, str] | None = None, *, bounded: bool = False
) -> Principal:
    """Make a principal of its ARN, an account (its root), a service's name, or `*` for anonymous.

    A role's ARN stands for one of its sessions. Raises RequestError.
    """
    return _remembered(text, tuple((tags or {}).items()), bounded)


def _principal(text: str, tag_items: tuple[tuple[str, str], ...], bounded: bool) -> Principal:
    tags = dict(tag_items)
    if text in {"*", "anonymous"}:
        return ANONYMOUS
    if match := _ROOT.fullmatch(text):
        account = match[1] or match[2]
        arn = text if match[1] else f"arn:aws:iam::{account}:root"
        return Principal(PrincipalKind.ROOT, arn, account, user_id=account, tags=tags)
    if match := _USER.fullmatch(text):
        return Principal(
            PrincipalKind.USER, text, match[1], username=match[2], tags=tags, bounded=bounded
        )
    if match := _SESSION.fullmatch(text):
        role = f"arn:{match[1]}:iam::{match[2]}:role/{match[3]}"
        return _role_session(text, match[2], role, tags, bounded=bounded)
    if match := _ROLE.fullmatch(text):
        session = f"arn:{match[1]}:sts::{match[2]}:assumed-role/{match[3]}/session"
        return _role_session(session, match[2], text, tags, bounded=bounded)
    if match := _FEDERATED.fullmatch(text):
        return Principal(
            PrincipalKind.FEDERATED_USER,
            text,
            match[1],
            user_id=f"{match[1]}:{match[2]}",
            tags=tags,
            bounded=bounded,
        )
    if _SERVICE.fullmatch(text):
        return Principal(PrincipalKind.SERVICE, text, None)
    raise RequestError(f"{text!r} is no principal: give an ARN, an account, a service or *")


_remembered = lru_cache(maxsize=_REMEMBERED)(_principal)


def _role_session(
    arn: str, account: str, role_arn: str, tags: Mapping[str, str], *, bounded: bool
) -> Principal:
    return Principal(
        PrincipalKind.ROLE_SESSION, arn, account, role_arn=role_arn, tags=tags, bounded=bounded
    )


def read_context(context: Mapping[str, object]) -> dict[str, Value]:
    """Read condition keys, given as JSON values. Raises RequestError."""
    keys: dict[str, Value] = {}
    for key, value in context.items():
        if isinstance(value, str):
            keys[key.lower()] = value
        elif isinstance(value, list | tuple):
            keys[key.lower()] = tuple(_text(key, item) for item in value)
        else:
            keys[key.lower()] = _text(key, value)
    return keys


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise RequestError(f"context {key}: values are strings, numbers and booleans")
