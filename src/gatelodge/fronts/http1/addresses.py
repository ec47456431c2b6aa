"""Whose request is this? The peer, or whom a trusted proxy names.

`X-Forwarded-For` is believed only from trusted proxies, and only back to the first address that is
not one of them (RFC 7239 section 8.1 explains why).
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
_REMEMBERED = 4096


class Addresses:
    """Decides source addresses under one list of trusted proxies."""

    __slots__ = ("_seen", "_trusted")

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)
        self._seen: dict[tuple[str, str], str] = {}

    def trusts(self, address: str) -> bool:
        """Tell whether an address (canonical text) is a trusted proxy."""
        if not self._trusted:
            return False
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)

    def source(self, peer: str, forwarded: str) -> str:
        """Find the client behind a trusted peer; `forwarded`: all X-Forwarded-For fields, joined.

        The last verdicts are remembered (bounded).
        """
        key = (peer, forwarded)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            found = self._seen[key] = self._walk(peer, forwarded)
        return found

    def _walk(self, peer: str, forwarded: str) -> str:
        nearest = peer
        for hop in reversed(forwarded.split(",")):
            address = canonical(hop.strip())
            if address is None:
                break  # not an address: nothing before it can be believed
            nearest = address
            if not self.trusts(address):
                break
        return nearest


def canonical(text: str) -> str | None:
    """Write an address in its one spelling, IPv4-mapped IPv6 as IPv4; None for other text."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
