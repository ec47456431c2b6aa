"""Claims: what cannot be read is refused, and times are compared without leeway."""

import pytest
from tests.signing import sign
from tests.vectors import jose

from gatelodge.jwt import Fault, Refusal, check_times, parse, read_claims


def read(payload):
    return read_claims(parse(sign(payload)))


def test_published_claims():
    claims = read_claims(parse(jose.RFC7515_A2_RS256))
    assert claims == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}
    assert read_claims(parse(jose.RFC7520_4_1_RS256)).fault is Fault.CLAIMS


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": [1]},
        {"exp": 10**400},
        {"exp": 1, "nbf": "1"},
        {"exp": 1, "iat": {}},
        b"",
        b"1",
        b"[]",
        b'"text"',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b'{"exp":1e999}',
        b'{"exp":1,"exp":9999999999}',
        b'{"exp":9999999999,"sub":"me","sub":"you"}',
        b'{"exp":9999999999,"sub":"\xff"}',
        b'{"exp":9999999999,"sub":"\\udc00"}',
        b'{"exp":9999999999}x',
        b'{"exp":9999999999,"a":' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"exp":9999999999,"a":{"b":1,"b":2}}',
    ],
)
def test_refused(payload):
    refused = read(payload) if payload else read_claims(_Empty())
    assert isinstance(refused, Refusal)
    assert refused.fault is Fault.CLAIMS


class _Empty:
    payload = b""


@pytest.mark.parametrize(
    ("claims", "now", "fault"),
    [
        ({"exp": 100}, 99.9, None),
        ({"exp": 100}, 100, Fault.EXPIRED),
        ({"exp": 100.5}, 100, None),
        ({"exp": -1}, 100, Fault.EXPIRED),
        ({"exp": 200, "nbf": 100}, 100, None),
        ({"exp": 200, "nbf": 101}, 100, Fault.NOT_YET_VALID),
        ({"exp": 100, "nbf": 200}, 100, Fault.EXPIRED),
    ],
)
def test_times(claims, now, fault):
    refused = check_times(claims, now)
    assert (refused.fault if refused else None) is fault
