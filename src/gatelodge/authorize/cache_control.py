"""Callers who want a kept reply renewed: `Cache-Control: max-age=0`, and who is permitted that.

API Gateway Developer Guide, "Invalidate an API Gateway cache entry". Only a caller who signed the
request can be permitted `execute-api:InvalidateCache`; what stands in a Lambda authorizer's policy
is UNCERTAIN and does not count. Knows nothing of what is kept.
"""

from gatelodge import iam
from gatelodge.asking import Asking
from gatelodge.authorize.combine import denial, with_caller
from gatelodge.authorize.decision import Allow, Decision, Deny, Mechanism
from gatelodge.authorize.evidence import Evidence
from gatelodge.context.call import Call
from gatelodge.messages import Request
from gatelodge.published import GatewayResponseType, MethodSetting

INVALIDATE_CACHE = "execute-api:InvalidateCache"
FAIL, WARN = "FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER"
"""What happens to who is not permitted; with any other word the field is ignored in silence."""
CACHE = "cache"
"""The member of a decision's evidence that tells what came of the cache."""
RENEWAL, SINCE = "renewal", "since"
"""Its members: whether a renewal was asked for and granted; since when the served reply is kept."""
GRANTED, IGNORED, REFUSED = "granted", "ignored", "refused"


class KeepingAllow(Allow):
    """An admission to a method whose replies are kept. Made for one call."""

    __slots__ = ("renews", "since", "warns")

    def __init__(self, allow: Allow, renewal: str | None, *, warns: bool = False) -> None:
        super().__init__(
            allow.caller, allow.verdicts, authorizer=allow.authorizer, evidence=allow.evidence
        )
        self.renews = renewal == GRANTED
        """The integration is to be called, and its reply to be kept anew."""
        self.warns = warns
        """The client is told that its Cache-Control field was ignored."""
        self.since: float | None = None
        """Since when the reply is kept that was served; None for one of the integration."""
        if renewal is not None:
            self.evidence = _with_cache(allow, RENEWAL, renewal)

    def serves(self, since: float) -> None:
        """Note that a kept reply is served."""
        self.since = since
        self.evidence = _with_cache(self, SINCE, since)


def _with_cache(allow: Allow, member: str, value: str | float) -> Evidence:
    """Add to the evidence of an admission what came of the cache."""
    found = allow.evidence.found if allow.evidence is not None else {}
    return Evidence({**found, CACHE: {**found.get(CACHE, {}), member: value}})


def heed_cache_control(mechanism: Mechanism, setting: MethodSetting) -> Mechanism:
    """Have a mechanism judge, beside the call, whether the kept reply to it may be renewed."""

    def decide(call: Call) -> Asking[Decision]:
        decision = mechanism(call)
        if not isinstance(decision, Decision):
            decision = yield from decision
        if isinstance(decision, Deny):
            return decision
        if not asks_for_renewal(call.request):
            return KeepingAllow(decision, None)
        if not setting.require_authorization_for_cache_control:
            return KeepingAllow(decision, GRANTED)
        judged = _judge(call, decision)
        if isinstance(judged, Allow):
            return KeepingAllow(decision, GRANTED)
        strategy = setting.unauthorized_cache_control_header_strategy
        if strategy != FAIL:
            return KeepingAllow(decision, IGNORED, warns=strategy == WARN)
        judged.evidence = _with_cache(decision, RENEWAL, REFUSED)
        judged.authorizer = decision.authorizer
        return judged

    return decide


def asks_for_renewal(request: Request) -> bool:
    """Tell whether a request asks for more than what is kept: by `max-age=0` alone."""
    if "cache-control" not in request.headers:
        return False
    directives = ",".join(request.headers.all("cache-control")).split(",")
    return any(directive.strip(" \t").lower() == "max-age=0" for directive in directives)


def _judge(call: Call, allow: Allow) -> Decision:
    if allow.caller is not None:
        return with_caller(call, allow.caller, INVALIDATE_CACHE)
    message = denial(
        "anonymous", call, iam.PolicyKind.IDENTITY, explicit=False, action=INVALIDATE_CACHE
    )
    return Deny(GatewayResponseType.ACCESS_DENIED, "AccessDeniedException", message)
