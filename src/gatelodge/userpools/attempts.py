"""Failed attempts: after five a name is locked, for longer with each more (cognito.md section B4).

Names that no user has are counted and locked like all others, so that nothing tells them apart.
"""

from gatelodge.store import Store
from gatelodge.userpools.pool import Pool
from gatelodge.userpools.refusal import not_authorized

FREE = 5
MAX_LOCK_SECONDS = 900
_FORGOTTEN_SECONDS = 3_600.0
_MOST_COUNTED = 64


def begin(store: Store, pool: Pool, key: str, now: float) -> None:
    """Count an attempt before it is judged: many at once are no more than one after the other.

    Raises Refused while the name is locked.
    """
    with store.transaction():
        failures, locked_until = store.failures(pool.id, key, now)
        if locked_until > now:
            raise not_authorized("Password attempts exceeded")
        failures = min(failures + 1, _MOST_COUNTED)
        lock = min(2 ** (failures - FREE), MAX_LOCK_SECONDS) if failures >= FREE else 0
        expires = now + lock + _FORGOTTEN_SECONDS
        store.set_failures(pool.id, key, failures, now + lock if lock else 0.0, expires, now)


def succeeded(store: Store, pool: Pool, key: str) -> None:
    """Forget the attempts under a name: one was good."""
    store.forget_failures(pool.id, key)
