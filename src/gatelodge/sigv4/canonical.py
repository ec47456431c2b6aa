"""The canonical request and the string to sign (reference: sigv4.md sections 2 and 3).

All text is ISO-8859-1, one character for each octet on the wire; octets are what gets signed.
"""

import hashlib
import re

from gatelodge.messages import Headers, Request
from gatelodge.sigv4.claim import ALGORITHM, TERMINATOR, Claim

EMPTY_HASH = hashlib.sha256(b"").hexdigest()

_UNRESERVED = "A-Za-z0-9\\-._~"
_CANONICAL_PATH = re.compile(f"[/{_UNRESERVED}]*")
# An escape is canonical when it is upper case and stands for nothing unreserved.
_ESCAPE = "%(?!2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])[0-9A-F]{2}"
# Possessive: whoever writes the query cannot make the match go back over it.
_PART = f"[{_UNRESERVED}]*+(?:{_ESCAPE}[{_UNRESERVED}]*+)*+"
_CANONICAL_QUERY = re.compile(f"{_PART}={_PART}(?:&{_PART}={_PART})*+")
_SPACES = re.compile(" {2,}")
_ENCODED = {
    octet: f"%{octet:02X}"
    for octet in range(256)
    if not re.fullmatch(f"[/{_UNRESERVED}]", chr(octet))
}
_TO_ENCODE = re.compile(f"%[0-9A-Fa-f]{{2}}|[^{_UNRESERVED}]")
_IN_QUERY = [
    chr(octet) if re.fullmatch(f"[{_UNRESERVED}]", chr(octet)) else f"%{octet:02X}"
    for octet in range(256)
]


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


def canonical_query(raw_query: str, left_out: tuple[str, ...] = ()) -> str:
    """Decode, encode, sort and join a raw query, without the parameters left out.

    Pieces between two ampersands that are empty do not count.
    """
    if not raw_query:
        return ""
    # "\0" cannot be in a canonical query and sorts before all that can: `a=1` before `a-b=1`.
    if _CANONICAL_QUERY.fullmatch(raw_query):
        pieces = raw_query.replace("=", "\0").split("&")
    else:
        pairs = [piece.partition("=") for piece in raw_query.split("&") if piece]
        pieces = [f"{_encode(name)}\0{_encode(value)}" for name, _, value in pairs]
    if left_out:
        starts = tuple([f"{name}\0" for name in left_out])
        pieces = [piece for piece in pieces if not piece.startswith(starts)]
    pieces.sort()
    return "&".join(pieces).replace("\0", "=")


def canonical_headers(headers: Headers, names: tuple[str, ...]) -> str:
    """Write the signed header fields, named in lower case.

    A field that is listed and missing is written with an empty value; see lacks_signed.
    """
    index = headers.index
    repeated = len(index) != len(headers.pairs)
    text = ""
    for name in names:
        value = index.get(name)
        if value is None:
            value = index.get("host", "") if name == ":authority" else ""
        if repeated and name in index:
            value = ",".join(map(_trim, headers.all(name)))
        else:
            value = value.strip(" \t")
            if "  " in value:
                value = _SPACES.sub(" ", value)
        text += f"{name}:{value}\n"
    return text


def lacks_signed(headers: Headers, names: tuple[str, ...]) -> bool:
    """Tell whether a signed field is missing: it may have been dropped on the way."""
    index = headers.index
    for name in names:
        if name not in index and (name != ":authority" or "host" not in index):
            return True
    return False


def payload_hash(body: bytes | None) -> str:
    """Hash the received body; a client's `UNSIGNED-PAYLOAD` is not believed (section 2.5).

    Raises ValueError for a body that the door did not see: unknown is not empty.
    """
    if body is None:
        raise ValueError("the body is unknown, so it has no hash")
    return hashlib.sha256(body).hexdigest() if body else EMPTY_HASH


def canonical_request(
    request: Request,
    claim: Claim,
    *,
    normalize: bool = True,
    left_out: tuple[str, ...] = ("X-Amz-Signature",),
) -> str:
    """Write the canonical request that this claim should have signed.

    left_out: query parameters of the presigned form that are not part of it. Raises ValueError
    when the body is unknown; verify refuses such a request before.
    """
    path = normalized(request.raw_path) if normalize else request.raw_path
    query = canonical_query(request.raw_query, left_out if claim.presigned else ())
    return (
        f"{request.method}\n{canonical_uri(path)}\n{query}\n"
        f"{canonical_headers(request.headers, claim.names)}\n{claim.signed_headers}\n"
        f"{payload_hash(request.body)}"
    )


def string_to_sign(claim: Claim, canonical: str) -> str:
    """Write the string to sign for a canonical request."""
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    return (
        f"{ALGORITHM}\n{claim.timestamp}\n"
        f"{claim.date}/{claim.region}/{claim.service}/{TERMINATOR}\n{digest}"
    )


def _encode(text: str) -> str:
    """Decode escapes and encode again; a `%` that begins no escape stands for itself."""
    return _TO_ENCODE.sub(_encode_one, text)


def _encode_one(match: re.Match[str]) -> str:
    found = match[0]
    octet = int(found[1:], 16) if len(found) == 3 else ord(found)
    return _IN_QUERY[octet] if found != "+" else "%20"


def _trim(value: str) -> str:
    value = value.strip(" \t")
    return _SPACES.sub(" ", value) if "  " in value else value
