"""The phases of a call's authorization, as `$context` variables of access logs tell them.

AWS's phases: authenticate (AWS_IAM), authorizer (a Lambda function or user pools) and authorize
(what policies say of a caller of either sort). Reference: gateway-responses.md section 4.2. What
an authorizer's function said when it failed is its own words, and does not come here.
"""

from gatelodge.authorize.decision import Allow, Decision

PHASES = frozenset(
    {
        "authenticate.error",
        "authenticate.latency",
        "authenticate.status",
        "authorize.error",
        "authorize.latency",
        "authorize.status",
        "authorizer.error",
        "authorizer.integrationStatus",
        "authorizer.latency",
        "authorizer.requestId",
        "authorizer.status",
    }
)
"""Names of all variables of phases. Latencies of our own are not measured and have no value; what
an authorizer's context calls like one of these is not told by them."""


def read_phases(authorization_type: str | None, decision: Decision | None) -> dict[str, str]:
    """Tell what every phase of a decision came to; a phase that a call never entered is not in it.

    authorization_type: of the method; None on an unknown route.
    """
    if decision is None:
        return {}
    match authorization_type:
        case "AWS_IAM":
            if decision.caller is None:
                return _ended("authenticate", decision)
            return {"authenticate.status": "200", **_ended("authorize", decision)}
        case "CUSTOM":
            if decision.authorizer is not None:
                return {
                    "authorizer.status": "200",
                    "authorizer.integrationStatus": "200",
                    "authorizer.latency": str(decision.authorizer["integrationLatency"]),
                    **_invocation(decision),
                    **_ended("authorize", decision),
                }
            # Without an authorizer's word only a resource policy has verdicts.
            phase = "authorizer" if decision.verdicts is None else "authorize"
            return _ended(phase, decision)
        case "COGNITO_USER_POOLS":
            if decision.authorizer is not None:
                return {"authorizer.status": "200"}
            return _ended("authorizer", decision)
    return {}


def _invocation(decision: Decision) -> dict[str, str]:
    """Name the invocation of an authorizer's function that was made for this call, if one was."""
    found = decision.evidence.found if decision.evidence else {}
    return {"authorizer.requestId": found["requestId"]} if "requestId" in found else {}


def _ended(phase: str, decision: Decision) -> dict[str, str]:
    """Tell of the phase in which it was decided."""
    if isinstance(decision, Allow):
        return {f"{phase}.status": "200"}
    return {
        f"{phase}.status": str(decision.kind.default_status),
        f"{phase}.error": decision.message or decision.kind.value,
    }
