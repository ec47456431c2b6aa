"""What a function is when it is run: one version of it, with everything its process needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LATEST = "$LATEST"
DEFAULT_TIMEOUT, MAX_TIMEOUT = 3, 900
DEFAULT_MEMORY, MIN_MEMORY, MAX_MEMORY = 128, 128, 10_240
MAX_PAYLOAD = 6 * 1024 * 1024
"""Octets of an event."""
MAX_RESULT = 6_291_556
"""Octets of a result, the number in AWS's message."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A function that runs elsewhere, behind Lambda's own Invoke operation."""

    endpoint: str
    """`http://host:port`, without a path."""
    function: str
    """The name or ARN by which it is called there."""
    sign: bool = False
    """Sign with the operator's own AWS credentials."""
    region: str = "us-east-1"
    """For the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One version of a function, as CreateFunction and its kin describe it."""

    account: str
    region: str
    name: str
    arn: str
    """Without a qualifier."""
    version: str = LATEST
    runtime: str = ""
    """AWS's word: python3.12, nodejs22.x, provided.al2023."""
    handler: str = ""
    role: str = ""
    timeout: int = DEFAULT_TIMEOUT
    """Seconds."""
    memory: int = DEFAULT_MEMORY
    """Megabytes."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    code: str = ""
    """SHA-256 of the package, in hexadecimal."""
    layers: tuple[str, ...] = ()
    """The same of each layer, in the order in which they are laid over each other."""
    revision: str = ""
    """Changes with everything that a running process could have seen."""
    reserved: int | None = None
    """How many calls of it may run at once; None: as many as the machine allows."""
    remote: Remote | None = None
    operator_credentials: bool = False
    """Whether it is given the operator's own AWS credentials and Amazon's own endpoints."""

    @property
    def log_group(self) -> str:
        """The name under which its output is kept."""
        return f"/aws/lambda/{self.name}"


@dataclass(slots=True)
class Event:
    """One event for a function."""

    request_id: str
    payload: bytes
    invoked_arn: str
    """As the caller named the function, qualifier included."""
    client_context: str = ""
    """JSON; empty for none."""
    trace_id: str = ""


@dataclass(slots=True)
class Result:
    """How one call of a function ended: its answer, or AWS's description of its failure."""

    payload: bytes
    failed: bool = False
    """The payload is an error's description: `X-Amz-Function-Error: Unhandled`."""
    log_tail: bytes = b""
    """The last 4 KB of what it printed."""
    version: str = LATEST


@dataclass(frozen=True, slots=True)
class Throttled:
    """The call was not made: too many run already."""

    reason: str
    """AWS's word: ReservedFunctionConcurrentInvocationLimitExceeded and its kin."""
