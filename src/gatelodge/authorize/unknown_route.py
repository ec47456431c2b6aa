"""Requests of routes that an API does not have (reference: authorization-workflow.md section 8)."""

from gatelodge.asking import Asking
from gatelodge.authorize.combine import by_resource_policy_alone
from gatelodge.authorize.decision import Deny
from gatelodge.authorize.mechanisms import aws_iam
from gatelodge.authorize.resource_policy import judge_anonymous
from gatelodge.context.call import Call
from gatelodge.published import GatewayResponseType

_MISSING_TOKEN = Deny(
    GatewayResponseType.MISSING_AUTHENTICATION_TOKEN,
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
)


def refuse_unknown_route(call: Call) -> Asking[Deny]:
    """Refuse a route that does not exist, as API Gateway does: like an AWS_IAM method.

    The fence comes first, so that whom it keeps out learns nothing else; then the errors of the
    signature, if there is one; and what is left is the answer for a missing token.
    """
    if call.resource_policy is not None:
        ruling = judge_anonymous(call, call.resource_policy)
        fenced = by_resource_policy_alone(call, ruling)
        if isinstance(fenced, Deny):
            return fenced
    caller = yield from aws_iam.authenticate(call)
    return caller if isinstance(caller, Deny) else _MISSING_TOKEN
