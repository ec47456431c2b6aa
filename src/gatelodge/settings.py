"""What the operator decides, read once: a frozen value and the checks that make it good."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from gatelodge.respond.access_log import JSON_FORMAT, FormatError, compile_format

Network = IPv4Network | IPv6Network

DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"
MAX_STALE = 15 * 60
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}", re.ASCII)
_MAIL = re.compile(r"smtps?://([^\s@/]+@)?[A-Za-z0-9.\-\[\]:]+/?(\?from=[^\s&]+)?", re.ASCII)
_URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?", re.ASCII)
_VARIABLE = re.compile(r"([A-Za-z0-9_]+)=(.*)", re.ASCII | re.DOTALL)


class SettingError(ValueError):
    """A setting that cannot be; the message names the option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Raises SettingError when made of impossible values."""

    state: Path = Path(".gatelodge")
    """Where everything lasting is kept."""
    host: str = "127.0.0.1"
    data_port: int = 8080
    aws_port: int = 4566
    """Port 0 lets the system choose."""
    workers: int = 1
    account: str = DEFAULT_ACCOUNT
    region: str | None = None
    """None: what an API's server URL tells."""
    api_id: str | None = None
    stage: str | None = None
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    trusted_proxies: tuple[Network, ...] = ()
    tolerate: frozenset[str] = frozenset()
    access_log: str | None = None
    """A file's path, `-` for standard output; None for no access log."""
    access_log_format: str = JSON_FORMAT
    cognito_endpoint: str | None = None
    """Where the keys of Amazon's user pools are fetched; None for Amazon's own endpoints."""
    function_processes: int = field(default_factory=lambda: max(8, 4 * (os.cpu_count() or 1)))
    """How many processes of functions run at once."""
    mail: str | None = None
    """The mail server for messages to users of pools; None to keep them in a file."""
    stale_seconds: int = MAX_STALE
    """For how long what is known is served while the store is away."""
    log_decisions: bool = False
    decision_header: bool = True

    def __post_init__(self) -> None:
        """Check what the types cannot."""
        if not is_account(self.account):
            raise SettingError(f"--account {self.account!r}: an account has twelve digits")
        if self.region is not None and not is_region(self.region):
            raise SettingError(f"--region {self.region!r}: a region is written like us-east-1")
        for port, option in ((self.data_port, "--data-port"), (self.aws_port, "--aws-port")):
            if not 0 <= port <= 65_535:
                raise SettingError(f"{option} {port}: a port is a number from 0 to 65535")
        if self.data_port == self.aws_port != 0:
            raise SettingError(f"--data-port and --aws-port are both {self.data_port}")
        if self.cognito_endpoint is not None and not _URL.fullmatch(self.cognito_endpoint):
            raise SettingError(f"--cognito-endpoint {self.cognito_endpoint!r}: not a URL")
        if not 1 <= self.function_processes <= 1000:
            raise SettingError(f"--function-processes {self.function_processes}: from 1 to 1000")
        if self.mail is not None and not _MAIL.fullmatch(self.mail):
            raise SettingError("--mail: write smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS")
        if not 0 <= self.stale_seconds <= MAX_STALE:
            raise SettingError(f"--stale-seconds {self.stale_seconds}: from 0 to {MAX_STALE}")
        if not 1 <= self.workers <= 256:
            raise SettingError(f"--workers {self.workers}: from 1 to 256")
        try:
            compile_format(self.access_log_format)
        except FormatError as error:
            raise SettingError(f"--access-log-format: {error}") from error


def is_account(text: str) -> bool:
    """Tell whether a text is written like an account."""
    return _ACCOUNT.fullmatch(text) is not None


def is_region(text: str) -> bool:
    """Tell whether a text is written like a region."""
    return _REGION.fullmatch(text) is not None


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Read trusted proxies: addresses and CIDR ranges. Raises SettingError."""
    networks = []
    for text in texts:
        try:
            networks.append(ip_network(text, strict=False))
        except ValueError as error:
            raise SettingError(f"--trusted-proxy {text!r}: not an address or range") from error
    return tuple(networks)


def read_stage_variables(texts: Sequence[str]) -> dict[str, str]:
    """Read `NAME=VALUE` pairs. Raises SettingError."""
    variables = {}
    for text in texts:
        match = _VARIABLE.fullmatch(text)
        if match is None:
            raise SettingError(f"--stage-variable {text!r}: write NAME=VALUE")
        variables[match[1]] = match[2]
    return variables
