"""What everything about user pools is done with: the store, the master key, powers, delivery."""

from collections.abc import Callable
from dataclasses import dataclass

from gatelodge.store import MasterKey, Store
from gatelodge.userpools.delivery import Message
from gatelodge.userpools.messengers import Messengers
from gatelodge.userpools.powers import Powers


@dataclass(frozen=True, slots=True)
class UserPools:
    """The tools. Whatever uses them blocks."""

    store: Store
    master: MasterKey
    powers: Powers
    deliver: Callable[[Message], None]
    """Hands a message over; raises DeliveryError."""
    messengers: Messengers
    """Send what nobody waits for."""
    url: str
    """The AWS endpoint's own address: pools issue tokens under it."""

    def issuer(self, pool_id: str) -> str:
        """Name the issuer of a pool's tokens."""
        return f"{self.url}/{pool_id}"
