"""Temporary credentials as sts answers with them, and what it demands of all who ask for some."""

from collections.abc import Mapping
from typing import Any

from gatelodge.control.fault import Fault
from gatelodge.world.issue_keys import IssuedKey

_NO_MFA = "MultiFactorAuthentication failed with invalid MFA one time pass code."
_HALF_MFA = (
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
)


def credentials(issued: IssuedKey) -> Mapping[str, Any]:
    """Write credentials with AWS's members."""
    return {
        "AccessKeyId": issued.access_key_id,
        "SecretAccessKey": issued.secret,
        "SessionToken": issued.session_token,
        "Expiration": issued.expires,
    }


def refuse_mfa(serial_number: str | None, token_code: str | None) -> None:
    """Refuse a second factor: there are no devices that could be right. Raises Fault."""
    if serial_number is None and token_code is None:
        return
    half = serial_number is None or token_code is None
    raise Fault("AccessDenied", _HALF_MFA if half else _NO_MFA, 403)
