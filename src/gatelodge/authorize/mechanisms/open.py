"""Methods without authentication (NONE): the resource policy, where there is one, decides.

A signature on such a request is not looked at: the caller stays anonymous
(reference: authorization-workflow.md section 3.1).
"""

from gatelodge.authorize.combine import by_resource_policy_alone
from gatelodge.authorize.decision import Allow, Decision
from gatelodge.authorize.resource_policy import judge_anonymous
from gatelodge.context.call import Call

_PUBLIC = Allow(None, None)


def decide(call: Call) -> Decision:
    """Admit everyone without a resource policy; with one, whom it explicitly allows."""
    policy = call.resource_policy
    if policy is None:
        return _PUBLIC
    return by_resource_policy_alone(call, judge_anonymous(call, policy))
