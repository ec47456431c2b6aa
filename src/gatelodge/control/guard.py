"""Who may call an operation: the signature first, then every policy of the caller.

The same sigv4 and iam rooms as for API traffic, with the words of control-plane.md sections 2
and 3.
"""

from collections.abc import Callable
from typing import assert_never

from gatelodge import iam, sigv4
from gatelodge.arn import Arn
from gatelodge.authorize.caller import Caller
from gatelodge.authorize.questions import FindKey, KeyHolder, KeyProblem, KeyRefused
from gatelodge.context.keys import NAMES, RequestKeys
from gatelodge.control.call import Check
from gatelodge.control.denial import denied
from gatelodge.control.fault import Fault
from gatelodge.messages import Request
from gatelodge.settings import DEFAULT_REGION, is_region
from gatelodge.store import MasterKey
from gatelodge.world.sessions import Session, open_session
from gatelodge.world.uses import Uses

_TEMPORARY = "ASIA"
_LONG_WINDOW, _WINDOW = 15 * 60, sigv4.WINDOW
"""Seconds that a request's time may be off; the first for iam and sts."""
# What the front ends of the protocols call the same thing.
_CODES = {
    "MissingAuthenticationToken": "MissingAuthenticationToken",
    "IncompleteSignature": "IncompleteSignature",
    "InvalidSignature": "SignatureDoesNotMatch",
    "MalformedQueryString": "MalformedQueryString",
    "ExpiredToken": "ExpiredToken",
    "Unrecognized": "InvalidClientTokenId",
}
_MISSING = "Request is missing Authentication Token"
_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - a message
_EXPIRED_TOKEN = "The security token included in the request is expired"  # noqa: S105 - a message


class Signer:
    """A caller whose signature holds."""

    __slots__ = ("caller", "region", "session")

    def __init__(self, caller: Caller, region: str, session: Session | None) -> None:
        self.caller = caller
        self.region = region
        """As it was signed."""
        self.session = session
        """What the session token says, of temporary credentials."""


class Guard:
    """Authenticates and authorizes calls of operations. Blocks while it reads the store."""

    __slots__ = ("_find", "_master", "_uses")

    def __init__(
        self, find: Callable[[FindKey], KeyHolder | KeyRefused], master: MasterKey, uses: Uses
    ) -> None:
        self._find = find
        self._master = master
        self._uses = uses

    def authenticate(self, request: Request, service: str, region: str, protocol: str) -> Signer:
        """Find out who signed a request to a service. Raises Fault.

        region: as the signature claims it. Clients that are given an endpoint sign for their own
        region, iam's calls too, although iam knows only one.
        """
        expected = region if is_region(region) else DEFAULT_REGION
        long = service in {"iam", "sts"}
        claim = sigv4.read(
            request,
            region=expected,
            service=service,
            window=_LONG_WINDOW if long else _WINDOW,
            # Of a presigned URL for sts (aws-iam-authenticator's tokens), X-Amz-Expires is ignored.
            lifetime=_LONG_WINDOW if service == "sts" else None,
        )
        if isinstance(claim, sigv4.Refusal):
            raise _refused(claim, protocol)
        holder = self._find(
            FindKey(
                claim.access_key_id, claim.session_token, claim.date, claim.region, claim.service
            )
        )
        if isinstance(holder, KeyRefused):
            raise _key_refused(holder, protocol)
        refusal = sigv4.verify(request, claim, holder.signing_key)
        if refusal is not None:
            raise _refused(refusal, protocol)
        session = None
        if claim.session_token is not None:
            session = open_session(claim.session_token, claim.access_key_id, self._master)
        if service == "iam" and _is_session_of_a_user(holder.caller):
            # iam takes such credentials only with MFA, and federated ones never.
            raise _fault("Unrecognized", _INVALID_TOKEN, protocol)
        signed_for = DEFAULT_REGION if service == "iam" else claim.region
        self._uses.note(holder.caller, request.received_at, signed_for, service)
        return Signer(holder.caller, signed_for, session)

    def require(
        self, request: Request, region: str, protocol: str, caller: Caller, check: Check
    ) -> None:
        """See to it that a caller is allowed something. Raises Fault: AccessDenied."""
        principal = caller.principal
        arn = Arn.parse(check.resource)
        account = (arn.account if arn is not None else "") or (principal.account or "")
        if account == "aws":  # a managed policy of AWS's is every account's own
            account = principal.account or ""
        own = RequestKeys(request, {})
        keys = {
            **principal.keys,
            **check.keys,
            "aws:requestedregion": region or DEFAULT_REGION,
            "aws:resourceaccount": account,
        }
        keys |= {name: value for name in NAMES if (value := own.get(name)) is not None}
        query = iam.Query(check.action, check.resource, principal, keys, account)
        policies = iam.Policies(
            caller.policies.identity,
            caller.policies.boundary,
            caller.policies.session,
            resource=check.trust,
        )
        outcome = iam.evaluate(query, policies)
        if outcome.verdict is iam.Verdict.DENIED:
            raise denied(query, policies, outcome, check, protocol, self._master)
        if check.trust is not None and check.trust.judge(query).verdict is not iam.Verdict.ALLOWED:
            # Unlike other policies of resources, a role's trust policy must always allow.
            outcome = iam.Outcome(iam.Verdict.SILENT, iam.PolicyKind.RESOURCE, outcome.rulings)
        if outcome.verdict is not iam.Verdict.ALLOWED:
            raise denied(query, policies, outcome, check, protocol, self._master)


def _is_session_of_a_user(caller: Caller) -> bool:
    """Tell credentials of GetSessionToken and GetFederationToken from those of roles."""
    return (
        caller.access_key_id.startswith(_TEMPORARY)
        and caller.principal.kind is not iam.PrincipalKind.ROLE_SESSION
    )


def _refused(refusal: sigv4.Refusal, protocol: str) -> Fault:
    message = refusal.message.partition("\n")[0]
    if refusal.error is sigv4.SignatureError.MISSING_AUTHENTICATION_TOKEN and protocol == "query":
        message = _MISSING
    return _fault(refusal.error.value, message, protocol)


def _key_refused(refused: KeyRefused, protocol: str) -> Fault:
    match refused.reason:
        case KeyProblem.EXPIRED:
            return _fault("ExpiredToken", _EXPIRED_TOKEN, protocol)
        case KeyProblem.UNAVAILABLE:
            return Fault("ServiceUnavailable", "The identity could not be read.", 503)
        case (
            KeyProblem.UNKNOWN
            | KeyProblem.INACTIVE
            | KeyProblem.TOKEN_MISSING
            | KeyProblem.TOKEN_INVALID
            | KeyProblem.TOKEN_UNEXPECTED
        ):
            return _fault("Unrecognized", _INVALID_TOKEN, protocol)
        case _:
            assert_never(refused.reason)


def _fault(error: str, message: str, protocol: str) -> Fault:
    if protocol == "query":
        return Fault(_CODES[error], message, 403)
    code = "UnrecognizedClient" if error == "Unrecognized" else error
    return Fault(f"{code}Exception", message, 400 if protocol == "json" else 403)
