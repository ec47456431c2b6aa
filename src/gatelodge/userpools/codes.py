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
    """Draw a code; gives the user's state with it (hashed), and the code. Raises Refused.

    purpose: what the code is good for; an older one for the same is void.
    """
    state = dict(user.state)
    sent = [time for time in state.get("sent", ()) if time > now - _SENT_WITHIN]
    if len(sent) >= _SENT_AT_MOST:
        raise Refused(
            "LimitExceededException", "Attempt limit exceeded, please try after some time."
        )
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    kept = {
        "hash": _hash(pools, user, purpose, code),
        "expires": now + seconds,
        "tries": 0,
        "attribute": attribute,
    }
    state["sent"] = [*sent, now]
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
        reason = Refused(
            "LimitExceededException", "Attempt limit exceeded, please try after some time."
        )
        return state, None, reason
    if not hmac.compare_digest(kept["hash"], _hash(pools, user, purpose, code)):
        held[purpose] = {**kept, "tries": kept["tries"] + 1}
        state["codes"] = held
        return state, None, mismatch()
    del held[purpose]
    state["codes"] = held
    return state, str(kept["attribute"]), None


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
