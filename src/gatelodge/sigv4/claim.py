"""What a signed request claims, and what is said of one that cannot be believed."""

from enum import StrEnum

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"


class SignatureError(StrEnum):
    """AWS's base names; on the wire they end in `Exception`."""

    MISSING_AUTHENTICATION_TOKEN = "MissingAuthenticationToken"  # noqa: S105 - an error's name
    INCOMPLETE_SIGNATURE = "IncompleteSignature"
    INVALID_SIGNATURE = "InvalidSignature"
    MALFORMED_QUERY_STRING = "MalformedQueryString"


class Claim:
    """A well-formed signature that is in time and in scope, not yet verified."""

    __slots__ = (
        "access_key_id",
        "date",
        "names",
        "presigned",
        "region",
        "service",
        "session_token",
        "signature",
        "signed_headers",
        "timestamp",
    )

    def __init__(
        self,
        access_key_id: str,
        date: str,
        region: str,
        service: str,
        timestamp: str,
        signed_headers: str,
        names: tuple[str, ...],
        signature: str,
        session_token: str | None,
        presigned: bool,
    ) -> None:
        self.access_key_id = access_key_id
        self.date = date
        """The scope's day, YYYYMMDD."""
        self.region = region
        self.service = service
        self.timestamp = timestamp
        """The request's time in basic form, YYYYMMDDTHHMMSSZ."""
        self.signed_headers = signed_headers
        """Names as the client listed them, separated by semicolons."""
        self.names = names
        """The same names in lower case, one by one."""
        self.signature = signature
        self.session_token = session_token
        self.presigned = presigned


class Refusal:
    """Why a request is not authenticated, in AWS's own words."""

    __slots__ = ("error", "message")

    def __init__(self, error: SignatureError, message: str) -> None:
        self.error = error
        self.message = message

    def __repr__(self) -> str:
        return f"Refusal({self.error.value}, {self.message!r})"
