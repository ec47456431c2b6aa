"""The fence around an API: its resource policy, judged for a caller whom nobody authenticated.

Knows reference resource-policy.md section 3; callers with IAM credentials are combine's matter.
"""

from gatelodge import iam
from gatelodge.context.call import Call
from gatelodge.context.keys import anonymous_keys

INVOKE = "execute-api:Invoke"


def judge_anonymous(call: Call, policy: iam.PolicySet) -> iam.Ruling:
    """Judge the resource policy as anonymous: NONE, Lambda authorizers, Cognito, unknown routes."""
    query = iam.Query(
        INVOKE, call.method_arn, iam.ANONYMOUS, anonymous_keys(call.request), call.api.account
    )
    return policy.judge(query)
