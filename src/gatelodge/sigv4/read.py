"""Read a request's claim: the checks that need no key, in AWS's order.

Reference: sigv4.md section 4, checks 2 to 13; the words are those of sections 4 to 7.
"""

import base64
import hashlib
import re
from datetime import datetime, timedelta
from urllib.parse import unquote_to_bytes

from gatelodge.messages import Request
from gatelodge.sigv4.claim import ALGORITHM, TERMINATOR, Claim, Refusal, SignatureError
from gatelodge.sigv4.times import read_time, write_time

WINDOW = 300
"""Seconds that a request's time may be off, either way; exactly that many still pass."""
MAX_EXPIRES = 604_800

# The spelling that signers produce; everything else is taken apart by hand.
_EVERYDAY = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, ?"
    r"SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})",
    re.ASCII,
)
_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_HEADER_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARAMETERS = ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_TOKEN = "x-amz-security-token"  # noqa: S105 - a field's name


def read(request: Request, *, region: str, service: str) -> Claim | Refusal:
    """Read the claim of a request to a service in a region.

    The time is Request.received_at. A claim is in time and in scope; whether its signature holds
    is verify's matter.
    """
    raw_query = request.raw_query
    if "%" in raw_query:
        malformed = _check_escapes(raw_query)
        if malformed is not None:
            return malformed
    authorization = request.headers.index.get("authorization")
    parameters = _presigned_parameters(raw_query) if "X-Amz-Algorithm" in raw_query else {}
    if "X-Amz-Algorithm" in parameters:
        if authorization is not None:
            return _invalid(
                "Found both 'X-Amz-Algorithm' as a query-string param "
                "and 'Authorization' as HTTP header."
            )
        draft = _read_query(parameters)
    elif authorization is None:
        return Refusal(SignatureError.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token")
    else:
        draft = _read_header(request, authorization)
    if isinstance(draft, Refusal):
        return draft
    return _check(request, draft, region, service)


class _Draft:
    """What the parameters say, before anything of it is checked."""

    __slots__ = (
        "credential",
        "expires",
        "presigned",
        "session_token",
        "signature",
        "signed_headers",
        "time",
    )

    def __init__(
        self,
        credential: list[str],
        signed_headers: str,
        signature: str,
        time: str,
        session_token: str | None,
        *,
        presigned: bool = False,
        expires: str | None = None,
    ) -> None:
        self.credential = credential
        self.signed_headers = signed_headers
        self.signature = signature
        self.time = time
        self.session_token = session_token
        self.presigned = presigned
        self.expires = expires


def _read_header(request: Request, authorization: str) -> _Draft | Refusal:
    index = request.headers.index
    time = index.get("x-amz-date") or index.get("date")
    everyday = _EVERYDAY.fullmatch(authorization)
    if everyday is not None and time is not None:
        key, date, region, service, signed_headers, signature = everyday.groups()
        credential = [key, date, region, service, TERMINATOR]
        return _Draft(credential, signed_headers, signature, time, index.get(_TOKEN))

    algorithm, space, rest = authorization.partition(" ")
    if space and algorithm.startswith("AWS4-") and algorithm != ALGORITHM:
        return _incomplete(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    parameters: dict[str, str] = {}
    for piece in rest.split(",") if rest.strip() else ():
        name, equals, value = piece.strip().partition("=")
        if not equals:
            return _incomplete(
                "Invalid key=value pair (missing equal-sign) in Authorization header "
                f"(hashed with SHA-256 and encoded with Base64): '{_hashed(authorization)}'."
            )
        parameters[name] = value
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in _HEADER_PARAMETERS
        if not parameters.get(name)
    ]
    if time is None:
        missing.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if missing or time is None:
        return _incomplete(
            f"{' '.join(missing)} (Hashed with SHA-256 and encoded with Base64) "
            f"Authorization={_hashed(authorization)}"
        )
    return _Draft(
        parameters["Credential"].split("/"),
        parameters["SignedHeaders"],
        parameters["Signature"],
        time,
        index.get(_TOKEN),
    )


def _read_query(parameters: dict[str, str]) -> _Draft | Refusal:
    if parameters["X-Amz-Algorithm"] != ALGORITHM:
        return Refusal(SignatureError.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token")
    missing = [
        f"AWS query-string parameters must include '{name}'."
        for name in _QUERY_PARAMETERS
        if not parameters.get(name)
    ]
    if missing:
        return _incomplete(f"{' '.join(missing)} Re-examine the query-string parameters.")
    return _Draft(
        parameters["X-Amz-Credential"].split("/"),
        parameters["X-Amz-SignedHeaders"],
        parameters["X-Amz-Signature"],
        parameters["X-Amz-Date"],
        parameters.get("X-Amz-Security-Token"),
        presigned=True,
        expires=parameters.get("X-Amz-Expires"),
    )


def _check(request: Request, draft: _Draft, region: str, service: str) -> Claim | Refusal:
    """Checks 8 to 13: the host is signed, the time is right, the scope is ours."""
    names = draft.signed_headers.lower().split(";")
    if "host" not in names and ":authority" not in names:
        return _incomplete(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        )
    time = read_time(draft.time)
    if time is None:
        return _incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{draft.time}'. "
            "See http://en.wikipedia.org/wiki/ISO_8601"
        )
    timestamp, epoch = time
    untimely = _check_time(request, draft, timestamp, epoch)
    if untimely is not None:
        return untimely
    credential = draft.credential
    if len(credential) != 5:
        return _incomplete(
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got '{'/'.join(credential)}'"
        )
    key, date, got_region, got_service, terminator = credential
    if (
        got_region != region
        or got_service != service
        or terminator != TERMINATOR
        or date != timestamp[:8]
    ):
        return _wrong_scope(credential, region, service, timestamp)
    return Claim(
        key,
        date,
        region,
        service,
        timestamp,
        draft.signed_headers,
        draft.signature,
        draft.session_token,
        presigned=draft.presigned,
    )


def _check_time(request: Request, draft: _Draft, timestamp: str, epoch: int) -> Refusal | None:
    now = request.received_at
    age = int(now.timestamp()) - epoch
    lifetime = WINDOW
    if draft.expires is not None:
        expires = draft.expires
        lifetime = int(expires) if expires.isascii() and expires.isdigit() else 0
        if not 1 <= lifetime <= MAX_EXPIRES:
            return _incomplete(
                f"X-Amz-Expires must be a number of seconds from 1 to {MAX_EXPIRES}. "
                "Re-examine the query-string parameters."
            )
    if age > lifetime:
        limit = write_time(_seconds_from(request, -lifetime))
        return _invalid(
            f"Signature expired: {timestamp} is now earlier than {limit} "
            f"({write_time(now)} - {_span(lifetime)})"
        )
    if age < -WINDOW:
        limit = write_time(_seconds_from(request, WINDOW))
        return _invalid(
            f"Signature not yet current: {timestamp} is still later than {limit} "
            f"({write_time(now)} + {_span(WINDOW)})"
        )
    return None


def _wrong_scope(credential: list[str], region: str, service: str, timestamp: str) -> Refusal:
    """Say everything that is wrong with a scope. Two of AWS's sentences end in a space."""
    _, date, got_region, got_service, terminator = credential
    message = ""
    if got_region != region:
        message += f"Credential should be scoped to a valid region, not '{got_region}'. "
    if got_service != service:
        message += f"Credential should be scoped to correct service: '{service}'. "
    if terminator != TERMINATOR:
        message += (
            f"Credential should be scoped with a valid terminator: '{TERMINATOR}', "
            f"not '{terminator}'."
        )
    if date != timestamp[:8]:
        message += " " if message and not message.endswith(" ") else ""
        message += (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{date}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    return _invalid(message)


def _check_escapes(raw_query: str) -> Refusal | None:
    broken = _BROKEN_ESCAPE.search(raw_query)
    if broken is None:
        return None
    pattern = raw_query[broken.start() : broken.start() + 3]
    if len(pattern) < 3:
        message = "Incomplete trailing escape % sequence"
    else:
        message = f"Illegal hex character in escape % pattern: {pattern}"
    return Refusal(SignatureError.MALFORMED_QUERY_STRING, message)


def _presigned_parameters(raw_query: str) -> dict[str, str]:
    """Read the X-Amz- parameters, decoded; of repeated ones the first."""
    parameters: dict[str, str] = {}
    for piece in raw_query.split("&"):
        name, _, value = piece.partition("=")
        if name.startswith("X-Amz-"):
            octets = unquote_to_bytes(value.replace("+", " ").encode("latin-1"))
            parameters.setdefault(name, octets.decode("latin-1"))
    return parameters


def _seconds_from(request: Request, seconds: int) -> datetime:
    return request.received_at + timedelta(seconds=seconds)


def _span(seconds: int) -> str:
    return f"{seconds // 60} min." if seconds % 60 == 0 else f"{seconds} sec."


def _hashed(authorization: str) -> str:
    digest = hashlib.sha256(authorization.encode("latin-1")).digest()
    return base64.b64encode(digest).decode()


def _incomplete(message: str) -> Refusal:
    return Refusal(SignatureError.INCOMPLETE_SIGNATURE, message)


def _invalid(message: str) -> Refusal:
    return Refusal(SignatureError.INVALID_SIGNATURE, message)
