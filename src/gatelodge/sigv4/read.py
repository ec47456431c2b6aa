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
_EXPIRES = re.compile("[0-9]{1,6}")

# The spelling that signers produce, up to the signature; everything else is taken apart by hand.
_EVERYDAY = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, ?"
    r"SignedHeaders=([^,\s]+), ?Signature=",
    re.ASCII,
)
_SIGNATURE_LENGTH = 64
_SIGNERS_KEPT = 1024
_LONGEST_KEPT = 512
# An everyday Authorization field without its signature → what it says: the same all day long.
_signers: dict[str, "_Signer"] = {}
_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_ESCAPED_NAME = re.compile("(?:^|&)[^=&%]*%")
_HEADER_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARAMETERS = ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_TOKEN = "x-amz-security-token"  # noqa: S105 - a field's name


def read(
    request: Request,
    *,
    region: str,
    service: str,
    window: int = WINDOW,
    lifetime: int | None = None,
) -> Claim | Refusal:
    """Read the claim of a request to a service in a region.

    The time is Request.received_at. A claim is in time and in scope; whether its signature holds
    is verify's matter. window: seconds that a request's time may be off. lifetime: seconds that a
    presigned URL lives, whatever its X-Amz-Expires says.
    """
    raw_query = request.raw_query
    index = request.headers.index
    authorization = index.get("authorization")
    presigned = "X-Amz-Algorithm" in raw_query
    if "%" in raw_query:
        malformed = _check_escapes(raw_query)
        if malformed is not None:
            return malformed
        # A name spelled with escapes is the same name, for the signature too.
        presigned = presigned or _ESCAPED_NAME.search(raw_query) is not None
    if presigned:
        parameters = _presigned_parameters(raw_query)
        if "X-Amz-Algorithm" in parameters:
            if authorization is not None:
                return _invalid(
                    "Found both 'X-Amz-Algorithm' as a query-string param "
                    "and 'Authorization' as HTTP header."
                )
            if lifetime is not None:
                parameters["X-Amz-Expires"] = str(lifetime)
            return _read_query(request, parameters, region, service, window)
    if authorization is None:
        return Refusal(SignatureError.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token")

    time = index.get("x-amz-date") or index.get("date")
    signature = authorization[-_SIGNATURE_LENGTH:]
    signer = _signers.get(authorization[:-_SIGNATURE_LENGTH])
    if signer is None or time is None or not signature.isalnum():
        parsed = _read_header(authorization, time)
        if isinstance(parsed, Refusal):
            return parsed
        signer, signature, time = parsed
    return _check(request, signer, signature, time, index.get(_TOKEN), region, service, window)


class _Signer:
    """What a signer writes alike in many requests; nothing of it is checked yet."""

    __slots__ = ("credential", "names", "signed_headers")

    def __init__(self, credential: tuple[str, ...], signed_headers: str) -> None:
        self.credential = credential
        self.signed_headers = signed_headers
        self.names = tuple(signed_headers.lower().split(";"))


def _read_header(authorization: str, time: str | None) -> tuple[_Signer, str, str] | Refusal:
    """Read an Authorization field; gives what stays, the signature, and the time."""
    everyday = _EVERYDAY.match(authorization)
    if everyday is not None and time is not None:
        signature = authorization[everyday.end() :]
        if len(signature) == _SIGNATURE_LENGTH and signature.isalnum():
            signer = _Signer((*everyday.group(1, 2, 3, 4), TERMINATOR), everyday[5])
            if everyday.end() <= _LONGEST_KEPT:
                if len(_signers) >= _SIGNERS_KEPT:
                    _signers.clear()
                _signers[everyday[0]] = signer
            return signer, signature, time

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
    credential = tuple(parameters["Credential"].split("/"))
    return _Signer(credential, parameters["SignedHeaders"]), parameters["Signature"], time


def _read_query(
    request: Request, parameters: dict[str, str], region: str, service: str, window: int
) -> Claim | Refusal:
    if parameters["X-Amz-Algorithm"] != ALGORITHM:
        return Refusal(SignatureError.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token")
    missing = [
        f"AWS query-string parameters must include '{name}'."
        for name in _QUERY_PARAMETERS
        if not parameters.get(name)
    ]
    if missing:
        return _incomplete(f"{' '.join(missing)} Re-examine the query-string parameters.")
    credential = tuple(parameters["X-Amz-Credential"].split("/"))
    return _check(
        request,
        _Signer(credential, parameters["X-Amz-SignedHeaders"]),
        parameters["X-Amz-Signature"],
        parameters["X-Amz-Date"],
        parameters.get("X-Amz-Security-Token"),
        region,
        service,
        window,
        True,
        parameters.get("X-Amz-Expires"),
    )


_HOST_NOT_SIGNED = Refusal(
    SignatureError.INCOMPLETE_SIGNATURE,
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
)


def _check(
    request: Request,
    signer: _Signer,
    signature: str,
    time: str,
    session_token: str | None,
    region: str,
    service: str,
    window: int,
    presigned: bool = False,
    expires: str | None = None,
) -> Claim | Refusal:
    """Checks 8 to 13: the host is signed, the time is right, the scope is ours."""
    names = signer.names
    if "host" not in names and ":authority" not in names:
        return _HOST_NOT_SIGNED
    moment = read_time(time)
    if moment is None:
        return _not_a_date(time)
    timestamp, epoch = moment
    age = int(request.received_at.timestamp()) - epoch
    if expires is not None or not -window <= age <= window:
        untimely = _check_time(request, timestamp, age, window, expires)
        if untimely is not None:
            return untimely
    credential = signer.credential
    if len(credential) != 5:
        return _not_a_credential(credential)
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
        signer.signed_headers,
        names,
        signature,
        session_token,
        presigned,
    )


def _not_a_credential(pieces: tuple[str, ...]) -> Refusal:
    return _incomplete(
        "Credential must have exactly 5 slash-delimited elements, "
        f"e.g. keyid/date/region/service/term, got '{'/'.join(pieces)}'"
    )


def _not_a_date(text: str) -> Refusal:
    return _incomplete(
        f"Date must be in ISO-8601 'basic format'. Got '{text}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601"
    )


def _check_time(
    request: Request, timestamp: str, age: int, window: int, expires: str | None
) -> Refusal | None:
    now = request.received_at
    lifetime = window
    if expires is not None:
        lifetime = int(expires) if _EXPIRES.fullmatch(expires) else 0
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
    if age < -window:
        limit = write_time(_seconds_from(request, window))
        return _invalid(
            f"Signature not yet current: {timestamp} is still later than {limit} "
            f"({write_time(now)} + {_span(window)})"
        )
    return None


def _wrong_scope(credential: tuple[str, ...], region: str, service: str, timestamp: str) -> Refusal:
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
        if "%" in name or "+" in name:
            name = _decoded(name)
        if name.startswith("X-Amz-") and name not in parameters:
            parameters[name] = _decoded(value) if "%" in value or "+" in value else value
    return parameters


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("latin-1")


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
