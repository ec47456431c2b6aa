"""The order of checks, top to bottom (reference: authorization-workflow.md sections 2, 3 and 8).

Knows the order and nothing of how a mechanism works.
"""

from gatelodge.asking import Asking
from gatelodge.authorize.access import Access
from gatelodge.authorize.combine import by_resource_policy_alone
from gatelodge.authorize.decision import Decision, Deny
from gatelodge.authorize.mechanisms import aws_iam
from gatelodge.authorize.resource_policy import judge_anonymous
from gatelodge.messages import Request
from gatelodge.published import GatewayResponseType

_MISSING_TOKEN = Deny(
    GatewayResponseType.MISSING_AUTHENTICATION_TOKEN,
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
)


def decide(request: Request, access: Access) -> Decision | Asking[Decision]:
    """Decide one request, at once or after asking.

    What has no mechanism is an unknown route, which admits nobody.
    """
    if access.mechanism is None:
        return refuse_unknown_route(request, access)
    return access.mechanism(request, access)


def refuse_unknown_route(request: Request, access: Access) -> Asking[Deny]:
    """Refuse a route that does not exist, as API Gateway does: like an AWS_IAM method.

    The fence comes first, so that whom it keeps out learns nothing else; then the errors of the
    signature, if there is one; and what is left is the answer for a missing token.
    """
    if access.resource_policy is not None:
        ruling = judge_anonymous(request, access, access.resource_policy)
        fenced = by_resource_policy_alone(access, ruling)
        if isinstance(fenced, Deny):
            return fenced
    caller = yield from aws_iam.authenticate(request, access)
    return caller if isinstance(caller, Deny) else _MISSING_TOKEN
