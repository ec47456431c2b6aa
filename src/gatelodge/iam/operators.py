"""Condition operators: one row each, with how its values are read and compared.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators"; reference:
iam-evaluation.md section 6.2. A row compares one value of the request with one of the policy;
negation, absent keys and sets are the business of conditions.py.
"""

import base64
import binascii
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from gatelodge.iam.dates import read_date
from gatelodge.iam.patterns import MANY, Matcher, compile_pattern

Comparison = Callable[[str], bool | None]
"""Compares the request's value: None when that value is not of the operator's type."""

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)
_REMEMBERED = 4096
_RANGES = 1024


class Family(StrEnum):
    """The type of value that an operator compares."""

    STRING = "string"
    NUMERIC = "number"
    DATE = "date"
    BOOL = "boolean"
    BINARY = "binary value"
    IP = "IP address"
    ARN = "ARN"
    NULL = "presence"


class Operator:
    """One row of the table."""

    __slots__ = ("compile", "family", "name", "negated", "variables", "wildcards")

    def __init__(
        self,
        name: str,
        family: Family,
        compile_value: Callable[[str], Comparison | None],
        *,
        negated: bool = False,
        wildcards: bool = False,
    ) -> None:
        self.name = name
        self.family = family
        self.compile = compile_value
        """Takes one value of the policy; None when that is not of the operator's type."""
        self.negated = negated
        self.wildcards = wildcards
        self.variables = family in (Family.STRING, Family.ARN)


def _equals(value: str) -> Comparison:
    return value.__eq__


def _equals_ignoring_case(value: str) -> Comparison:
    folded = value.casefold()
    return lambda actual: actual.casefold() == folded


def _like(value: str) -> Comparison:
    return compile_pattern(value)


def arn_matcher(pattern: str) -> Matcher | None:
    """Compile an ARN pattern: six pieces, wildcards in each, none crossing a colon but the last."""
    if pattern == MANY:
        pattern = "arn" + f":{MANY}" * 5
    pieces = pattern.split(":", 5)
    if len(pieces) != 6 or pieces[0] != "arn":
        return None
    matchers = [compile_pattern(piece) for piece in pieces[1:]]

    def matches(actual: str) -> bool:
        actual_pieces = actual.split(":", 5)
        if len(actual_pieces) != 6 or actual_pieces[0] != "arn":
            return False
        return all(match(piece) for match, piece in zip(matchers, actual_pieces[1:], strict=True))

    return matches


def read_number(text: str) -> Decimal | None:
    """Read a decimal number; None when it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _ordered(
    read: Callable[[str], Decimal | int | None], holds: Callable[[int], bool]
) -> Callable[[str], Comparison | None]:
    """Compare by order: `holds` gets -1, 0 or 1, the request's value against the policy's."""

    def compile_value(value: str) -> Comparison | None:
        wanted = read(value)
        if wanted is None:
            return None

        def compare(actual: str) -> bool | None:
            found = read(actual)
            return None if found is None else holds((found > wanted) - (found < wanted))

        return compare

    return compile_value


def _bool(value: str) -> Comparison | None:
    wanted = value.lower()
    if wanted not in ("true", "false"):
        return None

    def compare(actual: str) -> bool | None:
        found = actual.lower()
        return found == wanted if found in ("true", "false") else None

    return compare


def read_binary(text: str) -> bytes | None:
    """Decode base64 text; None when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _binary(value: str) -> Comparison | None:
    wanted = read_binary(value)
    if wanted is None:
        return None

    def compare(actual: str) -> bool | None:
        found = read_binary(actual)
        return None if found is None else found == wanted

    return compare


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an IP address; None when it is none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


read_address = lru_cache(maxsize=_REMEMBERED)(parse_address)
"""The last ones are remembered (bounded)."""


def read_network(text: str) -> str | None:
    """Read a CIDR range, host bits allowed; gives it as the network that it means."""
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return None


def _compile_range(value: str) -> Comparison | None:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return None
    version, bits = network.version, network.max_prefixlen - network.prefixlen
    wanted = int(network.network_address) >> bits

    def compare(actual: str) -> bool | None:
        address = read_address(actual)
        if address is None:
            return None
        return address.version == version and int(address) >> bits == wanted

    return lru_cache(maxsize=_REMEMBERED)(compare)


_ip = lru_cache(maxsize=_RANGES)(_compile_range)


def _null(value: str) -> Comparison | None:
    # Presence is tested by conditions.py; here the value is only checked.
    return _bool(value)


_ORDERS: dict[str, Callable[[int], bool]] = {
    "Equals": lambda order: order == 0,
    "LessThan": lambda order: order < 0,
    "LessThanEquals": lambda order: order <= 0,
    "GreaterThan": lambda order: order > 0,
    "GreaterThanEquals": lambda order: order >= 0,
}


def _rows() -> list[Operator]:
    rows = [
        Operator("StringEquals", Family.STRING, _equals),
        Operator("StringNotEquals", Family.STRING, _equals, negated=True),
        Operator("StringEqualsIgnoreCase", Family.STRING, _equals_ignoring_case),
        Operator("StringNotEqualsIgnoreCase", Family.STRING, _equals_ignoring_case, negated=True),
        Operator("StringLike", Family.STRING, _like, wildcards=True),
        Operator("StringNotLike", Family.STRING, _like, wildcards=True, negated=True),
        Operator("Bool", Family.BOOL, _bool),
        Operator("BinaryEquals", Family.BINARY, _binary),
        Operator("IpAddress", Family.IP, _ip),
        Operator("NotIpAddress", Family.IP, _ip, negated=True),
        Operator("Null", Family.NULL, _null),
    ]
    for name in ("ArnEquals", "ArnLike"):
        negative = name.replace("Arn", "ArnNot")
        rows.append(Operator(name, Family.ARN, arn_matcher, wildcards=True))
        rows.append(Operator(negative, Family.ARN, arn_matcher, wildcards=True, negated=True))
    for prefix, family, read in (
        ("Numeric", Family.NUMERIC, read_number),
        ("Date", Family.DATE, read_date),
    ):
        for suffix, holds in _ORDERS.items():
            rows.append(Operator(prefix + suffix, family, _ordered(read, holds)))
        equals = _ordered(read, _ORDERS["Equals"])
        rows.append(Operator(f"{prefix}NotEquals", family, equals, negated=True))
    return rows


OPERATORS = {row.name: row for row in _rows()}
"""Every documented operator by name; IfExists and the set prefixes are not part of the name."""
