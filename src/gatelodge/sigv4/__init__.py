"""Signature Version 4: read a claim, verify it, sign and presign.

Knows the AWS signature specification as API Gateway applies it (reference: sigv4.md; IAM User
Guide, "AWS Signature Version 4 for API requests"). Knows no keys' owners, no routes, no policies.
"""

from gatelodge.sigv4.canonical import canonical_request, string_to_sign
from gatelodge.sigv4.claim import Claim, Refusal, SignatureError
from gatelodge.sigv4.keys import SigningKey, derive
from gatelodge.sigv4.read import WINDOW, read
from gatelodge.sigv4.sign import presign, sign
from gatelodge.sigv4.verify import verify

__all__ = [
    "WINDOW",
    "Claim",
    "Refusal",
    "SignatureError",
    "SigningKey",
    "canonical_request",
    "derive",
    "presign",
    "read",
    "sign",
    "string_to_sign",
    "verify",
]
