"""Resource policy and the caller's policies together: verdicts, and the words of each denial.

The tables of reference authorization-workflow.md section 4; the evaluation itself is iam's.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge import iam
from gatelodge.authorize.caller import Caller
from gatelodge.authorize.decision import Allow, Decision, Deny
from gatelodge.authorize.evidence import Evidence
from gatelodge.authorize.questions import AuthorizerSays
from gatelodge.authorize.resource_policy import INVOKE
from gatelodge.context.call import Call
from gatelodge.context.keys import RequestKeys, anonymous_keys
from gatelodge.published import GatewayResponseType

MAX_DECISIONS = 64
"""Methods of which one kept answer remembers what it comes to."""
# Everything else is a denial. Looked up once: an enumeration's member costs as much as a policy.
_ALLOWED = iam.Verdict.ALLOWED
# How AWS's message names each policy type (reference: iam-evaluation.md section 9).
POLICY_WORDS = {
    iam.PolicyKind.IDENTITY: ("an identity-based policy", "identity-based policy"),
    iam.PolicyKind.RESOURCE: ("a resource-based policy", "resource-based policy"),
    iam.PolicyKind.BOUNDARY: ("a permissions boundary", "permissions boundary"),
    iam.PolicyKind.SESSION: ("a session policy", "session policy"),
    iam.PolicyKind.SERVICE_CONTROL: ("a service control policy", "service control policy"),
    iam.PolicyKind.RESOURCE_CONTROL: ("a resource control policy", "resource control policy"),
}


def by_resource_policy_alone(
    call: Call,
    ruling: iam.Ruling,
    authorizer: Mapping[str, Any] | None = None,
    evidence: Evidence | None = None,
) -> Decision:
    """Decide for a caller without policies: only an explicit Allow admits.

    So are judged anonymous callers, and those whom user pools vouch for (Table B).
    """
    if ruling.verdict is _ALLOWED:
        return Allow(None, ruling, authorizer=authorizer, evidence=evidence)
    explicit = ruling.verdict is iam.Verdict.DENIED
    message = denial("anonymous", call, iam.PolicyKind.RESOURCE, explicit=explicit)
    denied = _access_denied(message, None, ruling)
    denied.authorizer, denied.evidence = authorizer, evidence
    return denied


def with_caller(call: Call, caller: Caller, action: str = INVOKE) -> Decision:
    """Decide for an IAM caller: Table A in the API's own account, Table B across accounts.

    action: what the caller wants to do with the method.
    """
    principal = caller.principal
    policies = caller.policies
    outcome = iam.evaluate(
        iam.Query(
            action,
            call.method_arn,
            principal,
            RequestKeys(call.request, principal.keys),
            call.api.account,
        ),
        iam.Policies(
            policies.identity,
            policies.boundary,
            policies.session,
            resource=call.resource_policy,
        ),
    )
    if outcome.verdict is _ALLOWED:
        return Allow(caller, outcome)
    explicit = outcome.verdict is iam.Verdict.DENIED
    kind = outcome.decisive or iam.PolicyKind.IDENTITY
    message = denial(principal.arn or "anonymous", call, kind, explicit=explicit, action=action)
    return _access_denied(message, caller, outcome)


def with_authorizer(
    call: Call,
    answer: AuthorizerSays,
    fence: iam.Ruling | None,
    evidence: Evidence,
) -> Decision:
    """Decide by a Lambda authorizer's policy: Table A. fence: what the resource policy said.

    Without a fence, what an unconditional policy comes to is remembered in `answer.decisions`.
    """
    arn = call.method_arn
    query = iam.Query(INVOKE, arn, iam.ANONYMOUS, anonymous_keys(call.request), call.api.account)
    outcome = judge_with_fence(answer.output.policies, fence, query)
    decision: Decision
    if outcome.verdict is _ALLOWED:
        decision = Allow(None, outcome, authorizer=answer.authorizer, evidence=evidence)
    else:
        reason = (
            "with an explicit deny in an identity-based policy"
            if outcome.verdict is iam.Verdict.DENIED
            else f"because no identity-based policy allows the {INVOKE} action"
        )
        decision = _access_denied(
            f"User is not authorized to access this resource {reason}", None, outcome
        )
        decision.authorizer, decision.evidence = answer.authorizer, evidence
    if fence is None and answer.output.unconditional and len(answer.decisions) < MAX_DECISIONS:
        answer.decisions[arn] = decision
    return decision


def judge_with_fence(
    policies: iam.PolicySet, fence: iam.Ruling | None, query: iam.Query
) -> iam.Outcome:
    """Judge an authorizer's policy beside what the resource policy said (None without one).

    A Deny of the resource policy ends it before the authorizer is asked; its Allow counts where
    the authorizer is silent.
    """
    kind = iam.PolicyKind.AUTHORIZER
    ruling = policies.judge(query)
    rulings: tuple[tuple[iam.PolicyKind, iam.Ruling], ...] = ((kind, ruling),)
    if fence is not None:
        rulings = ((iam.PolicyKind.RESOURCE, fence), *rulings)
    fenced_in = fence is not None and fence.verdict is _ALLOWED
    if ruling.verdict is _ALLOWED or (ruling.verdict is iam.Verdict.SILENT and fenced_in):
        return iam.Outcome(_ALLOWED, None, rulings)
    return iam.Outcome(ruling.verdict, kind, rulings)


def denial(
    who: str, call: Call, kind: iam.PolicyKind, *, explicit: bool, action: str = INVOKE
) -> str:
    """Word a denial as AWS does (authorization-workflow.md section 4.1)."""
    with_article, name = POLICY_WORDS[kind]
    reason = (
        f"with an explicit deny in {with_article}"
        if explicit
        else f"because no {name} allows the {action} action"
    )
    return (
        f"User: {who} is not authorized to perform: {action} "
        f"on resource: {masked(call.method_arn)} {reason}"
    )


def masked(arn: str) -> str:
    """Hide the first eight digits of the account in an ARN, as AWS's answers do."""
    pieces = arn.split(":", 5)
    pieces[4] = "********" + pieces[4][8:]
    return ":".join(pieces)


def _access_denied(message: str, caller: Caller | None, verdicts: iam.Ruling | iam.Outcome) -> Deny:
    return Deny(
        GatewayResponseType.ACCESS_DENIED,
        "AccessDeniedException",
        message,
        caller=caller,
        verdicts=verdicts,
    )
