"""The order of checks, top to bottom (reference: authorization-workflow.md sections 2, 3 and 8).

Knows the order and nothing of how a mechanism works.
"""

from gatelodge.asking import Asking
from gatelodge.authorize.access import Access
from gatelodge.authorize.combine import by_resource_policy_alone
from gatelodge.authorize.decision import Decision, Deny
from gatelodge.authorize.mechanisms import MECHANISMS, aws_iam
from gatelodge.authorize.resource_policy import judge_anonymous
from gatelodge.messages import Request
from gatelodge.published import GatewayResponseType

_MISSING_TOKEN = Deny(
    GatewayResponseType.MISSING_AUTHENTICATION_TOKEN,
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
)


def decide(request: Request, access: Access) -> Asking[Decision]:
    """Decide one request. A method whose mechanism is not in the table admits nobody."""
    if access.authorization_type is None:
        return (yield from refuse_unknown_route(request, access))
    mechanism = MECHANISMS.get(access.authorization_type)
    if mechanism is None:
        return Deny(
            GatewayResponseType.DEFAULT_5XX,
            "InternalServerErrorException",
            "Internal server error",
            detail=f"authorization type {access.authorization_type} is not supported",
        )
    return (yield from mechanism(request, access))


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
