"""Every operator's row: values that it takes, and how it compares."""

from decimal import Decimal

import pytest

from gatelodge.iam import operators
from gatelodge.iam.operators import (
    Family,
    arn_matcher,
    read_address,
    read_binary,
    read_network,
    read_number,
)
from gatelodge.iam.patterns import encode

EVERY = {
    "StringEquals": (Family.STRING, False),
    "StringNotEquals": (Family.STRING, True),
    "StringEqualsIgnoreCase": (Family.STRING, False),
    "StringNotEqualsIgnoreCase": (Family.STRING, True),
    "StringLike": (Family.STRING, False),
    "StringNotLike": (Family.STRING, True),
    "NumericEquals": (Family.NUMERIC, False),
    "NumericNotEquals": (Family.NUMERIC, True),
    "NumericLessThan": (Family.NUMERIC, False),
    "NumericLessThanEquals": (Family.NUMERIC, False),
    "NumericGreaterThan": (Family.NUMERIC, False),
    "NumericGreaterThanEquals": (Family.NUMERIC, False),
    "DateEquals": (Family.DATE, False),
    "DateNotEquals": (Family.DATE, True),
    "DateLessThan": (Family.DATE, False),
    "DateLessThanEquals": (Family.DATE, False),
    "DateGreaterThan": (Family.DATE, False),
    "DateGreaterThanEquals": (Family.DATE, False),
    "Bool": (Family.BOOL, False),
    "BinaryEquals": (Family.BINARY, False),
    "IpAddress": (Family.IP, False),
    "NotIpAddress": (Family.IP, True),
    "ArnEquals": (Family.ARN, False),
    "ArnNotEquals": (Family.ARN, True),
    "ArnLike": (Family.ARN, False),
    "ArnNotLike": (Family.ARN, True),
    "Null": (Family.NULL, False),
}


def table():
    """Made anew, so that what makes the table is under test and not only the table."""
    return {row.name: row for row in operators._rows()}


def test_the_table_is_the_documentation():
    found = {name: (row.family, row.negated) for name, row in table().items()}
    assert found == EVERY
    assert set(operators.OPERATORS) == set(EVERY)


def test_which_operators_know_wildcards_and_variables():
    wild = {name for name, row in table().items() if row.wildcards}
    assert wild == {
        "StringLike",
        "StringNotLike",
        "ArnEquals",
        "ArnNotEquals",
        "ArnLike",
        "ArnNotLike",
    }
    variables = {row.family for row in table().values() if row.variables}
    assert variables == {Family.STRING, Family.ARN}


@pytest.mark.parametrize(
    ("operator", "policy", "request_value", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEqualsIgnoreCase", "STRASSE", "straße", True),
        ("StringEqualsIgnoreCase", "a", "b", False),
        # Negation is the business of conditions: these compare like their positive kin.
        ("StringNotEquals", "a", "a", True),
        ("StringNotEquals", "a", "b", False),
        ("StringNotEqualsIgnoreCase", "a", "A", True),
        ("StringLike", "a", "a", True),
        ("StringNotLike", "a", "a", True),
        ("NumericNotEquals", "10", "10", True),
        ("NumericNotEquals", "10", "11", False),
        ("NumericNotEquals", "10", "x", None),
        ("DateNotEquals", "2026", "2026-01-01", True),
        ("DateNotEquals", "2026", "2025", False),
        ("NotIpAddress", "10.0.0.0/8", "10.1.1.1", True),
        ("ArnEquals", "arn:a:b:c:d:e", "arn:a:b:c:d:e", True),
        ("ArnNotEquals", "arn:a:b:c:d:e", "arn:a:b:c:d:e", True),
        ("ArnLike", "arn:a:b:c:d:e", "arn:a:b:c:d:f", False),
        ("ArnNotLike", "arn:a:b:c:d:e", "arn:a:b:c:d:e", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", "10", "1e1", True),
        ("NumericEquals", "10", "9", False),
        ("NumericEquals", "10", "x", None),
        ("NumericLessThan", "10", "9.99", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThan", "10", "11", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "10", "10.01", False),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThan", "10", "10.01", True),
        ("NumericGreaterThan", "10", "9", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericGreaterThanEquals", "10", "9.99", False),
        ("DateEquals", "2026", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "2026", "2025-12-31T23:59:59Z", True),
        ("DateLessThan", "2026", "2026", False),
        ("DateLessThanEquals", "2026", "2026", True),
        ("DateGreaterThan", "2026", "1767225600", False),
        ("DateGreaterThan", "2026", "1767225601", True),
        ("DateGreaterThanEquals", "2026", "1767225600", True),
        ("DateGreaterThanEquals", "2026", "1767225599", False),
        ("DateLessThan", "2026", "soon", None),
        ("Bool", "TRUE", "true", True),
        ("Bool", "true", "False", False),
        ("Bool", "false", "false", True),
        ("Bool", "true", "yes", None),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("BinaryEquals", "QQ==", "QUI=", False),
        ("BinaryEquals", "QQ==", "?", None),
        ("IpAddress", "10.0.0.5/8", "10.255.255.255", True),
        ("IpAddress", "10.0.0.0/8", "11.0.0.0", False),
        ("IpAddress", "192.0.2.1", "192.0.2.1", True),
        ("IpAddress", "192.0.2.1", "192.0.2.2", False),
        ("IpAddress", "0.0.0.0/0", "255.255.255.255", True),
        ("IpAddress", "0.0.0.0/0", "::1", False),
        ("IpAddress", "::/0", "10.0.0.1", False),
        ("IpAddress", "2001:db8::/32", "2001:DB8::5", True),
        ("IpAddress", "2001:db8::/32", "2001:db9::5", False),
        ("IpAddress", "2001:db8::1", "2001:db8:0::1", True),
        ("IpAddress", "10.0.0.0/8", "home", None),
        ("IpAddress", "10.0.0.0/8", "010.1.1.1", None),
    ],
)
def test_comparisons(operator, policy, request_value, expected):
    compare = table()[operator].compile(policy)
    assert compare(request_value) is expected
    assert compare(request_value) is expected  # remembered


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("NumericEquals", ""), ("NumericEquals", "ten"), ("NumericEquals", "1,5"),
        ("NumericEquals", "NaN"), ("NumericEquals", "Infinity"), ("NumericEquals", "1_000"),
        ("DateEquals", "soon"), ("Bool", "1"), ("Bool", ""), ("Null", "maybe"),
        ("BinaryEquals", "QQ"), ("BinaryEquals", "Q*=="), ("IpAddress", "10.0.0.0/33"),
        ("IpAddress", "10.0.0"), ("IpAddress", "::/129"), ("IpAddress", ""), ("NotIpAddress", "x"),
        ("ArnEquals", "arn:aws:iam"), ("ArnLike", "user/bob"), ("ArnEquals", ""),
    ],
)  # fmt: skip
def test_values_that_are_not_of_the_type(operator, value):
    assert table()[operator].compile(value) is None


