"""Does the signature hold? The last check, with the key of whom the request claims to come from."""

import hmac

from gatelodge.messages import Request
from gatelodge.sigv4.canonical import (
    canonical_request,
    lacks_signed,
    normalized,
    string_to_sign,
)
from gatelodge.sigv4.claim import Claim, Refusal, SignatureError
from gatelodge.sigv4.keys import SigningKey

_SIGNATURE = ("X-Amz-Signature",)
# Some signers add the token to a URL after signing it (reference: sigv4.md section 2.2).
_SIGNATURE_AND_TOKEN = ("X-Amz-Signature", "X-Amz-Security-Token")


def verify(request: Request, claim: Claim, key: SigningKey) -> Refusal | None:
    """Check a claim's signature in constant time; None when it holds.

    A path counts in its normalised form and as it was sent (reference: sigv4.md section 2.1). A
    body that the door did not see cannot be verified, and is refused; so is a request without a
    field that was signed, even if the field was signed as empty.
    """
    if request.body is None:
        return Refusal(
            SignatureError.INVALID_SIGNATURE,
            "The signature covers the body of the request, which this gateway was not given.",
        )
    canonical = canonical_request(request, claim)
    if lacks_signed(request.headers, claim.names):
        return mismatch(claim, canonical)
    if _holds(claim, key, canonical) or _holds_otherwise(request, claim, key):
        return None
    return mismatch(claim, canonical)


def _holds_otherwise(request: Request, claim: Claim, key: SigningKey) -> bool:
    """Try the other canonical requests that count: the path as sent, the token unsigned."""
    plain = normalized(request.raw_path) == request.raw_path
    unsigned_token = claim.presigned and claim.session_token is not None
    for normalize in (True,) if plain else (True, False):
        for left_out in (_SIGNATURE, _SIGNATURE_AND_TOKEN) if unsigned_token else (_SIGNATURE,):
            if (normalize, left_out) == (True, _SIGNATURE):
                continue  # the first that was tried
            other = canonical_request(request, claim, normalize=normalize, left_out=left_out)
            if _holds(claim, key, other):
                return True
    return False


def mismatch(claim: Claim, canonical: str) -> Refusal:
    """Word a signature that does not hold, with the canonical strings, as API Gateway does."""
    return Refusal(
        SignatureError.INVALID_SIGNATURE,
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. "
        "Consult the service documentation for details.\n\n"
        f"The Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{string_to_sign(claim, canonical)}'\n",
    )


def _holds(claim: Claim, key: SigningKey, canonical: str) -> bool:
    expected = key.sign(string_to_sign(claim, canonical))
    return hmac.compare_digest(expected.encode(), claim.signature.encode("latin-1"))
