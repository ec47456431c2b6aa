"""A code on its way to a user: counted, drawn and kept, delivered; in that order.

What is counted is bounded whoever asks; a code is kept before it is sent.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from gatelodge.store import PoolUser, StoreError
from gatelodge.userpools import codes, users
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.pool import Pool
from gatelodge.userpools.refusal import Refused

Answer = dict[str, Any]
_log = structlog.get_logger()


def send(
    pools: UserPools,
    pool: Pool,
    user: PoolUser,
    purpose: str,
    attribute: str,
    seconds: int,
    now: float,
) -> Answer:
    """Send a code for a purpose to an address, and say where it went. Raises Refused."""
    codes.count_sent(pools, pool, user.key, now)
    found = _send_uncounted(pools, pool, user, purpose, attribute, seconds, now)
    return {"CodeDeliveryDetails": found}


def send_in_secret(
    pools: UserPools,
    pool: Pool,
    user: PoolUser | None,
    name: str,
    purpose: str,
    attribute: str | None,
    seconds: int,
    now: float,
) -> Answer:
    """Send a code where the client hides its users; attribute: None where nothing can be sent.

    The code is drawn, kept and sent while nobody waits: no time tells that there is one.
    Raises Refused.
    """
    if pools.messengers.full:  # for nobody either, or it would tell who is there
        raise Refused("TooManyRequestsException", "Too many requests")
    codes.count_sent(pools, pool, pool.key(name) if user is None else user.key, now)
    if user is None or attribute is None:
        return {"CodeDeliveryDetails": codes.made_up_details(pools, pool, name)}
    send_code = partial(_send_uncounted, pools, pool, user, purpose, attribute, seconds, now)
    pools.messengers.submit(partial(_unwatched, send_code, pool.id))
    return {"CodeDeliveryDetails": codes.details(attribute, user.attributes[attribute])}


def _unwatched(send_code: Callable[[], object], pool_id: str) -> None:
    try:
        send_code()
    except (Refused, StoreError) as error:
        _log.warning("a code was not sent", error=str(error), pool=pool_id)
    except Exception:  # noqa: BLE001 - nobody waits who could be told
        _log.exception("a code was not sent", pool=pool_id)


def _send_uncounted(
    pools: UserPools,
    pool: Pool,
    user: PoolUser,
    purpose: str,
    attribute: str,
    seconds: int,
    now: float,
) -> dict[str, str]:
    with pools.store.transaction():
        user = users.again(pools.store, user)
        state, code = codes.issue(pools, user, purpose, attribute, seconds, now)
        user = users.change(pools.store, pool, user, now, state=state)
    return codes.send(pools, pool, user, attribute, code)
