"""Tokens that are not what they should be are refused before anything is believed."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.signing import KID, SIGNER, base64url, sign
from tests.vectors import jose

from gatelodge.jwt import MAX_TOKEN, Fault, Refusal, Token, parse
from gatelodge.jwt.parse import _decode

GOOD = sign({"sub": "a", "exp": 1})
HEAD, PAYLOAD, SIGNATURE = GOOD.split(".")


def head(octets):
    return f"{base64url(octets)}.{PAYLOAD}.{SIGNATURE}"


def respelt(piece):
    """The same octets with another last character: the unused bits are not zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return piece[:-1] + alphabet[alphabet.index(piece[-1]) + 1]


def test_a_good_token():
    token = parse(GOOD)
    assert isinstance(token, Token)
    assert (token.algorithm, token.kid) == ("RS256", KID)
    assert json.loads(token.payload) == {"sub": "a", "exp": 1}
    assert token.signing_input == f"{HEAD}.{PAYLOAD}".encode()


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("empty", "", Fault.MALFORMED),
        ("one piece", HEAD, Fault.MALFORMED),
        ("two pieces", f"{HEAD}.{PAYLOAD}", Fault.MALFORMED),
        ("four pieces", f"{GOOD}.x", Fault.MALFORMED),
        ("encrypted (JWE)", f"{GOOD}.{HEAD}.{PAYLOAD}", Fault.MALFORMED),
        ("JSON serialization (RFC 7515 A.6)",
         json.dumps({"payload": PAYLOAD, "protected": HEAD, "signature": SIGNATURE}),
         Fault.MALFORMED),
        ("detached payload (RFC 7520 4.5)",
         "..".join(jose.RFC7520_4_4_HS256.split(".")[::2]), Fault.MALFORMED),
        ("no header", f".{PAYLOAD}.{SIGNATURE}", Fault.MALFORMED),
        ("no payload", f"{HEAD}..{SIGNATURE}", Fault.MALFORMED),
        ("space before", f" {GOOD}", Fault.MALFORMED),
        ("newline after", f"{GOOD}\n", Fault.MALFORMED),
        ("oversized", f"{HEAD}.{'A' * MAX_TOKEN}.{SIGNATURE}", Fault.MALFORMED),
        ("padding", f"{HEAD}.{PAYLOAD}=.{SIGNATURE}", Fault.MALFORMED),
        ("plain base64", f"{HEAD}.{PAYLOAD}+/.{SIGNATURE}", Fault.MALFORMED),
        ("impossible length", f"{HEAD}.{PAYLOAD[: len(PAYLOAD) // 4 * 4]}A.{SIGNATURE}",
         Fault.MALFORMED),
        ("non-canonical signature", f"{HEAD}.{PAYLOAD}.{respelt(SIGNATURE)}", Fault.MALFORMED),
        ("full-width letters", GOOD.replace("e", "\uff45"), Fault.MALFORMED),
        ("Cyrillic letters", GOOD.replace("e", "\u0435"), Fault.MALFORMED),
        ("Arabic digits", f"{HEAD}.{PAYLOAD}\u0661.{SIGNATURE}", Fault.MALFORMED),
        ("header no JSON", head(b"alg"), Fault.MALFORMED),
        ("header no object", head(b'["RS256"]'), Fault.MALFORMED),
        ("header in UTF-16", head('{"alg":"RS256"}'.encode("utf-16")), Fault.MALFORMED),
        ("header with a BOM", head(b'\xef\xbb\xbf{"alg":"RS256"}'), Fault.MALFORMED),
        ("header not UTF-8", head(b'{"alg":"RS256","kid":"\xff"}'), Fault.MALFORMED),
        ("header twice", head(b'{"alg":"none","alg":"RS256"}'), Fault.MALFORMED),
        ("header twice, escaped", head(b'{"alg":"none","\\u0061lg":"RS256"}'), Fault.MALFORMED),
        ("header too deep", head(b'{"a":' * 2000 + b"1" + b"}" * 2000), Fault.MALFORMED),
        ("no alg", head(b"{}"), Fault.MALFORMED),
        ("alg no text", head(b'{"alg":["RS256"]}'), Fault.MALFORMED),
        ("kid no text", head(b'{"alg":"RS256","kid":1}'), Fault.MALFORMED),
        ("kid endless", head(b'{"alg":"RS256","kid":"' + b"a" * 257 + b'"}'), Fault.MALFORMED),
        ("lone surrogate", head(b'{"alg":"RS256","kid":"\\ud800"}'), Fault.MALFORMED),
        ("crit", head(b'{"alg":"RS256","crit":["b64"],"b64":false}'), Fault.HEADER),
        ("crit, empty", head(b'{"alg":"RS256","crit":[]}'), Fault.HEADER),
        ("jku", head(b'{"alg":"RS256","jku":"https://evil.example/k"}'), Fault.HEADER),
        ("x5u", head(b'{"alg":"RS256","x5u":"https://evil.example/c"}'), Fault.HEADER),
        ("x5c", head(b'{"alg":"RS256","x5c":[]}'), Fault.HEADER),
        ("jwk", head(json.dumps({"alg": "RS256", "jwk": SIGNER.as_dict(private=False)}).encode()),
         Fault.HEADER),
    ],
)  # fmt: skip
def test_refused(name, text, fault):
    refused = parse(text)
    assert isinstance(refused, Refusal), name
    assert refused.fault is fault, refused
    assert len(str(refused)) < 300


def test_every_truncation_is_refused_or_another_token():
    """No prefix of a token reads as the token."""
    for length in range(len(GOOD)):
        part = parse(GOOD[:length])
        assert isinstance(part, Refusal) or part.signature != parse(GOOD).signature


@pytest.mark.parametrize(
    "vector",
    [value for name, value in vars(jose).items() if name.startswith("RFC") and "KEY" not in name],
)
def test_published_tokens_parse(vector):
    assert isinstance(parse(vector), Token)


@given(st.text("ABQgwcz019-_+/=. \n", max_size=12).map(str.encode))
def test_a_piece_has_one_spelling(piece):
    """What is decoded is what an encoder would have written, and nothing else is decoded."""
    octets = _decode(piece)
    if octets is None:
        padded = piece + b"=" * (-len(piece) % 4)
        again = base64.urlsafe_b64encode(base64.urlsafe_b64decode(padded)) if _full(piece) else b""
        assert again.rstrip(b"=") != piece
    else:
        assert base64.urlsafe_b64encode(octets).rstrip(b"=") == piece


def _full(piece):
    return len(piece) % 4 != 1 and not set(piece) & set(b"+/=. \n")
