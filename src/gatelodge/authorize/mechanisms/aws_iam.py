"""Methods with AWS_IAM: Signature Version 4 first, then both sides' policies.

Reference: authorization-workflow.md section 3.3, sigv4.md. The signature is checked before any
policy is read, so that a caller who cannot prove who it is learns nothing about policies.
"""

from typing import assert_never

from gatelodge import sigv4
from gatelodge.asking import Asking, ask
from gatelodge.authorize.caller import Caller
from gatelodge.authorize.combine import with_caller
from gatelodge.authorize.decision import Decision, Deny
from gatelodge.authorize.questions import FindKey, KeyProblem, KeyRefused
from gatelodge.context.call import Call
from gatelodge.published import GatewayResponseType

SERVICE = "execute-api"

# sigv4.md section 10; IncompleteSignature is UNCERTAIN there and INVALID_SIGNATURE by meaning.
_SIGNATURE_KINDS = {
    "MissingAuthenticationToken": GatewayResponseType.MISSING_AUTHENTICATION_TOKEN,
    "IncompleteSignature": GatewayResponseType.INVALID_SIGNATURE,
    "InvalidSignature": GatewayResponseType.INVALID_SIGNATURE,
    "MalformedQueryString": GatewayResponseType.INVALID_SIGNATURE,
}


def decide(call: Call) -> Asking[Decision]:
    """Authenticate the signature, then combine the resource policy with the caller's policies."""
    caller = yield from authenticate(call)
    if isinstance(caller, Deny):
        return caller
    return with_caller(call, caller)


def authenticate(call: Call) -> Asking[Caller | Deny]:
    """Find out who signed the request, or say why that cannot be found out."""
    request = call.request
    claim = sigv4.read(request, region=call.api.region, service=SERVICE)
    if isinstance(claim, sigv4.Refusal):
        return _refuse(claim)
    holder = yield from ask(
        FindKey(claim.access_key_id, claim.session_token, claim.date, claim.region, claim.service)
    )
    if isinstance(holder, KeyRefused):
        return _refuse_key(holder)
    refusal = sigv4.verify(request, claim, holder.signing_key)
    if refusal is not None:
        return _refuse(refusal, holder.caller)
    return holder.caller


def _refuse(refusal: sigv4.Refusal, caller: Caller | None = None) -> Deny:
    # The named caller is whom the key belongs to: known to the operator, not proven.
    detail = f"the access key belongs to {caller.principal.arn}" if caller else ""
    return Deny(
        _SIGNATURE_KINDS[refusal.error],
        f"{refusal.error}Exception",
        refusal.message,
        detail=detail,
    )


def _refuse_key(refused: KeyRefused) -> Deny:
    detail = refused.detail or refused.reason.value
    match refused.reason:
        case KeyProblem.EXPIRED:
            return Deny(
                GatewayResponseType.EXPIRED_TOKEN,
                "ExpiredTokenException",
                "The security token included in the request is expired",
                detail=detail,
            )
        case KeyProblem.UNAVAILABLE:
            return Deny(
                GatewayResponseType.DEFAULT_5XX,
                "InternalServerErrorException",
                "Internal server error",
                detail=detail,
            )
        case (
            KeyProblem.UNKNOWN
            | KeyProblem.INACTIVE
            | KeyProblem.TOKEN_MISSING
            | KeyProblem.TOKEN_INVALID
            | KeyProblem.TOKEN_UNEXPECTED
        ):
            # One answer for all of them: which it was is the operator's business.
            return Deny(
                GatewayResponseType.ACCESS_DENIED,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
                detail=detail,
            )
        case _:
            assert_never(refused.reason)
