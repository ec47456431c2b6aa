"""The fence around an API: its resource policy, judged for a caller whom nobody authenticated.

Knows reference resource-policy.md section 3; callers with IAM credentials are combine's matter.
"""

from gatelodge import iam
from gatelodge.authorize.access import Access
from gatelodge.context.keys import anonymous_keys
from gatelodge.messages import Request

INVOKE = "execute-api:Invoke"


def judge_anonymous(request: Request, access: Access, policy: iam.PolicySet) -> iam.Ruling:
    """Judge the resource policy as anonymous: NONE, Lambda authorizers, Cognito, unknown routes."""
    query = iam.Query(
        INVOKE, access.method_arn, iam.ANONYMOUS, anonymous_keys(request), access.account
    )
    return policy.judge(query)
