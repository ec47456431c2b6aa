"""The bounds of the door (reference: gateway-responses.md section 5)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in octets, times in seconds."""

    head: int = 20_480
    """Request line and header fields together; AWS's current quota."""
    body: int = 10 * 1024 * 1024
    connections: int = 10_000
    pipelined: int = 64 * 1024
    """What a client may send ahead of its answers before it is made to wait."""
    head_time: float = 30.0
    body_time: float = 60.0
    idle_time: float = 310.0
    """Also how long a client may take to read an answer."""
