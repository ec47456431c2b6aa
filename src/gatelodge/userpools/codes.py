"""Codes that prove an address: drawn, hashed, delivered, compared, limited."""

import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

import structlog

from gatelodge.store import PoolUser
from gatelodge.userpools import attributes as attr
from gatelodge.userpools.delivery import DeliveryError, Message
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.pool import Pool
from gatelodge.userpools.refusal import Refused

SIGN_UP_SECONDS, RESET_SECONDS, VERIFY_SECONDS = 86_400, 3_600, 86_400
MAX_TRIES = 5
_SENT_AT_MOST = 5
_SENT_WITHIN = 3_600.0
_DIGITS = 6
# What is counted beside failed sign-ins; no username begins so.
_SENT, _TRIED = "\0sent ", "\0tried "
_PLACEHOLDER = "{####}"
_log = structlog.get_logger()


def addressed(pool: Pool, attributes: Mapping[str, str], *, verified: bool) -> str | None:
    """Choose where to send a code: email or phone_number, or nowhere."""
    wanted = (
        pool.body.get("AutoVerifiedAttributes", ()) if not verified else ("email", "phone_number")
    )
    for name in ("email", "phone_number"):
        if name in wanted and attributes.get(name):
            if verified and not attr.is_verified(attributes, name):
                continue
            return name
    return None


def issue(
    pools: UserPools, user: PoolUser, purpose: str, attribute: str, seconds: int, now: float
) -> tuple[dict[str, Any], str]:
    """Draw a code; gives the user's state with it (hashed), and the code.

    purpose: what the code is good for; an older one for the same is void.
    """
    state = dict(user.state)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    kept = {
        "hash": _hash(pools, user, purpose, code),
        "expires": now + seconds,
        "tries": 0,
        "attribute": attribute,
    }
    state["codes"] = {**state.get("codes", {}), purpose: kept}
    return state, code


def check(
    pools: UserPools, user: PoolUser, purpose: str, code: str, now: float
) -> tuple[dict[str, Any], str | None, Refused | None]:
    """Compare a code: the state to keep, the attribute that it proves, or why it is refused."""
    state = dict(user.state)
    held = dict(state.get("codes", {}))
    kept = held.get(purpose)
    if kept is None or kept["expires"] < now:
        return state, None, expired()
    if kept["tries"] >= MAX_TRIES:
        return state, None, too_many()
    if not hmac.compare_digest(kept["hash"], _hash(pools, user, purpose, code)):
        held[purpose] = {**kept, "tries": kept["tries"] + 1}
        state["codes"] = held
        return state, None, mismatch()
    del held[purpose]
    state["codes"] = held
    return state, str(kept["attribute"]), None


def count_sent(pools: UserPools, pool: Pool, key: str, now: float) -> None:
    """Count a code that is about to be sent, or would be if the name were somebody's.

    Raises Refused: five within an hour are all.
    """
    store = pools.store
    with store.transaction():
        sent, _ = store.failures(pool.id, f"{_SENT}{key}", now)
        if sent >= _SENT_AT_MOST:
            raise too_many()
        store.set_failures(pool.id, f"{_SENT}{key}", sent + 1, 0.0, now + _SENT_WITHIN, now)
        store.forget_failures(pool.id, f"{_TRIED}{key}")


def refuse_unknown(pools: UserPools, pool: Pool, key: str, now: float) -> Refused:
    """Refuse a code for a name that nobody has as it would be for one that somebody has."""
    store = pools.store
    with store.transaction():
        if not store.failures(pool.id, f"{_SENT}{key}", now)[0]:
            return expired()
        tries, _ = store.failures(pool.id, f"{_TRIED}{key}", now)
        if tries >= MAX_TRIES:
            return too_many()
        store.set_failures(pool.id, f"{_TRIED}{key}", tries + 1, 0.0, now + RESET_SECONDS, now)
    return mismatch()


def made_up_details(pools: UserPools, pool: Pool, name: str) -> dict[str, str]:
    """Make up where a code went, always the same for a name, and not to be foreseen."""
    if "@" in name:
        return details("email", name)
    secret = pools.master.derive(f"addresses of user pool {pool.id}")
    drawn = hmac.digest(secret, pool.key(name).encode(), "sha256")
    local, domain = (chr(ord("a") + octet % 26) for octet in drawn[:2])
    return details("email", f"{local}@{domain}")


def too_many() -> Refused:
    """Refuse what was tried too often."""
    return Refused("LimitExceededException", "Attempt limit exceeded, please try after some time.")


def mismatch() -> Refused:
    """Refuse a code that is another."""
    return Refused("CodeMismatchException", "Invalid verification code provided, please try again.")


def expired() -> Refused:
    """Refuse a code where none is waited for."""
    return Refused("ExpiredCodeException", "Invalid code provided, please request a code again.")


def send(
    pools: UserPools,
    pool: Pool,
    user: PoolUser,
    attribute: str,
    code: str,
    *,
    invited: bool = False,
) -> dict[str, str]:
    """Deliver a code, or an invitation with a temporary password; gives CodeDeliveryDetails."""
    medium = "EMAIL" if attribute == "email" else "SMS"
    subject, text = _words(pool, medium, user, code, invited=invited)
    to = user.attributes[attribute]
    message = Message(pool.id, user.username, medium, to, subject, text, code)
    try:
        pools.deliver(message)
    except DeliveryError as error:
        _log.error("a message was not delivered", error=str(error), pool=pool.id)
        raise Refused(
            "CodeDeliveryFailureException", "The verification code could not be delivered."
        ) from error
    return details(attribute, to)


def details(attribute: str, to: str) -> dict[str, str]:
    """Say where a code went without telling the whole address."""
    if attribute == "email":
        local, _, domain = to.partition("@")
        shown, medium = f"{local[:1]}***@{domain[:1]}***", "EMAIL"
    else:
        shown, medium = "+" + "*" * max(len(to) - 5, 0) + to[-4:], "SMS"
    return {"AttributeName": attribute, "DeliveryMedium": medium, "Destination": shown}


def _words(pool: Pool, medium: str, user: PoolUser, code: str, *, invited: bool) -> tuple[str, str]:
    """Fill in the pool's own template, or AWS's words."""
    body = pool.body
    if invited:
        template = body.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
        subject = template.get("EmailSubject", "Your temporary password")
        text = template.get(
            "EmailMessage" if medium == "EMAIL" else "SMSMessage",
            "Your username is {username} and temporary password is {####}.",
        )
    else:
        template = body.get("VerificationMessageTemplate", {})
        subject = (
            template.get("EmailSubject")
            or body.get("EmailVerificationSubject")
            or "Your verification code"
        )
        own = (
            template.get("EmailMessage") or body.get("EmailVerificationMessage")
            if medium == "EMAIL"
            else template.get("SmsMessage") or body.get("SmsVerificationMessage")
        )
        text = own or "Your confirmation code is {####}"
    words = {_PLACEHOLDER: code, "{username}": user.attributes.get("email") or user.username}
    text = re.sub(r"\{####\}|\{username\}", lambda match: words[match[0]], text)
    return " ".join(subject.split()), text


def _hash(pools: UserPools, user: PoolUser, purpose: str, code: str) -> str:
    """Hash a code with a secret: the store alone is not enough to guess it."""
    secret = pools.master.derive(f"codes of user pool {user.pool}")
    text = f"{user.sub}\0{purpose}\0{code}".encode()
    return hmac.digest(secret, text, "sha256").hex()