@pytest.mark.parametrize("value", ["true", "FALSE"])
def test_null_takes_a_boolean(value):
    assert table()["Null"].compile(value) is not None


ARN = "arn:aws:iam::111111111111:user/team/bob"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (ARN, ARN, True),
        (ARN, ARN.upper(), False),
        ("*", ARN, True),
        ("*", "nonsense", False),
        ("*", "a:b:c:d:e:f", False),
        ("arn:*:*:*:*:*", ARN, True),
        ("arn:aws:iam::111111111111:user/*", ARN, True),
        ("arn:aws:iam::1111?1111111:user/team/b?b", ARN, True),
        ("arn:aws:iam::*:user/bob", ARN, False),
        ("arn:aws:*:user/team/bob:*:x", ARN, False),
        ("arn:aws:s:*:111122223333:finance/*",
         "arn:aws:s:us-east-2:999999999999:store/abc:111122223333:finance/doc", False),
        ("arn:aws:s:*:*:*:finance/*", "arn:aws:s:us-east-2:9:a:1:finance/d", True),
        (ARN, "user/bob", False),
        (ARN, "xrn:aws:iam::111111111111:user/team/bob", False),
        (ARN, "arn:aws:iam::111111111111", False),
    ],
)  # fmt: skip
def test_arns_are_compared_piece_by_piece(pattern, text, expected):
    assert arn_matcher(encode(pattern))(text) is expected


@pytest.mark.parametrize("pattern", ["", "arn", "arn:aws:iam::1", "xrn:a:b:c:d:e", "a*", "**"])
def test_what_is_no_arn_pattern(pattern):
    assert arn_matcher(encode(pattern)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", Decimal(0)), ("-1.5", Decimal("-1.5")), ("+.5", Decimal("0.5")), ("1.", Decimal(1)),
        ("1e3", Decimal(1000)), ("1E-2", Decimal("0.01")), ("9" * 40, Decimal("9" * 40)),
        ("9" * 41, None), (".", None), ("", None), ("e1", None), ("1e100", None), ("0x1", None),
        ("1 ", None), ("\u0661", None), ("--1", None), ("1.5.2", None), ("." + "1" * 41, None),
    ],
)  # fmt: skip
def test_numbers(text, expected):
    assert read_number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("QQ==", b"A"), ("", b""), ("QQ", None), ("Q Q==", None), ("é", None)],
)
def test_binaries(text, expected):
    assert read_binary(text) == expected


def test_what_is_remembered_is_bounded():
    assert table()["IpAddress"].compile("10.0.0.0/8").cache_info().maxsize == 4096
    assert read_address.cache_info().maxsize == 4096


def test_addresses_and_networks():
    assert str(read_address("192.0.2.1")) == "192.0.2.1"
    assert read_address("192.0.2.256") is None
    assert read_network("192.0.2.9/24") == "192.0.2.0/24"
    assert read_network("192.0.2.9") == "192.0.2.9/32"
    assert read_network("2001:db8::1") == "2001:db8::1/128"
    assert read_network("home") is None
