"""How people name a caller, and the caller that is meant.

anonymous | root | alice | role/reader | role/reader/session | any ARN of these
{"role": "reader", "session": "s", "tags": {…}, "policies": [documents]}
{"token": {claims}}: a token of the user pool that the method trusts
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from gatelodge import iam
from gatelodge.authorize.caller import Caller as IamCaller
from gatelodge.authorize.exhibit import caller_of
from gatelodge.store import Document, Store
from gatelodge.world.iam_entities import ROLE, USER
from gatelodge.world.identities import IdentityError, session_exhibit, user_exhibit
from gatelodge.world.sessions import Session

ACCESS_KEY_ID = "AKIAREHEARSALKEY0000"
_SESSION = re.compile(r"arn:[a-z-]+:sts::(\d{12}):assumed-role/([^/]+)/([^/]+)", re.ASCII)
_ROOT = re.compile(r"arn:[a-z-]+:iam::\d{12}:root", re.ASCII)
_DEFAULT_SESSION = "rehearsal"
_HOUR = 3600
_NAMED = 20

T = TypeVar("T")


class CallerError(ValueError):
    """A caller that is not known, or not named clearly; the message says what would be."""


class Caller:
    """Somebody who calls: anonymous, an IAM principal, or the holder of a token."""

    __slots__ = ("claims", "iam", "name")

    def __init__(
        self,
        name: str,
        *,
        iam_caller: IamCaller | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.iam = iam_caller
        """Signs its calls; None for anybody else."""
        self.claims = claims
        """Of a token; None without one."""


def find_caller(store: Store, owner: str, who: str | Mapping[str, Any], at: datetime) -> Caller:
    """Find a caller among what the account files brought. Raises CallerError.

    owner: the API's account, whose root `root` is. at: when the call is made, so that a session or
    a token is good then.
    """
    if not isinstance(who, str):
        return _described(store, who, at)
    if who in {"anonymous", "*"}:
        return Caller("anonymous")
    if who == "root":
        return _user(store, f"arn:aws:iam::{owner}:root", who)
    if _ROOT.fullmatch(who):
        return _user(store, who, who)
    session = _SESSION.fullmatch(who)
    if session is not None:
        return _session(store, _role(store, session[2], session[1]), {"session": session[3]}, at)
    if who.startswith("role/"):
        # A role's own name has no slash, its path may; what follows a known role is a session.
        name, _, session_name = who.removeprefix("role/").partition("/")
        described = {"session": session_name} if session_name else {}
        return _session(store, _role(store, name), described, at)
    if ":role/" in who:
        return _session(store, _role(store, who), {}, at)
    return _user(store, _find(store, USER, who.removeprefix("user/"), who).body["Arn"], who)


def _described(store: Store, who: Mapping[str, Any], at: datetime) -> Caller:
    kinds = {"token"} & set(who) or {"role", "session", "tags", "policies"}
    unknown = sorted(set(who) - kinds, key=str)
    if unknown:
        raise CallerError(f"unknown member {unknown[0]!r} of who")
    if "token" in who:
        return _token(who["token"], at)
    if not isinstance(who.get("role"), str):
        raise CallerError("who is a name, or an object with role or token")
    return _session(store, _role(store, who["role"]), who, at)


def _token(claims: object, at: datetime) -> Caller:
    if not isinstance(claims, Mapping):
        raise CallerError("token is an object of claims")
    now = int(at.timestamp())
    whole = {"sub": "rehearsal", "token_use": "id", "iat": now, "exp": now + _HOUR, **claims}
    name = whole.get("cognito:username") or whole.get("username") or whole["sub"]
    return Caller(f"token of {name}", claims=whole)


def _user(store: Store, arn: str, name: str) -> Caller:
    exhibit = _collected(lambda: user_exhibit(store, arn))
    if exhibit is None:
        raise CallerError(f"{name!r} is not in the account files")
    return Caller(name, iam_caller=caller_of(exhibit, ACCESS_KEY_ID, ""))


def _role(store: Store, text: str, account: str | None = None) -> Document:
    return _find(store, ROLE, text, text, account)


def _session(store: Store, role: Document, described: Mapping[str, Any], at: datetime) -> Caller:
    tags, policies = described.get("tags", {}), described.get("policies")
    session_name = described.get("session", _DEFAULT_SESSION)
    if not isinstance(session_name, str) or not isinstance(tags, Mapping):
        raise CallerError("session is a name, tags an object")
    if policies is not None and not isinstance(policies, list):
        raise CallerError("policies is a list of session policies")
    now = int(at.timestamp())
    session = Session(
        arn=role.body["Arn"],
        unique_id=role.body["RoleId"],
        name=session_name,
        issued=now,
        expires=now + _HOUR,
        policies=None
        if policies is None
        else [{"name": str(n), "document": one} for n, one in enumerate(policies, 1)],
        tags={str(key): str(value) for key, value in tags.items()},
    )
    exhibit = _collected(lambda: session_exhibit(store, session))
    if exhibit is None:
        raise CallerError(f"role {role.name} is not in the account files")
    try:
        iam_caller = caller_of(exhibit, ACCESS_KEY_ID, "")
    except iam.PolicyError as error:
        raise CallerError(f"session policy: {error}") from error
    return Caller(f"role/{role.name}/{session_name}", iam_caller=iam_caller)


def _collected(collect: Callable[[], T]) -> T:
    try:
        return collect()
    except IdentityError as error:
        raise CallerError(str(error)) from error


def _find(
    store: Store, kind: str, wanted: str, written: str, account: str | None = None
) -> Document:
    """Find a user or role by its name or ARN, in one account or in the only one that has it."""
    found = [
        document
        for document in store.documents(kind, account=account)
        if wanted in (document.name, document.body["Arn"])
    ]
    if len(found) > 1:
        arns = " or ".join(document.body["Arn"] for document in found)
        raise CallerError(f"{written!r} is in several accounts: write {arns}")
    if not found:
        word = "role" if kind == ROLE else "user"
        known = sorted(document.name for document in store.documents(kind))[:_NAMED]
        told = f"; there are {', '.join(known)}" if known else ""
        raise CallerError(f"no {word} {written!r} is in the account files{told}")
    return found[0]
