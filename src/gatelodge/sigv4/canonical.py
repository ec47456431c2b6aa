"""The canonical request and the string to sign (reference: sigv4.md sections 2 and 3).

All text is ISO-8859-1, one character for each octet on the wire; octets are what gets signed.
"""

import hashlib
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

from gatelodge.messages import Headers, Request
from gatelodge.sigv4.claim import ALGORITHM, TERMINATOR, Claim

EMPTY_HASH = hashlib.sha256(b"").hexdigest()

_UNRESERVED = "A-Za-z0-9\\-._~"
_CANONICAL_PATH = re.compile(f"[/{_UNRESERVED}]*")
# An escape is canonical when it is upper case and stands for nothing unreserved.
_ESCAPE = "%(?!2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])[0-9A-F]{2}"
_PART = f"(?:[{_UNRESERVED}]|{_ESCAPE})*"
_CANONICAL_QUERY = re.compile(f"{_PART}={_PART}(?:&{_PART}={_PART})*")
_SPACES = re.compile(" {2,}")
_ENCODED = {
    octet: f"%{octet:02X}"
    for octet in range(256)
    if not re.fullmatch(f"[/{_UNRESERVED}]", chr(octet))
}


def canonical_uri(raw_path: str) -> str:
    """Encode a raw path once more; what is escaped on the wire is escaped twice."""
    if _CANONICAL_PATH.fullmatch(raw_path):
        return raw_path or "/"
    return raw_path.translate(_ENCODED)


def normalized(raw_path: str) -> str:
    """Remove dot segments and repeated slashes (RFC 3986, 5.2.4, as most AWS services do)."""
    if "//" not in raw_path and "/." not in raw_path:
        return raw_path
    kept: list[str] = []
    parts = raw_path.split("/")
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    path = "/" + "/".join(kept)
    return path + "/" if kept and parts[-1] in {"", ".", ".."} else path


def canonical_query(raw_query: str, left_out: frozenset[str] = frozenset()) -> str:
    """Decode, encode, sort and join a raw query, without the parameters left out."""
    if not raw_query:
        return ""
    if _CANONICAL_QUERY.fullmatch(raw_query):
        if "&" not in raw_query and not left_out:
            return raw_query
        pairs = [(name, value) for name, _, value in _split(raw_query)]
    else:
        pairs = [(_encode(name), _encode(value)) for name, _, value in _split(raw_query)]
    pairs.sort()
    return "&".join([f"{name}={value}" for name, value in pairs if name not in left_out])


def canonical_headers(headers: Headers, signed_headers: str) -> str:
    """Write the signed header fields; a field that is listed and missing has an empty value."""
    index = headers.index
    repeated = len(index) != len(headers.pairs)
    lines = []
    for name in signed_headers.split(";"):
        lower = name.lower()
        value = (
            ",".join(map(_trim, headers.all(lower))) if repeated else _trim(index.get(lower, ""))
        )
        lines.append(f"{lower}:{value}\n")
    return "".join(lines)


def payload_hash(body: bytes) -> str:
    """Hash the received body; a client's `UNSIGNED-PAYLOAD` is not believed (section 2.5)."""
    return hashlib.sha256(body).hexdigest() if body else EMPTY_HASH


def canonical_request(
    request: Request,
    claim: Claim,
    *,
    normalize: bool = True,
    left_out: frozenset[str] = frozenset({"X-Amz-Signature"}),
) -> str:
    """Write the canonical request that this claim should have signed.

    left_out: query parameters of the presigned form that are not part of it. The body must be
    known; verify sees to that.
    """
    path = normalized(request.raw_path) if normalize else request.raw_path
    query = canonical_query(request.raw_query, left_out if claim.presigned else frozenset())
    return (
        f"{request.method}\n{canonical_uri(path)}\n{query}\n"
        f"{canonical_headers(request.headers, claim.signed_headers)}\n{claim.signed_headers}\n"
        f"{payload_hash(request.body or b'')}"
    )


def string_to_sign(claim: Claim, canonical: str) -> str:
    """Write the string to sign for a canonical request."""
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    return (
        f"{ALGORITHM}\n{claim.timestamp}\n"
        f"{claim.date}/{claim.region}/{claim.service}/{TERMINATOR}\n{digest}"
    )


def _split(raw_query: str) -> list[tuple[str, str, str]]:
    return [piece.partition("=") for piece in raw_query.split("&") if piece]


def _encode(text: str) -> str:
    octets = unquote_to_bytes(text.replace("+", " ").encode("latin-1"))
    return quote_from_bytes(octets, safe="-._~")


def _trim(value: str) -> str:
    value = value.strip(" \t")
    return _SPACES.sub(" ", value) if "  " in value else value
